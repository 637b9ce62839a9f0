//! `/v1/legal-entities`: the issuers, with their currency, zone, policies, series and closed books.

use crate::answers::{created, json};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::shapes::{Address, AddressInput, Terms, TermsInput};
use crate::wire::{CurrencyCode, Day, Id, Instant, Word};
use billing::parties::entities::{CreateEntity, SeriesSpec, UpdateEntity};
use billing::read::EntityView;
use domain::id::{EntityId, SeriesId};
use domain::numbering::{Series, SeriesKind, SeriesReset};
use domain::party::{self, ClosedBooksPolicy, IssuedPolicy};
use domain::tax::{PriceMode, TaxRounding};
use http_kit::Answer;

table! {
    "listLegalEntities" GET "/v1/legal-entities" StaffRead "Lists all legal entities." {
        gives: Gives::Object(Page::<LegalEntity>::schema),
        handle: list,
    }
    "createLegalEntity" POST "/v1/legal-entities" Write "Makes a legal entity; the first one is the default." {
        takes: Takes::Body(NewLegalEntity::schema),
        gives: Gives::Created(LegalEntity::schema),
        names: "legal_entity_id",
        handle: create,
    }
    "getLegalEntity" GET "/v1/legal-entities/{legal_entity_id}" StaffRead
        "Reads a legal entity with its number series and its today." {
        gives: Gives::Object(LegalEntity::schema),
        names: "legal_entity_id",
        handle: get,
    }
    "updateLegalEntity" PATCH "/v1/legal-entities/{legal_entity_id}" Write
        "Changes a legal entity, or closes its books through a day." {
        takes: Takes::Body(LegalEntityPatch::schema),
        gives: Gives::Object(LegalEntity::schema),
        names: "legal_entity_id",
        handle: update,
    }
}

request! {
    /// A number series.
    NumberSeriesInput {
        /// Text before the digits; `{year}` stands for the document's year.
        prefix: String,
    } optional {
        /// Least digits, zero-padded, 1 to 12; 6 unless given.
        width: i64 as texts::number_width,
        /// When it starts again at 1; `never` unless given.
        reset: Word<SeriesReset>,
        /// Refuse a document dated before the last one numbered, in a yearly series of the same year.
        enforces_date_order: bool,
    }
}

request! {
    /// An issuer of invoices.
    NewLegalEntity {
        /// As documents print it.
        name: String as texts::line,
        /// The currency of its books; it never changes.
        base_currency: CurrencyCode,
    } optional {
        /// For replies.
        email: String as texts::email,
        /// As documents print it.
        address: AddressInput,
        /// As documents print them, such as `DE811907980`.
        tax_ids: Vec<String> as texts::shorts,
        /// An IANA name; "today" is the day there. `UTC` unless given.
        time_zone: String as texts::time_zone,
        /// A language such as `de` or `pt-BR`; `en` unless given.
        language: String as texts::language,
        /// Where tax is rounded; `per_group` unless given.
        tax_rounding: Word<TaxRounding>,
        /// Whether unit prices contain their tax; `exclusive` unless given.
        price_mode: Word<PriceMode>,
        /// What may happen to issued invoices; `correctable` unless given.
        issued_policy: Word<IssuedPolicy>,
        /// What happens to changes dated in closed books; `refuse` unless given.
        closed_books_policy: Word<ClosedBooksPolicy>,
        /// Write-offs take back tax in proportion.
        write_off_relieves_tax: bool,
        /// For customers without their own; 30 days unless given.
        default_terms: TermsInput,
        /// `INV-` and 6 digits unless given.
        invoice_series: NumberSeriesInput,
        /// `CN-` and 6 digits unless given.
        credit_note_series: NumberSeriesInput,
    }
}

patch! {
    /// Changes of a legal entity.
    LegalEntityPatch {
        /// As documents print it.
        name: String as texts::line,
        /// For replies.
        email: String as texts::email,
        /// The whole address.
        address: AddressInput,
        /// All of them.
        tax_ids: Vec<String> as texts::shorts,
        /// An IANA name.
        time_zone: String as texts::time_zone,
        /// A language such as `de`.
        language: String as texts::language,
        /// For invoices made from now on.
        tax_rounding: Word<TaxRounding>,
        /// For invoices made from now on.
        price_mode: Word<PriceMode>,
        /// What may happen to issued invoices.
        issued_policy: Word<IssuedPolicy>,
        /// What happens to changes dated in closed books.
        closed_books_policy: Word<ClosedBooksPolicy>,
        /// Closes the books through this day. They can be closed further, never reopened.
        books_closed_through: Day,
        /// Write-offs take back tax in proportion.
        write_off_relieves_tax: bool,
        /// For customers without their own.
        default_terms: TermsInput,
    }
}

answer! {
    /// A number series.
    NumberSeries {
        /// Its id.
        id: Id<SeriesId>,
        /// What it numbers.
        kind: Word<SeriesKind>,
        /// Text before the digits.
        prefix: String,
        /// Least digits.
        width: i64,
        /// When it starts again at 1.
        reset: Word<SeriesReset>,
        /// The last number given out, in a yearly series in its latest year; 0 before the first.
        last: i64,
        /// Refuses a document dated before the last one numbered, in a yearly series of the same year.
        enforces_date_order: bool,
    }
}

