//! What is logged and counted about a request, and what never is.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::kit::{Server, Settings};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The runtime of a `tokio::test` has one thread, so a thread's own subscriber sees it all.
#[tokio::test]
async fn lines_have_route_and_id_but_no_secrets() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(captured.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::start(Settings::default()).await;
    let request = "POST /a/echo?token=hush HTTP/1.1\r\nhost: x\r\nauthorization: Bearer hush\r\n\
        x-request-id: id-1\r\ncontent-length: 4\r\n\r\nhush";
    assert_eq!(server.ask(request).await.body, "hush");
    server.get("/a/number/7").await;
    server.get("/a/panic").await;
    server.stop().await.unwrap();
    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("hush"), "{text}");
    let line = |part: &str| text.lines().find(|line| line.contains(part)).expect(part).to_owned();
    let echo = line("answered");
    for part in ["id-1", "/a/echo", "method=\"POST\"", "status=200", "duration_us=", "face=\"a\""] {
        assert!(echo.contains(part), "{part}: {echo}");
    }
    assert!(line("/a/number/{n}").contains("status=200"));
    assert_eq!(text.matches("panic: on purpose").count(), 1, "{text}");
}

/// All metrics of these requests, as Prometheus would read them.
fn metrics_of<F: Future<Output = ()>>(story: impl FnOnce() -> F) -> String {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        http_kit::metrics::describe();
        runtime.block_on(story());
    });
    recorder.handle().render()
}

#[test]
fn labels_are_templates_and_never_what_clients_invent() {
    let text = metrics_of(|| async {
        let server = Server::start(Settings::default()).await;
        for path in ["/a/number/7", "/a/number/8", "/alias/v1/hello", "/a/invented", "/invented"] {
            server.get(path).await;
        }
        server.ask("BREW /a/hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
        server.stop().await.unwrap();
    });
    for (labels, count) in [
        (r#"face="a",route="/a/number/{n}",method="GET",status="200""#, 2),
        (r#"face="a",route="/alias/v1/hello",method="GET",status="200""#, 1),
        (r#"face="a",route="unmatched",method="GET",status="404""#, 1),
        (r#"face="root",route="unmatched",method="GET",status="404""#, 1),
        (r#"face="a",route="/a/hello",method="OTHER",status="405""#, 1),
    ] {
        let line = format!("http_requests_total{{{labels}}} {count}\n");
        assert!(text.contains(&line), "{line}{text}");
    }
    assert!(!text.contains("invented") && !text.contains("BREW"), "{text}");
    for gauge in [r#"http_connections{listener="main"} 0"#, r#"http_requests_in_flight{face="a"} 0"#] {
        assert!(text.contains(gauge), "{gauge}\n{text}");
    }
}

#[test]
fn a_client_that_goes_away_is_counted_once() {
    let text = metrics_of(|| async {
        let server = Server::start(Settings::default()).await;
        let mut client = server.connect().await;
        client.send("GET /a/never HTTP/1.1\r\nhost: x\r\n\r\n").await;
        tokio::time::sleep(crate::kit::ms(300)).await;
        drop(client);
        server.stop().await.unwrap();
    });
    let line = r#"http_requests_total{face="a",route="/a/never",method="GET",status="499"} 1"#;
    assert!(text.contains(line), "{text}");
}
