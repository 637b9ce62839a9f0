//! Lists an account's invoices and reads one, with zoom-api 0.10, and prints what the crate read as one JSON
//! object `{"list": ..., "invoice": ...}`. A call that fails prints `{"status": 400, "error": "..."}` instead.
//!
//!     zoom-api-client BASE_URL TOKEN ACCOUNT_ID FROM TO INVOICE_ID

use serde_json::{Value, json};
use zoom_api::{Client, ClientError, Response};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, token, account, from, to, invoice] = arguments.as_slice() else {
        eprintln!("usage: zoom-api-client BASE_URL TOKEN ACCOUNT_ID FROM TO INVOICE_ID");
        std::process::exit(2);
    };
    let mut client = Client::new("", "", "", token, "");
    client.with_host_override(base_url);
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a date");
    let billing = client.billing();
    let list = shown(billing.account_invoice(account, day(from), day(to)).await, |body| json!(body));
    let invoice = shown(billing.get_account_invoice(account, invoice).await, |body| json!(body));
    println!("{}", json!({"list": list, "invoice": invoice}));
}

fn shown<T>(told: Result<Response<T>, ClientError>, body: impl Fn(T) -> Value) -> Value {
    match told {
        Ok(response) => body(response.body),
        Err(ClientError::HttpError { status, error, .. }) => json!({"status": status.as_u16(), "error": error}),
        Err(other) => json!({"status": null, "error": other.to_string()}),
    }
}
