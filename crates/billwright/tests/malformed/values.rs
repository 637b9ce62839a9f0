//! Values that programs stumble over.

use fastrand::Rng;

/// Takes one of a list.
pub fn one<'l, T: ?Sized>(random: &mut Rng, list: &[&'l T]) -> &'l T {
    list[random.usize(..list.len())]
}

/// A JSON token in place of any value, not always JSON.
pub fn token(random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => number(random),
        1 => number(random),
        2 | 3 => quoted(random),
        4 => one(random, &["null", "true", "false", "[]", "{}", "[[]]", "[null]", "{\"\":{}}", "\"\""]).to_owned(),
        5 => one(
            random,
            &["NaN", "Infinity", "-Infinity", "undefined", "'a'", "None", "0x10", "+1", ".5", "1.", "01", "--1"],
        )
        .to_owned(),
        6 => deep(random),
        _ => format!("[{}]", vec![number(random); random.usize(1..50)].join(",")),
    }
}

/// A number as JSON prints it, too big, too small or too exact for most.
pub fn number(random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => one(
            random,
            &[
                "1e400",
                "-1e400",
                "1e-400",
                "1E+41",
                "1e2147483648",
                "-0",
                "-0.0",
                "0",
                "-1",
                "1e0",
                "100e-2",
                "9007199254740991",
                "9007199254740992",
                "9007199254740993",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "18446744073709551616",
                "340282366920938463463374607431768211456",
                "0.1",
                "0.005",
                "0.0000000000001",
                "3.3000000000000003",
                "0.1000000000000000055511151231257827",
                "99999999999999.99",
                "90071992547409.91",
                "90071992547409.92",
                "1.7976931348623157e308",
                "4.9e-324",
                "2147483648",
                "-2147483649",
                "4294967296",
            ],
        )
        .to_owned(),
        // 10^40 and its neighbours.
        1 => "9".repeat(random.usize(1..60)),
        2 => format!("0.{}1", "0".repeat(random.usize(1..60))),
        3 => format!("{}.{}", "7".repeat(random.usize(1..20)), "3".repeat(random.usize(1..20))),
        4 => format!("{}e{}", random.i32(-100..100), random.i32(-50..50)),
        _ => random.i64(..).to_string(),
    }
}

/// A JSON string, quotes included; not always valid.
pub fn quoted(random: &mut Rng) -> String {
    match random.u8(..10) {
        0 => one(
            random,
            &[
                r#""\ud800""#,
                r#""\udc00\ud800""#,
                r#""\ud83d""#,
                r#""\uD83D\u0041""#,
                r#""\u0000""#,
                r#""a\u0000b""#,
                r#""\x41""#,
                r#""\u12""#,
                "\"a\nb\"",
                "\"a\tb\"",
                "\"unfinished",
                r#""\""#,
            ],
        )
        .to_owned(),
        1 => format!("\"{}\"", "x".repeat(random.usize(1..70_000))),
        2 => format!("\"{}\"", "\u{1F4B8}".repeat(random.usize(1..300))),
        3 => format!("\"{}\"", number(random)),
        _ => serde_json::Value::from(text(random)).to_string(),
    }
}

/// A text, always valid Unicode.
pub fn text(random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => one(
            random,
            &[
                "",
                " ",
                "\u{0}",
                "\u{feff}",
                "\u{202e}txt.exe",
                "e\u{301}",
                "\u{1F468}\u{200d}\u{1F469}",
                "\u{fffd}",
                "\u{ffff}",
                "İ",
                "ß",
                "ﬁ",
                "K",
                "１２３",
                "٣",
                "\u{a0}",
                "\u{2028}",
                "NULL",
                "nan",
                "-",
                "=1+1",
                "' OR 1=1 --",
                "\"; DROP TABLE invoices; --",
                "%00",
                "{{7*7}}",
                "${jndi:ldap://x}",
                "<script>",
                "../../etc/passwd",
                "\\\\host\\share",
                "4111111111111111",
                "4111 1111 1111 1111",
                "\r\nSet-Cookie: a=b",
            ],
        )
        .to_owned(),
        1 => one(
            random,
            &[
                "2026-02-30",
                "0000-00-00",
                "9999-12-31",
                "-0001-01-01",
                "10000-01-01",
                "2026-1-1",
                "20260101",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:00:00+99:00",
                "2026-06-30T23:59:60Z",
                "now",
                "tomorrow",
            ],
        )
        .to_owned(),
        2 => one(
            random,
            &[
                "USD",
                "usd",
                "XXX",
                "XAU",
                "XTS",
                "EUR ",
                "JPY",
                "KWD",
                "U$D",
                "BTC",
                "000",
                "Türkiye",
                "Europe/Nowhere",
            ],
        )
        .to_owned(),
        3 => one(
            random,
            &[
                "inv_0",
                "inv_-1",
                "inv_1",
                "inv_",
                "inv_01",
                "cus_99999999999999999999",
                "INV_100200",
                "inv_100200 ",
                "ten_1",
            ],
        )
        .to_owned(),
        4 => number(random),
        _ => (0..random.usize(..40)).filter_map(|_| char::from_u32(random.u32(..0x0011_0000))).collect(),
    }
}

/// Arrays or objects within each other.
pub fn deep(random: &mut Rng) -> String {
    let levels = one(random, &[&20, &63, &64, &65, &127, &128, &129, &1_000, &100_000]);
    if random.bool() {
        format!("{}{}", "[".repeat(*levels), "]".repeat(*levels))
    } else {
        format!("{}1{}", "{\"a\":".repeat(*levels), "}".repeat(*levels))
    }
}

/// A piece of a path or query, percent-encoded well or badly.
pub fn segment(random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => one(
            random,
            &[
                "%",
                "%0",
                "%zz",
                "%00",
                "%ff",
                "%c0%af",
                "%ed%a0%80",
                "%2e%2e",
                "..",
                ".",
                "%2f",
                "%5c",
                "%20",
                "%0d%0a",
                ";",
                ";a=b",
                "%25",
                "%u0041",
                "*",
                "(",
                "[]",
                "%F0%9F%92%B8",
                "null",
                "undefined",
                "me",
                "_count",
            ],
        )
        .to_owned(),
        1 => one(
            random,
            &["0", "-1", "1", "00000000000000000001", "9223372036854775807", "9223372036854775808", "1e3", "1.0", "+1"],
        )
        .to_owned(),
        2 => "9".repeat(random.usize(1..400)),
        3 => "a".repeat(random.usize(1..4_000)),
        4 => format!("{}_{}", one(random, &["inv", "cus", "pay", "crn", "itm", "ten", "x"]), random.i64(..)),
        5 => format!("{:x}", random.u128(..)),
        6 => encoded(&text(random)),
        _ => random.u64(..).to_string(),
    }
}

/// Percent-encodes everything but letters and digits.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
