//! Open files: each connection is one, and the usual soft limit of 1,024 is far below the cap.

/// Files that the rest of the process needs: databases, logs, mails, outgoing calls.
const RESERVED_FILES: u64 = 200;

/// Connections per listener that the limit of open files allows, after raising it as far as the
/// process may.
pub(super) fn affordable(wanted: usize, listeners: usize) -> usize {
    let Some(limit) = raise_limit() else {
        return wanted;
    };
    let per_listener = limit.saturating_sub(RESERVED_FILES) / listeners.max(1) as u64;
    let allowed = usize::try_from(per_listener).unwrap_or(usize::MAX).max(16);
    if allowed < wanted {
        tracing::warn!(
            wanted,
            allowed,
            open_files = limit,
            "fewer connections than configured: raise the limit of open files (ulimit -n)"
        );
    }
    wanted.min(allowed)
}

/// Raises the soft limit to the hard one: the limit now, or None when there is none.
#[cfg(unix)]
fn raise_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let known = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: known.maximum, maximum: known.maximum };
    // Some systems refuse an unlimited soft limit: then the known one stays.
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => known.maximum,
        Err(_) => known.current,
    }
}

#[cfg(not(unix))]
fn raise_limit() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_wanted_and_never_none() {
        assert_eq!(affordable(10, 2), 10);
        assert!(affordable(usize::MAX, usize::MAX) >= 16);
    }
}
