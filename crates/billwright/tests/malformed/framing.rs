//! What a parser of HTTP/1.1 must refuse, or may.

use super::request::Draft;
use super::values;
use fastrand::Rng;

/// Breaks the framing and says how.
pub fn break_one(draft: &mut Draft, random: &mut Rng) -> String {
    let mut add = |name: &str, value: &[u8]| draft.headers.push((name.to_owned(), value.to_vec()));
    let what = match random.u8(..16) {
        0 => {
            add("content-length", b"-1");
            "a negative length"
        }
        1 => {
            add("content-length", b"5");
            add("content-length", b"6");
            "two lengths"
        }
        2 => {
            add("content-length", b"99999999999999999999999");
            "an absurd length"
        }
        3 => {
            add("transfer-encoding", b"chunked");
            draft.body = Some(
                values::one(random, &["zz\r\n", "5\r\nab", "-1\r\n\r\n", "ffffffffffffffffff\r\n", "0\r\nx"]).into(),
            );
            "broken chunks"
        }
        4 => {
            add("transfer-encoding", b"chunked, gzip");
            "an unknown coding"
        }
        5 => {
            add("transfer-encoding", b"chunked");
            add("content-length", b"3");
            "a length and chunks"
        }
        6 => {
            draft.target = "*".to_owned();
            "a star"
        }
        7 => {
            draft.target = format!("http://other.example:99999{}", draft.target);
            "an absolute target"
        }
        8 => {
            draft.target.push_str(values::one(random, &["\u{e9}", " x", "\u{1}", "#frag", "\"<>", "\\", "\u{1F4B8}"]));
            "bytes in the target"
        }
        9 => {
            draft.method = values::one(random, &["", "GE T", "G\u{0}T", "CONNECT", "(POST)"]).to_owned();
            "no method"
        }
        10 => {
            draft.version = values::one(random, &["HTTP/9.9", "HTTP/1.", "HTTP/2.0", "", "http/1.1"]);
            "another version"
        }
        11 => {
            add("x-bad", b"a\0b");
            "a zero byte in a header"
        }
        12 => {
            add("x bad", b"a");
            "a blank in a header's name"
        }
        13 => {
            draft.headers.retain(|(name, _)| name != "host");
            "no host"
        }
        14 => {
            (0..400).for_each(|at| add(&format!("x-many-{at}"), b"1"));
            "too many headers"
        }
        _ => {
            add("x-large", &vec![b'x'; random.usize(130_000..400_000)]);
            "too large headers"
        }
    };
    format!("framing: {what}")
}
