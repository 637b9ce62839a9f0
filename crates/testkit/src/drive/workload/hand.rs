//! One client of the mixed load.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{Ended, Promise};
use crate::drive::{Client, Reply};

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One or more invoices made and issued in one transaction.
    Invoices,
    Draft,
    Issue,
    Payment,
    CreditNote,
    Apply,
    WriteOff,
    Void,
}

/// A request that changes something.
#[derive(Clone, Debug)]
pub struct Write {
    pub kind: Kind,
    /// Unique.
    pub key: String,
    /// References of the objects that it makes; unique, because they begin with the key.
    pub makes: Vec<String>,
    pub path: String,
    pub body: String,
}

impl Write {
    /// Sends it under its key.
    ///
    /// # Errors
    /// When no answer came.
    pub fn send(&self, client: &mut Client) -> std::io::Result<Reply> {
        match self.body.as_str() {
            "" => client.send("POST", &self.path, &[("idempotency-key", &self.key), ("content-length", "0")], None),
            body => client.post(&self.path, &self.key, body),
        }
    }
}

/// An invoice as far as its client remembers it, in minor units.
#[derive(Clone, Debug)]
struct Owed {
    id: String,
    customer: usize,
    balance: i64,
}

/// A credit note and what is left of it.
#[derive(Clone, Debug)]
struct Credit {
    id: String,
    customer: usize,
    remaining: i64,
}

/// What a write will have changed once it is promised.
#[derive(Clone, Debug)]
enum Effect {
    /// Customers and totals of new invoices.
    Owes {
        invoices: Vec<(usize, i64)>,
    },
    Drafts {
        customer: usize,
        total: i64,
    },
    Issues {
        draft: Owed,
    },
    Pays {
        shares: Vec<(String, i64)>,
    },
    Credits {
        customer: usize,
        total: i64,
    },
    Applies {
        note: String,
        invoice: String,
        amount: i64,
    },
    Ends {
        invoice: String,
    },
}

/// A write before it has its key.
type Made = (Kind, String, Value, Effect);

/// A client with its customers and its memory.
#[derive(Clone, Debug)]
pub struct Hand {
    pub name: String,
    customers: Vec<String>,
    random: Rng,
    written: usize,
    invoices: Vec<Owed>,
    drafts: Vec<Owed>,
    credits: Vec<Credit>,
    pending: Option<(Write, Effect)>,
    /// Every 2xx, in the order of the answers.
    pub promises: Vec<Promise>,
    /// Keys of writes that were refused with a 4xx.
    pub refused: Vec<String>,
}

