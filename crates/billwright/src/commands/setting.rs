//! `billwright tenant set` and `tenant settings`: the switches and limits of the faces. A running server sees a
//! change within a second.

use billing::Caller;
use billing::parties::tenants::SetSetting;

use crate::app::App;
use crate::exit::{Failure, Result};
use crate::output::{self, Cell, Printer, Record};

use super::tenant;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Word(&'static [&'static str]),
    /// From 1; empty takes the setting away.
    Number,
}

/// Every setting that a face reads, with what it is without one.
const SETTINGS: [(&str, Kind, &str); 7] = [
    ("talkdesk.requests_per_second", Kind::Number, "no limit"),
    ("zoho.limits", Kind::Word(&["off", "free", "standard", "professional", "premium"]), "off"),
    ("zoho.limits.at_a_time", Kind::Number, "the plan's"),
    ("zoho.limits.per_day", Kind::Number, "the plan's"),
    ("zoho.limits.per_minute", Kind::Number, "the plan's"),
    ("zoom.free_accounts", Kind::Word(&["allow", "refuse"]), "allow"),
    ("zoom.limits", Kind::Word(&["off", "advise", "enforce"]), "advise"),
];

pub async fn set(app: &App, of: Option<&str>, name: &str, value: &str) -> Result<()> {
    judge(name, value)?;
    let tenant = tenant::choose(&app.billing, of).await?;
    let verb = SetSetting { name: name.to_owned(), value: value.to_owned() };
    app.billing.perform(&Caller::system(tenant), verb).await?;
    output::note(format!("{name} of {tenant} is now {value:?}; a running server follows within a second"));
    Ok(())
}

pub async fn list(app: &App, of: Option<&str>, printer: Printer) -> Result<()> {
    let tenant = tenant::choose(&app.billing, of).await?;
    let set = app.billing.settings(tenant).await?;
    let rows: Vec<Record> = SETTINGS
        .iter()
        .map(|(name, kind, default)| {
            let allowed = match kind {
                Kind::Word(words) => words.join(" "),
                Kind::Number => "a number".to_owned(),
            };
            Record::default()
                .with("name", Cell::text(*name))
                .with("value", Cell::maybe(set.get(*name).filter(|value| !value.is_empty())))
                .with("default", Cell::text(*default))
                .with("allowed", Cell::text(allowed))
        })
        .collect();
    printer.list(&["name", "value", "default", "allowed"], &rows)
}

/// Faces read an unknown word as the default, so a slip must be seen here.
fn judge(name: &str, value: &str) -> Result<()> {
    let Some((_, kind, _)) = SETTINGS.iter().find(|(known, ..)| *known == name) else {
        let names: Vec<&str> = SETTINGS.iter().map(|(known, ..)| *known).collect();
        return Err(
            Failure::usage(format!("there is no setting {name:?}")).todo(format!("it is one of {}", names.join(", ")))
        );
    };
    match kind {
        Kind::Word(words) if !words.contains(&value) => {
            Err(Failure::usage(format!("{name} cannot be {value:?}"))
                .todo(format!("it is one of {}", words.join(", "))))
        }
        Kind::Number if !value.is_empty() && !value.parse::<u32>().is_ok_and(|number| number > 0) => {
            Err(Failure::usage(format!("{name} cannot be {value:?}"))
                .todo("it is a number from 1, or empty to take it away"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen() {
        for (name, value) in [("zoho.limits", "free"), ("zoho.limits.per_day", "3"), ("zoho.limits.per_day", "")] {
            assert!(judge(name, value).is_ok(), "{name} {value}");
        }
        for (name, value) in [
            ("zoho.limit", "free"),
            ("zoho.limits", "Free"),
            ("zoho.limits", ""),
            ("zoho.limits.per_day", "0"),
            ("zoho.limits.per_day", "many"),
            ("zoho.limits.per_day", "-1"),
        ] {
            assert_eq!(judge(name, value).expect_err("a slip").exit() as u8, 2, "{name} {value}");
        }
    }
}
