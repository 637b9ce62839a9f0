use super::*;
use proptest::prelude::*;

fn sample(style: Style) -> String {
    let text = object(style, |o| {
        o.int("code", 0).str("url", "http://x/é\u{1f600}").null("message");
        o.dec("total", "100.90").opt_dec("paid", None::<&str>).bool("is_paid", false);
        o.object("empty", |_| {}).list("none", |_| {});
        o.array("lines", [1_i64, 2], |item, line| {
            line.int("id", item);
        });
        o.array_of_strs("tags", ["a\n\u{1}", "b\"\\"]).raw("side", " {\"a\": 1} ");
    });
    String::from_utf8(text).expect("UTF-8")
}

#[test]
fn compact() {
    assert_eq!(
        sample(Style::COMPACT),
        concat!(
            r#"{"code":0,"url":"http://x/é😀","message":null,"total":100.90,"paid":null,"#,
            r#""is_paid":false,"empty":{},"none":[],"lines":[{"id":1},{"id":2}],"#,
            r#""tags":["a\n\u0001","b\"\\"],"side":{"a": 1}}"#
        )
    );
}

/// The shape of PHP 8's json_encode($x, JSON_PRETTY_PRINT).
#[test]
fn php_pretty() {
    assert_eq!(
        sample(Style::PHP_PRETTY),
        r#"{
    "code": 0,
    "url": "http:\/\/x\/\u00e9\ud83d\ude00",
    "message": null,
    "total": 100.90,
    "paid": null,
    "is_paid": false,
    "empty": {},
    "none": [],
    "lines": [
        {
            "id": 1
        },
        {
            "id": 2
        }
    ],
    "tags": [
        "a\n\u0001",
        "b\"\\"
    ],
    "side": {"a": 1}
}"#
    );
}

#[test]
fn arrays_at_the_top() {
    let text = array(Style::COMPACT, |a| {
        a.str("x").int(-5_i64).dec("0.10").bool(true).null().raw("[1]");
        a.list(|inner| {
            inner.object(|o| {
                o.text("on", 7);
            });
        });
    });
    assert_eq!(text, br#"["x",-5,0.10,true,null,[1],[{"on":"7"}]]"#);
}

proptest! {
    #[test]
    fn strings_come_back(key in any::<String>(), value in any::<String>(), whole in any::<i64>()) {
        for style in [Style::COMPACT, Style::PRETTY, Style::PHP_PRETTY] {
            let text = object(style, |o| {
                o.object("o", |o| {
                    o.str(&key, &value);
                });
                o.int("i", whole).dec("d", whole);
                o.array_of_strs("a", [&value, &key]);
            });
            let parsed: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            prop_assert_eq!(parsed["o"][&key].as_str(), Some(value.as_str()));
            prop_assert_eq!(parsed["i"].as_i64(), Some(whole));
            prop_assert_eq!(parsed["d"].as_i64(), Some(whole));
            prop_assert_eq!(parsed["a"][1].as_str(), Some(key.as_str()));
            if style == Style::PHP_PRETTY {
                prop_assert!(text.is_ascii());
            }
            if !key.contains('\0') && !value.contains('\0') {
                prop_assert!(check(&text, &Limits::default()).is_ok());
            }
        }
    }
}
