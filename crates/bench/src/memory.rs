//! Anonymous resident memory of the real server with many invoices, after it has been read from.

use crate::Size;
use crate::load::requests_per_second;
use crate::world::{filled, zoho_token};
use anyhow::{Context, Result};
use billing::query::{InvoiceQuery, Paging};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use store::Config;

pub async fn run(size: Size) -> Result<()> {
    let Size { invoices, time } = size;
    let folder = tempfile::tempdir()?;
    let world = filled(&Config::sqlite(folder.path().join("billwright.db")), invoices / 20, invoices).await?;
    let token = zoho_token(&world).await?;
    let query = InvoiceQuery {
        filters: Vec::new(),
        order: Vec::new(),
        paging: Paging::Offset { offset: 0, limit: 500 },
        with_withdrawn: true,
    };
    let rows = world.billing.invoices(&world.caller, query).await?.value.rows;
    drop(world);
    let head = format!("HTTP/1.1\r\nHost: localhost\r\nAuthorization: Zoho-oauthtoken {token}\r\n\r\n");
    let mut requests: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| format!("GET /billing/v1/invoices/{} {head}", face_zoho::wire::spell(row.id.0)).into_bytes())
        .collect();
    requests.push(format!("GET /billing/v1/invoices?per_page=200 {head}").into_bytes());

    let program = std::env::current_exe()?.with_file_name("billwright");
    let mut server = Command::new(&program)
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("build {} first", program.display()))?;
    let stdout = server.stdout.take().context("the server has no output")?;
    let mut line = String::new();
    let mut lines = BufReader::new(stdout);
    while !line.contains("http://") {
        line.clear();
        anyhow::ensure!(lines.read_line(&mut line)? > 0, "the server ended");
    }
    let address = line.split("http://").nth(1).unwrap_or_default().trim().trim_end_matches('/').parse()?;
    let loaded = requests_per_second(address, 32, time, Arc::new(requests)).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    server.kill()?;
    server.wait()?;
    let (per_second, _) = loaded?;
    println!(
        "memory of the server, {invoices} invoices, after {per_second} requests/s: RssAnon {} KiB, RssFile {} KiB",
        field(&status, "RssAnon:")?,
        field(&status, "RssFile:")?,
    );
    Ok(())
}

fn field(status: &str, name: &str) -> Result<u64> {
    let line = status.lines().find(|line| line.starts_with(name)).context("a field of /proc/pid/status")?;
    Ok(line.split_whitespace().nth(1).context("a number")?.parse()?)
}
