//! What Zoho's clients say of a credit note and only they read again: kept beside the note.

use serde::{Deserialize, Serialize};

/// Beside a credit note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteExtras {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub template_id: String,
    /// In the order of the note's lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<NoteItemExtras>,
}

/// Beside a line of a credit note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteItemExtras {
    /// Tag and option.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(i64, i64)>,
    /// Label and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<(String, String)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tds_tax_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sat_item_key_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unitkey_code: String,
}

impl NoteExtras {
    /// Whether there is anything to keep.
    pub fn is_empty(&self) -> bool {
        self.template_id.is_empty() && self.items.iter().all(|item| *item == NoteItemExtras::default())
    }

    /// Whether a text is longer than anybody needs.
    pub fn is_too_long(&self) -> bool {
        const MAX_CHARS: usize = 255;
        let long = |text: &String| text.chars().count() > MAX_CHARS;
        long(&self.template_id)
            || self.items.iter().any(|item| {
                let texts = [&item.account_id, &item.tds_tax_id, &item.sat_item_key_code, &item.unitkey_code];
                texts.into_iter().any(long)
                    || item.tags.len() > 50
                    || item.custom_fields.len() > 50
                    || item.custom_fields.iter().any(|(label, value)| long(label) || long(value))
            })
    }
}
