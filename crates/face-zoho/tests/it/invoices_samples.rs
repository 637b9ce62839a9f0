//! The request samples of Zoho's page, replayed: what its curl, Python, Node and fetch samples of 14 operations send
//! (`tests/wire/samples/invoices.json`: method, path, headers in their order, body), with nothing replaced but the
//! host, the token and the ids. curl and Python run for themselves; what Node's `https` and `fetch` send goes through
//! our own client, since CI has no Node.
//!
//! Not replayed, as nothing outside runs it: the Deluge samples, whose `invokeUrl` is a statement of Zoho's own
//! servers, and those of OkHttp, which throw before they send (`post(null)` and `delete(null)`: "method POST must have
//! a request body").
//!
//! Where the page shows `{"field1":"value1","field2":"value2"}` for a body, Zoho's answer is a refusal of the fields
//! that are missing (contract Zoho 4.5), and so is ours.

use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use testkit::{Kind, TestDb};

use crate::house::{AsValue, House, ORGANIZATION, zoho_id};
use crate::invoices_desk::Desk;

const SAMPLES: &str = include_str!("../wire/samples/invoices.json");
const TOKEN: &str = "1000.41d9xxxxxxxxxxxxxxxxxxxxxxxxc2d1.8fccxxxxxxxxxxxxxxxxxxxxxxxx125f";
const INVOICES: [&str; 2] = ["903000000079426", "982000000567114"];
const LINE: &str = "7000000079434";

#[derive(Clone, Debug, Deserialize)]
struct Sample {
    operation: String,
    client: String,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Sample {
    fn all() -> Vec<Self> {
        serde_json::from_str(SAMPLES).expect("samples")
    }

    /// With our token and ids; the host is the caller's.
    fn of(mut self, token: &str, invoice: &str, line: &str) -> Self {
        for id in INVOICES {
            self.path = self.path.replace(id, invoice);
        }
        self.path = self.path.replace(LINE, line);
        for (_, value) in &mut self.headers {
            *value = value.replace(TOKEN, token);
        }
        self
    }

    /// Whether the operation is served: others join the table in time.
    fn is_served(&self) -> bool {
        let rest = self.path.trim_start_matches("/subscriptions/v1");
        let template = |path: &str| path.replace("{invoice_id}", INVOICES[0]).replace("{item_id}", LINE);
        let rest = INVOICES.iter().fold(rest.to_owned(), |rest, id| rest.replace(id, INVOICES[0]));
        face_zoho::operations().any(|operation| operation.method == self.method && template(operation.path) == rest)
    }

    /// The status and code with which Zoho's page has it answered.
    fn expected(&self) -> (u16, i64) {
        match (self.is_served(), &self.body) {
            (false, _) => (404, 5),
            (true, Some(_)) => (400, 2),
            (true, None) => (200, 0),
        }
    }

    /// Makes an invoice on which the operation can be done, and gives it with its first line.
    async fn prepare(&self, desk: &Desk) -> (String, String) {
        let house = &desk.house;
        let day = jiff::civil::date(2016, 6, 20);
        let id = match self.operation.as_str() {
            "Convert to open" | "Delete items from a pending invoice" => {
                house.drafted(house.bowman, "5", day, day).await
            }
            _ => house.issued(house.bowman, "5", day, day).await,
        };
        if self.operation == "Cancel write off" {
            house.write_off(id).await;
        }
        let id = zoho_id(id.0);
        let line = desk.invoice(&id).await["invoice_items"][0]["item_id"].as_str().expect("an id").to_owned();
        (id, line)
    }

    fn run_by_curl(&self, host: &str) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--write-out", "\n%{http_code}", "--request", &self.method]);
        curl.args(["--url", &format!("http://{host}{}", self.path)]);
        for (name, value) in &self.headers {
            curl.args(["--header", &format!("{name}: {value}")]);
        }
        if let Some(body) = &self.body {
            curl.args(["--data", body]);
        }
        said("curl", curl.output())
    }

