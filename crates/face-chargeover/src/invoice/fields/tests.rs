//! The tables against the seed. What the fields say of whole invoices is told over HTTP, in `tests/`.

use super::*;

/// The names and types of the seed page, in its order.
const SEED: &str = include_str!("../../../tests/wire/seed_004_fields.json");

fn of_object(object: &str) -> Vec<Meaning> {
    meanings().filter(|(of, _)| *of == object).map(|(_, meaning)| meaning).collect()
}

fn shape(word: &str) -> Option<Shape> {
    Some(match word {
        "integer" => Shape::Integer,
        "float" => Shape::Number,
        "string" | "date" => Shape::Text,
        "boolean" => Shape::Boolean,
        "list" => return None,
        other => panic!("unknown type {other}"),
    })
}

#[test]
fn every_field_of_the_seed_in_its_order_with_its_type() {
    let seed: serde_json::Value = serde_json::from_str(SEED).expect("JSON");
    for (object, count) in [("invoice", 96), ("line_items", 53), ("schedule", 15)] {
        let wanted: Vec<(&str, Shape)> = seed[object]
            .as_array()
            .expect("a list")
            .iter()
            .map(|pair| (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a type")))
            .filter_map(|(name, word)| Some((name, shape(word)?)))
            .collect();
        let found: Vec<(&str, Shape)> = of_object(object).iter().map(|meaning| (meaning.name, meaning.shape)).collect();
        assert_eq!(found[..wanted.len()], wanted[..], "{object}");
        assert_eq!(wanted.len(), count, "{object}");
    }
}

#[test]
fn every_row_says_where_it_comes_from() {
    for (object, meaning) in meanings() {
        assert!(!meaning.source.is_empty() && !meaning.null_when.is_empty(), "{object}.{}", meaning.name);
        let twice = of_object(object).iter().filter(|other| other.name == meaning.name).count();
        assert_eq!(twice, 1, "{object}.{}", meaning.name);
    }
}
