//! Bulk inserts by binary COPY.

use std::pin::pin;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};

use crate::Batch;

/// Sends all rows and gives their number. `types` are those of the table's columns.
pub(super) async fn copy(
    client: &Client,
    statement: &Statement,
    types: &[Type],
    batch: &Batch<'_>,
) -> Result<u64, Error> {
    let sink = client.copy_in(statement).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, types));
    for row in batch.rows() {
        writer.as_mut().write_raw(row).await?;
    }
    writer.finish().await
}