impl Hand {
    pub fn new(name: String, customers: Vec<String>, seed: u64) -> Hand {
        Hand {
            name,
            customers,
            random: Rng::with_seed(seed),
            written: 0,
            invoices: Vec::new(),
            drafts: Vec::new(),
            credits: Vec::new(),
            pending: None,
            promises: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Whether a write was sent and not answered.
    pub fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    pub fn pending(&self) -> Option<&Write> {
        self.pending.as_ref().map(|(write, _)| write)
    }

    /// Sends the write that was not answered, else the next one.
    ///
    /// # Errors
    /// When no answer came, or the disk is full. Then the write stays pending.
    ///
    /// # Panics
    /// When the server answers with a 5xx other than busy or full.
    pub fn write(&mut self, client: &mut Client, observe: &dyn Fn() -> u64) -> Result<(), Ended> {
        let (write, effect) = match self.pending.take() {
            Some(pending) => pending,
            None => self.next(),
        };
        match write.send(client) {
            Err(_) => {
                self.pending = Some((write, effect));
                Err(Ended::Broken)
            }
            Ok(reply) if reply.status == 507 => {
                self.pending = Some((write, effect));
                Err(Ended::Full)
            }
            Ok(reply) if reply.status == 503 => {
                // Too busy: nothing was done, and the same key may be used again.
                self.pending = Some((write, effect));
                std::thread::sleep(std::time::Duration::from_millis(20));
                Ok(())
            }
            Ok(reply) if reply.is_success() => {
                let observed = observe();
                self.remember(effect, &reply);
                self.promises.push(Promise { write, reply, observed });
                Ok(())
            }
            Ok(reply) => {
                assert!(reply.status < 500, "{}: {} {}: {}", write.key, write.path, reply.status, reply.text());
                self.forget(&effect);
                self.refused.push(write.key);
                Ok(())
            }
        }
    }

    fn next(&mut self) -> (Write, Effect) {
        self.written += 1;
        let key = format!("{}-{}", self.name, self.written);
        let made = match self.random.u8(..24) {
            0..=6 => None,
            7 | 8 => Some(self.draft(&key)),
            9 | 10 => self.issue(),
            11..=15 => self.payment(&key),
            16 | 17 => self.credit_note(&key),
            18..=20 => self.apply(),
            21 => self.write_off(&key),
            _ => self.void(&key),
        };
        let (kind, path, body, effect) = made.unwrap_or_else(|| self.invoices(&key));
        let makes = match &effect {
            Effect::Owes { invoices } => (0..invoices.len()).map(|at| format!("{key}.{at}")).collect(),
            Effect::Drafts { .. } | Effect::Pays { .. } | Effect::Credits { .. } => vec![key.clone()],
            Effect::Issues { .. } | Effect::Applies { .. } | Effect::Ends { .. } => Vec::new(),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        (Write { kind, key, makes, path, body }, effect)
    }

    fn invoices(&mut self, key: &str) -> Made {
        let (bodies, invoices) = (0..self.random.usize(1..4))
            .map(|at| {
                let (body, customer, total) = self.new_invoice(&format!("{key}.{at}"));
                (body, (customer, total))
            })
            .unzip::<_, _, Vec<Value>, Vec<_>>();
        let body = json!({"invoices": bodies});
        (Kind::Invoices, "/v1/invoices/bulk".to_owned(), body, Effect::Owes { invoices })
    }

    fn draft(&mut self, key: &str) -> Made {
        let (body, customer, total) = self.new_invoice(key);
        (Kind::Draft, "/v1/invoices".to_owned(), body, Effect::Drafts { customer, total })
    }

    fn issue(&mut self) -> Option<Made> {
        let draft = self.drafts.pop()?;
        let path = format!("/v1/invoices/{}/issue", draft.id);
        Some((Kind::Issue, path, Value::Null, Effect::Issues { draft }))
    }

    /// The body of an invoice, whose it is, and its total.
    fn new_invoice(&mut self, reference: &str) -> (Value, usize, i64) {
        let customer = self.random.usize(..self.customers.len());
        let mut total = 0;
        let lines: Vec<Value> = (0..self.random.usize(1..5))
            .map(|at| {
                let (quantity, price) = (self.random.i64(1..4), self.random.i64(100..20_000));
                total += quantity * price;
                json!({"name": format!("Line {at}"), "quantity": quantity.to_string(), "unit_price": plain(price)})
            })
            .collect();
        (json!({"customer_id": self.customers[customer], "reference": reference, "lines": lines}), customer, total)
    }

    /// Over up to three invoices of one customer; now and then more than they take.
    fn payment(&mut self, key: &str) -> Option<Made> {
        let customer = self.random.usize(..self.customers.len());
        let mut open: Vec<(String, i64)> = self
            .invoices
            .iter()
            .filter(|invoice| invoice.customer == customer && invoice.balance > 0)
            .map(|invoice| (invoice.id.clone(), invoice.balance))
            .collect();
        if open.is_empty() {
            return None;
        }
        self.random.shuffle(&mut open);
        open.truncate(self.random.usize(1..4));
        let shares: Vec<(String, i64)> = open
            .into_iter()
            .map(|(id, balance)| {
                let amount = if self.random.bool() { balance } else { self.random.i64(1..=balance) };
                (id, amount)
            })
            .collect();
        let more = if self.random.u8(..4) == 0 { self.random.i64(1..5_000) } else { 0 };
        let amount = shares.iter().map(|(_, amount)| amount).sum::<i64>() + more;
        let rows: Vec<Value> =
            shares.iter().map(|(id, amount)| json!({"invoice_id": id, "amount": plain(*amount)})).collect();
        let body = json!({
            "customer_id": self.customers[customer], "amount": plain(amount), "reference": key, "applications": rows,
        });
        Some((Kind::Payment, "/v1/payments".to_owned(), body, Effect::Pays { shares }))
    }

    /// Of its own, or against an invoice.
    fn credit_note(&mut self, key: &str) -> Option<Made> {
        let path = "/v1/credit-notes".to_owned();
        if self.random.bool() {
            let customer = self.random.usize(..self.customers.len());
            let total = self.random.i64(100..10_000);
            let body = json!({
                "kind": "amount", "customer_id": self.customers[customer], "amount": plain(total), "reference": key,
                "issue": true,
            });
            return Some((Kind::CreditNote, path, body, Effect::Credits { customer, total }));
        }
        let invoice = self.any_open()?;
        let total = self.random.i64(1..=invoice.balance.min(500));
        let body = json!({
            "kind": "invoice_total", "invoice_id": invoice.id, "amount": plain(total), "reference": key, "issue": true,
        });
        Some((Kind::CreditNote, path, body, Effect::Credits { customer: invoice.customer, total }))
    }

    fn apply(&mut self) -> Option<Made> {
        let at = (!self.credits.is_empty()).then(|| self.random.usize(..self.credits.len()))?;
        let note = self.credits[at].clone();
        let invoice = self.invoices.iter().rev().find(|one| one.customer == note.customer && one.balance > 0)?;
        let amount = self.random.i64(1..=note.remaining.min(invoice.balance));
        let path = format!("/v1/credit-notes/{}/apply", note.id);
        let body = json!({"applications": [{"invoice_id": invoice.id, "amount": plain(amount)}]});
        let effect = Effect::Applies { note: note.id, invoice: invoice.id.clone(), amount };
        Some((Kind::Apply, path, body, effect))
    }

    fn write_off(&mut self, key: &str) -> Option<Made> {
        let invoice = self.any_open()?;
        let path = format!("/v1/invoices/{}/write-off", invoice.id);
        Some((Kind::WriteOff, path, json!({"reason": key}), Effect::Ends { invoice: invoice.id }))
    }

    fn void(&mut self, key: &str) -> Option<Made> {
        let invoice = self.any_open()?;
        let path = format!("/v1/invoices/{}/void", invoice.id);
        let body = json!({"if_settled": "detach", "reason": key});
        Some((Kind::Void, path, body, Effect::Ends { invoice: invoice.id }))
    }

    fn any_open(&mut self) -> Option<Owed> {
        let open: Vec<&Owed> = self.invoices.iter().filter(|invoice| invoice.balance > 0).collect();
        (!open.is_empty()).then(|| open[self.random.usize(..open.len())].clone())
    }

    fn remember(&mut self, effect: Effect, reply: &Reply) {
        // Enough to choose from; older ones are left as they are.
        const MOST: usize = 60;
        match effect {
            Effect::Owes { invoices } => {
                let made = reply.json();
                for (at, (customer, balance)) in invoices.into_iter().enumerate() {
                    self.invoices.push(Owed { id: super::id_of(&made["data"][at]), customer, balance });
                }
                self.invoices.drain(..self.invoices.len().saturating_sub(MOST));
            }
            Effect::Drafts { customer, total } => {
                self.drafts.push(Owed { id: super::id_of(&reply.json()), customer, balance: total });
            }
            Effect::Issues { draft } => self.invoices.push(draft),
            Effect::Pays { shares } => shares.iter().for_each(|(id, amount)| self.owe_less(id, *amount)),
            Effect::Credits { customer, total } => {
                if self.credits.len() >= MOST {
                    self.credits.remove(0);
                }
                self.credits.push(Credit { id: super::id_of(&reply.json()), customer, remaining: total });
            }
            Effect::Applies { note, invoice, amount } => {
                self.owe_less(&invoice, amount);
                self.credits.iter_mut().filter(|one| one.id == note).for_each(|one| one.remaining -= amount);
                self.credits.retain(|one| one.remaining > 0);
            }
            Effect::Ends { invoice } => self.invoices.retain(|one| one.id != invoice),
        }
    }

    /// A refusal means that the memory was wrong somewhere: the objects concerned are left alone from now on.
    fn forget(&mut self, effect: &Effect) {
        match effect {
            Effect::Owes { .. } | Effect::Drafts { .. } | Effect::Issues { .. } | Effect::Credits { .. } => {}
            Effect::Pays { shares } => self.invoices.retain(|one| !shares.iter().any(|(id, _)| *id == one.id)),
            Effect::Applies { note, invoice, .. } => {
                self.credits.retain(|one| one.id != *note);
                self.invoices.retain(|one| one.id != *invoice);
            }
            Effect::Ends { invoice } => self.invoices.retain(|one| one.id != *invoice),
        }
    }

    fn owe_less(&mut self, id: &str, amount: i64) {
        self.invoices.iter_mut().filter(|one| one.id == id).for_each(|one| one.balance -= amount);
        self.invoices.retain(|one| one.balance > 0);
    }
}

/// Minor units of a currency with two decimals as text.
fn plain(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}
