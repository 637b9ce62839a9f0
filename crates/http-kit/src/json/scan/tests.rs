use super::*;
use proptest::prelude::*;

#[track_caller]
fn good(body: &str) {
    if let Err(fault) = check(body.as_bytes(), &Limits::default()) {
        panic!("{body} is refused: {fault}");
    }
    serde_json::from_str::<serde_json::Value>(body).expect("serde agrees");
}

#[track_caller]
fn bad(body: impl AsRef<[u8]>, kind: Kind, offset: usize, path: &str) {
    let fault = check(body.as_ref(), &Limits::default()).expect_err("a fault");
    assert_eq!((fault.kind, fault.offset, fault.path.as_str()), (kind, offset, path));
}

#[test]
fn accepts_json() {
    good("null");
    good(" {\"a\" : [ 1 , -2.50e+3, true,false , {} , [] ] ,\n\t\"b\":\"\\u00e9\\ud83d\\ude00/\\/\"}\r\n");
    good("0");
    good("-0.0");
    good("\"\u{7f}é\"");
    good(r#"{"a":{"a":1},"b":{"a":1}}"#);
    good(&format!("{}{}", "[".repeat(64), "]".repeat(64)));
}

#[test]
fn refuses_what_is_not_json() {
    bad("", Kind::Empty, 0, "");
    bad(" \n", Kind::Empty, 2, "");
    bad("\u{feff}{}", Kind::Unexpected, 0, "");
    bad("{\"a\":1}x", Kind::TrailingData, 7, "");
    bad("{} {}", Kind::TrailingData, 3, "");
    bad("{a:1}", Kind::Unexpected, 1, "");
    bad("{'a':1}", Kind::Unexpected, 1, "");
    bad("{\"a\":1,}", Kind::Unexpected, 7, "/a");
    bad("[1,]", Kind::Unexpected, 3, "/1");
    bad("[1 2]", Kind::Unexpected, 3, "/0");
    bad("[1}", Kind::Unexpected, 2, "/0");
    bad("{\"a\" 1}", Kind::Unexpected, 5, "/a");
    bad("trux", Kind::Unexpected, 3, "");
    bad("True", Kind::Unexpected, 0, "");
    bad("/* c */ 1", Kind::Unexpected, 0, "");
}

#[test]
fn refuses_truncated_text_everywhere() {
    let whole = r#"{"a":[1,{"b":"x\u00e9\ud83d\ude00"},true],"c":null}"#;
    for end in 1..whole.len() {
        let fault = check(&whole.as_bytes()[..end], &Limits::default()).expect_err("a fault");
        assert_eq!(fault.kind, Kind::Truncated, "{}", &whole[..end]);
    }
    bad(&"\"é".as_bytes()[..2], Kind::Truncated, 1, "");
    bad("1.", Kind::Truncated, 0, "");
    bad("[1e", Kind::Truncated, 1, "/0");
}

#[test]
fn refuses_duplicate_keys_after_unescaping() {
    bad(r#"{"a":1,"a":2}"#, Kind::DuplicateKey("a".into()), 7, "/a");
    bad(r#"{"x":[{"a":1,"\u0061":2}]}"#, Kind::DuplicateKey("a".into()), 13, "/x/0/a");
    bad(r#"{"a/b":1,"a\/b":2}"#, Kind::DuplicateKey("a/b".into()), 9, "/a~1b");
    let many: Vec<String> = (0..100).map(|n| format!("\"k{n}\":0")).collect();
    good(&format!("{{{}}}", many.join(",")));
    for twin in [0, 15, 16, 17, 99] {
        let body = format!("{{{},\"k{twin}\":1}}", many.join(","));
        let fault = check(body.as_bytes(), &Limits::default()).expect_err("a fault");
        assert_eq!(fault.kind, Kind::DuplicateKey(format!("k{twin}")));
    }
}

#[test]
fn refuses_deep_nesting() {
    let body = "[".repeat(65);
    bad(&body, Kind::TooDeep { limit: 64 }, 64, &"/0".repeat(64));
    let body = "{\"a\":".repeat(100_000);
    let fault = check(body.as_bytes(), &Limits::default()).expect_err("a fault");
    assert_eq!(fault.kind, Kind::TooDeep { limit: 64 });
}

#[test]
fn refuses_bad_strings() {
    bad(b"\"\xff\"", Kind::NotUtf8, 1, "");
    bad(b"{\"a\":\"\xc3(\"}", Kind::NotUtf8, 6, "");
    bad("{\"a\":\"x\ny\"}", Kind::ControlCharacter, 7, "/a");
    bad("\"\u{0}\"", Kind::ControlCharacter, 1, "");
    bad(r#"["\u0000"]"#, Kind::NulCharacter, 2, "/0");
    bad(r#"{"\u0000":1}"#, Kind::NulCharacter, 2, "");
    bad(r#""\x""#, Kind::BadEscape, 1, "");
    bad(r#""\u12g4""#, Kind::BadEscape, 1, "");
    bad(r#""\ud800""#, Kind::LoneSurrogate, 1, "");
    bad(r#""\ud800x""#, Kind::LoneSurrogate, 1, "");
    bad(r#""\ud800\n""#, Kind::LoneSurrogate, 1, "");
    bad(r#""\ud800\ud800""#, Kind::LoneSurrogate, 1, "");
    bad(r#""\udc00""#, Kind::LoneSurrogate, 1, "");
}

#[test]
fn refuses_bad_numbers() {
    bad("NaN", Kind::NotFinite, 0, "");
    bad("[Infinity]", Kind::NotFinite, 1, "/0");
    bad("{\"a\":-Infinity}", Kind::NotFinite, 5, "/a");
    bad("+1", Kind::Unexpected, 0, "");
    bad(".5", Kind::Unexpected, 0, "");
    bad("[01]", Kind::BadNumber, 1, "/0");
    bad("[-]", Kind::BadNumber, 1, "/0");
    bad("[1.]", Kind::BadNumber, 1, "/0");
    bad("[1e+]", Kind::BadNumber, 1, "/0");
    bad("[1-2]", Kind::BadNumber, 1, "/0");
    bad("[1.2.3]", Kind::BadNumber, 1, "/0");
    bad("0x10", Kind::TrailingData, 1, "");
    bad("9".repeat(41), Kind::NumberTooLong { limit: 40 }, 0, "");
    good(&format!("[{}]", "9".repeat(40)));
    bad("[1e41]", Kind::ExponentTooLarge { limit: 40 }, 1, "/0");
    bad("[1e-99999999999999999]", Kind::ExponentTooLarge { limit: 40 }, 1, "/0");
    good("[1e-0000000000040]");
}

proptest! {
    /// Whatever passes is JSON for serde too, and no input makes the scanner panic.
    #[test]
    fn what_passes_parses(body in "[\\[\\]{}:,\"\\\\a-u0-9.eE+ -]{0,40}") {
        let ours = check(body.as_bytes(), &Limits::default());
        if ours.is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{}", body);
        }
    }

    #[test]
    fn any_bytes_are_judged(body in proptest::collection::vec(any::<u8>(), 0..60)) {
        if check(&body, &Limits::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        }
    }
}