    fn run_by_python(&self, host: &str) -> String {
        let mut python = Command::new("python3");
        python.args([
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/zoho_samples.py"),
            host,
            &self.method,
            &self.path,
        ]);
        python.arg(serde_json::to_string(&self.headers).expect("texts"));
        if let Some(body) = &self.body {
            python.arg(body);
        }
        said("python3", python.stdin(Stdio::null()).output())
    }
}

fn said(what: &str, output: std::io::Result<std::process::Output>) -> String {
    let output = output.unwrap_or_else(|error| panic!("this test needs {what}: {error}"));
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The body, then the status on a line of its own.
fn parsed(text: &str) -> (u16, Value) {
    let (body, status) = text.trim_end().rsplit_once('\n').expect("a status on the last line");
    (status.parse().expect("a status"), serde_json::from_str(body).expect("JSON"))
}

async fn replay(desk: &Desk, token: &str, sample: Sample) -> (u16, Value) {
    let (invoice, line) = sample.prepare(desk).await;
    let sample = sample.of(token, &invoice, &line);
    let host = desk.house.server.address().to_string();
    match sample.client.as_str() {
        "curl" | "python" => {
            let run =
                move || if sample.client == "curl" { sample.run_by_curl(&host) } else { sample.run_by_python(&host) };
            parsed(&tokio::task::spawn_blocking(run).await.expect("it runs"))
        }
        _ => {
            let headers: Vec<(&str, &str)> =
                sample.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let reply =
                desk.house.ask(&sample.method, &sample.path, &headers, sample.body.as_deref().unwrap_or("")).await;
            (reply.status, reply.value())
        }
    }
}

#[test]
fn there_are_four_samples_of_each_operation() {
    let samples = Sample::all();
    assert_eq!(samples.len(), 14 * 4);
    for four in samples.chunks_exact(4) {
        let clients: Vec<&str> = four.iter().map(|sample| sample.client.as_str()).collect();
        assert_eq!(clients, ["curl", "python", "node", "fetch"]);
        for sample in four {
            assert_eq!((&sample.operation, &sample.body), (&four[0].operation, &four[0].body));
            assert!(sample.headers.iter().any(|(_, value)| value.ends_with(TOKEN)), "{sample:?}");
            assert!(sample.headers.iter().any(|(_, value)| value == ORGANIZATION), "{sample:?}");
        }
    }
    let served = samples.iter().filter(|sample| sample.is_served()).count();
    assert!(served >= 11 * 4, "all but e-mail, collect and attachment are served: {served}");
}

async fn samples_run(db: TestDb) {
    let desk = Desk::open(db).await;
    let token = desk.house.token(&[crate::house::EVERYTHING], None).await;
    for sample in Sample::all() {
        let (status, answer) = replay(&desk, &token, sample.clone()).await;
        let found = (status, answer["code"].as_i64().unwrap_or(-1));
        assert_eq!(found, sample.expected(), "{} by {}: {answer}", sample.operation, sample.client);
    }
    desk.books_are_sound().await;
}

#[test]
fn the_samples_of_zohos_page_run() {
    testkit::databases::run(Kind::Sqlite, samples_run);
}

/// The sample's token is nobody's: unedited, every sample is refused before anything else is looked at.
#[test]
fn the_samples_tokens_are_nobodys() {
    testkit::databases::run(Kind::Sqlite, async |db: TestDb| {
        let house = House::build(db).await;
        for sample in Sample::all() {
            let headers: Vec<(&str, &str)> =
                sample.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let body = sample.body.as_deref().unwrap_or_default();
            let reply = house.ask(&sample.method, &sample.path, &headers, body).await;
            let expected = if sample.is_served() { (401, 57) } else { (404, 5) };
            assert_eq!((reply.status, reply.value()["code"].as_i64().unwrap_or(-1)), expected, "{}", sample.operation);
        }
    });
}