answer! {
    /// An issuer of invoices.
    LegalEntity {
        /// Its id.
        id: Id<EntityId>,
        /// As documents print it.
        name: String,
        /// For replies.
        email: String,
        /// As documents print it.
        address: Address,
        /// As documents print them.
        tax_ids: Vec<String>,
        /// The currency of its books.
        base_currency: CurrencyCode,
        /// An IANA name.
        time_zone: String,
        /// A language.
        language: String,
        /// Where tax is rounded.
        tax_rounding: Word<TaxRounding>,
        /// Whether unit prices contain their tax.
        price_mode: Word<PriceMode>,
        /// What may happen to issued invoices.
        issued_policy: Word<IssuedPolicy>,
        /// What happens to changes dated in closed books.
        closed_books_policy: Word<ClosedBooksPolicy>,
        /// The last day of the closed books; null when none are closed.
        books_closed_through: Option<Day>,
        /// Write-offs take back tax in proportion.
        write_off_relieves_tax: bool,
        /// For customers without their own.
        default_terms: Terms,
        /// Whether customers without a legal entity get this one.
        is_default: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// When it is read: today there.
        today: Day,
        /// When it is read: its number series.
        number_series: Vec<NumberSeries>,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let views = call.billing.legal_entities(&call.caller).await?.value;
    Ok(Page::whole(views.iter().map(whole).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let view = call.billing.legal_entity(&call.caller, call.id("legal_entity_id")?).await?;
    Ok(json(200, &whole(&view)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewLegalEntity>()?.from_wire();
    call.write(verb, |entity| created(format!("/v1/legal-entities/{}", entity.id), &LegalEntity::to_wire(&entity)))
        .await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let id = call.id("legal_entity_id")?;
    let verb = call.read::<LegalEntityPatch>()?.from_wire(id);
    call.write(verb, |entity| json(200, &LegalEntity::to_wire(&entity))).await
}

impl NumberSeriesInput {
    fn from_wire(self) -> SeriesSpec {
        let plain = SeriesSpec::plain(&self.prefix);
        SeriesSpec {
            width: self.width.unwrap_or(plain.width),
            reset: self.reset.map_or(plain.reset, |word| word.0),
            enforces_date_order: self.enforces_date_order.unwrap_or(plain.enforces_date_order),
            prefix: plain.prefix,
        }
    }
}

impl NewLegalEntity {
    fn from_wire(self) -> CreateEntity {
        let plain = CreateEntity::named(&self.name, self.base_currency.0);
        CreateEntity {
            name: plain.name,
            base_currency: plain.base_currency,
            email: self.email.unwrap_or_default(),
            address: self.address.map(AddressInput::from_wire).unwrap_or_default(),
            tax_ids: self.tax_ids.unwrap_or_default(),
            time_zone: self.time_zone.unwrap_or(plain.time_zone),
            language: self.language.unwrap_or(plain.language),
            tax_rounding: self.tax_rounding.map_or(plain.tax_rounding, |word| word.0),
            price_mode: self.price_mode.map_or(plain.price_mode, |word| word.0),
            issued_policy: self.issued_policy.map_or(plain.issued_policy, |word| word.0),
            closed_books_policy: self.closed_books_policy.map_or(plain.closed_books_policy, |word| word.0),
            write_off_relieves_tax: self.write_off_relieves_tax.unwrap_or(plain.write_off_relieves_tax),
            default_terms: self.default_terms.map_or(plain.default_terms, TermsInput::from_wire),
            invoice_series: self.invoice_series.map_or(plain.invoice_series, NumberSeriesInput::from_wire),
            credit_note_series: self.credit_note_series.map_or(plain.credit_note_series, NumberSeriesInput::from_wire),
        }
    }
}

impl LegalEntityPatch {
    fn from_wire(self, entity: EntityId) -> UpdateEntity {
        UpdateEntity {
            entity: Some(entity),
            name: self.name,
            email: self.email,
            address: self.address.map(AddressInput::from_wire),
            tax_ids: self.tax_ids,
            time_zone: self.time_zone,
            language: self.language,
            tax_rounding: self.tax_rounding.map(|word| word.0),
            price_mode: self.price_mode.map(|word| word.0),
            issued_policy: self.issued_policy.map(|word| word.0),
            closed_books_policy: self.closed_books_policy.map(|word| word.0),
            books_closed_through: self.books_closed_through.map(|day| day.0),
            write_off_relieves_tax: self.write_off_relieves_tax,
            default_terms: self.default_terms.map(TermsInput::from_wire),
        }
    }
}

fn whole(view: &EntityView) -> LegalEntity {
    LegalEntity {
        today: Some(Day(view.today)),
        number_series: Some(view.series.iter().map(NumberSeries::to_wire).collect()),
        ..LegalEntity::to_wire(&view.entity)
    }
}

impl NumberSeries {
    fn to_wire(series: &Series) -> Self {
        Self {
            id: Id(series.id),
            kind: Word(series.kind),
            prefix: series.prefix.clone(),
            width: series.width,
            reset: Word(series.reset),
            last: series.last,
            enforces_date_order: series.enforces_date_order,
        }
    }
}

impl LegalEntity {
    fn to_wire(entity: &party::LegalEntity) -> Self {
        Self {
            id: Id(entity.id),
            name: entity.name.clone(),
            email: entity.email.clone(),
            address: Address::to_wire(&entity.address),
            tax_ids: entity.tax_ids.clone(),
            base_currency: CurrencyCode(entity.base_currency),
            time_zone: entity.time_zone.clone(),
            language: entity.language.clone(),
            tax_rounding: Word(entity.tax_rounding),
            price_mode: Word(entity.price_mode),
            issued_policy: Word(entity.issued_policy),
            closed_books_policy: Word(entity.closed_books_policy),
            books_closed_through: entity.books_closed_through.map(Day),
            write_off_relieves_tax: entity.write_off_relieves_tax,
            default_terms: Terms::to_wire(&entity.default_terms),
            is_default: entity.is_default,
            created_at: Instant(entity.created_at),
            updated_at: Instant(entity.updated_at),
            today: None,
            number_series: None,
        }
    }
}
