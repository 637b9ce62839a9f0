//! How far a long command is: a bar on stderr when that is a terminal and the work takes longer than a second,
//! else nothing.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears late.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    /// False: it shows already, or never will.
    may_show: AtomicBool,
}

impl Progress {
    /// `total` steps of `what`; 0 when their number is not known.
    pub fn new(what: &'static str, total: usize) -> Progress {
        let bar = match total {
            0 => ProgressBar::no_length(),
            total => ProgressBar::new(total as u64),
        };
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let template = match total {
            0 => "{msg} {pos} {elapsed}",
            _ => "{msg} [{bar:30}] {pos}/{len} {per_sec} {eta}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is a constant");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what);
        Progress { bar, began: Instant::now(), may_show: AtomicBool::new(std::io::stderr().is_terminal()) }
    }

    /// So many steps are done.
    pub fn at(&self, done: usize) {
        if self.began.elapsed() >= PATIENCE && self.may_show.swap(false, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done as u64);
    }

    /// Removes the bar and tells how long the work took.
    pub fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.began.elapsed()
    }
}
