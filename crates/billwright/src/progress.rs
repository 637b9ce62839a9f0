//! How far a long command is: a bar on stderr when that is a terminal and the work takes longer than a second,
//! else nothing.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears late.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    may_show: bool,
}

impl Progress {
    /// `total` steps of `what`; 0 when their number is not known.
    pub fn new(what: &'static str, total: u64) -> Progress {
        let bar = match total {
            0 => ProgressBar::no_length(),
            total => ProgressBar::new(total),
        };
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let template = match total {
            0 => "{msg} {pos} {elapsed}",
            _ => "{msg} [{bar:30}] {pos}/{len} {per_sec} {eta}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is a constant");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what);
        Progress { bar, began: Instant::now(), may_show: std::io::stderr().is_terminal() }
    }

    /// So many steps are done.
    pub fn at(&mut self, done: u64) {
        if self.may_show && self.began.elapsed() >= PATIENCE {
            self.may_show = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }

    /// Removes the bar and tells how long the work took.
    pub fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.began.elapsed()
    }
}
