//! The work that a server does beside answering.

use billing::Billing;
use tokio::task::JoinHandle;

/// A running loop; ends with [`Keeping::stop`].
pub struct Keeping {
    task: Option<JoinHandle<()>>,
}

pub fn start(_billing: &Billing) -> Keeping {
    Keeping { task: None }
}

impl Keeping {
    pub async fn stop(self) {
        if let Some(task) = self.task {
            task.abort();
            let _ = task.await;
        }
    }
}
