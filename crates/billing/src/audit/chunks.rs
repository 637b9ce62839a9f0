//! Headers come in chunks of ids, their parts in windows over the same ids.

use super::Auditor;
use std::collections::HashMap;
use store::audit::{Part, Window};

/// Headers read at once.
pub(super) const HEADERS: i64 = 500;
/// Lines read at once, unless one document alone has more.
const LINES: usize = 20_000;

/// Ids are positive; a corrupted one may not be.
pub(super) const BEFORE_ALL: i64 = i64::MIN;

/// Splits a chunk of headers so that no piece has more lines than are read at once. Each piece comes with the window
/// from the piece before it.
pub(super) fn pieces<T>(
    headers: Vec<Part<T>>,
    mut after: i64,
    line_count: impl Fn(&T) -> usize,
) -> Vec<(Window, Vec<Part<T>>)> {
    let mut pieces: Vec<(Window, Vec<Part<T>>)> = Vec::new();
    let mut room = 0;
    for header in headers {
        let (id, count) = (header.0, header.1.as_ref().map_or(0, &line_count));
        match pieces.last_mut() {
            Some((window, piece)) if count <= room => {
                window.through = id;
                piece.push(header);
            }
            _ => {
                pieces.push((Window { after, through: id }, vec![header]));
                room = LINES;
            }
        }
        room = room.saturating_sub(count);
        after = id;
    }
    pieces
}

/// Parts by their owners. An owner with a part that cannot be read is named, and left out of further checks.
pub(super) struct Owned {
    unreadable: Vec<i64>,
}

impl Owned {
    pub(super) fn new() -> Self {
        Self { unreadable: Vec::new() }
    }

    pub(super) fn group<T>(
        &mut self,
        auditor: &mut Auditor,
        kind: &str,
        part: &str,
        rows: Vec<Part<T>>,
    ) -> HashMap<i64, Vec<T>> {
        let mut found: HashMap<i64, Vec<T>> = HashMap::new();
        for (owner, row) in rows {
            match row {
                Ok(row) => found.entry(owner).or_default().push(row),
                Err(reason) => {
                    auditor.violates("unreadable", kind, owner, format!("{part}: {reason}"));
                    self.unreadable.push(owner);
                }
            }
        }
        found
    }

    pub(super) fn is_readable(&self, owner: i64) -> bool {
        !self.unreadable.contains(&owner)
    }
}

impl Auditor {
    /// The row, or its object named because it cannot be read.
    pub(super) fn readable<T>(&mut self, kind: &str, (id, row): Part<T>) -> Option<T> {
        row.map_err(|reason| self.violates("unreadable", kind, id, reason)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_so_many_lines_and_tile_the_ids() {
        let headers = [(3, 15_000), (5, 5_000), (9, 1), (12, 90_000), (13, 0), (14, 20_000)];
        let headers: Vec<Part<usize>> = headers.iter().map(|&(id, lines)| (id, Ok(lines))).collect();
        let pieces = pieces(headers, 1, |lines| *lines);
        let found: Vec<(i64, i64, usize)> =
            pieces.iter().map(|(window, piece)| (window.after, window.through, piece.len())).collect();
        assert_eq!(found, [(1, 5, 2), (5, 9, 1), (9, 13, 2), (13, 14, 1)]);
    }
}
