//! Cross-origin requests over the wire.

use http_kit::cors::Cors;

use crate::kit::{Server, Settings};

async fn server() -> Server {
    let mut settings = Settings::default();
    settings.edge.cors = Cors::new(["https://app.example.com"]).unwrap();
    Server::start(settings).await
}

fn request(line: &str, origin: &str, more: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\n{more}\r\n")
}

const ASKED: &str = "access-control-request-method: POST\r\n";

#[tokio::test]
async fn preflights_never_reach_handlers() {
    let server = server().await;
    for path in ["/a/echo", "/a/panic", "/a/none", "/none"] {
        let line = format!("OPTIONS {path}");
        let reply = server.ask(&request(&line, "https://app.example.com", ASKED)).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{path}");
        let origin = reply.header("access-control-allow-origin");
        assert_eq!(origin, Some("https://app.example.com"));
        assert_eq!(reply.header("access-control-allow-headers"), Some("Authorization, X-Test"));
        assert!(reply.header("access-control-allow-methods").unwrap().contains("DELETE"));
        assert!(reply.header("vary").unwrap().starts_with("Origin"));
        assert!(reply.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn foreign_origins_get_no_cors_headers() {
    let server = server().await;
    for line in ["OPTIONS /a/echo", "GET /a/hello"] {
        let reply = server.ask(&request(line, "https://evil.com", ASKED)).await;
        assert!(!reply.head.contains("access-control"), "{}", reply.head);
        assert!(reply.header("vary").unwrap().starts_with("Origin"));
    }
}

#[tokio::test]
async fn normal_answers_and_errors_are_readable() {
    let server = server().await;
    for (path, status) in [("/a/hello", 200), ("/a/none", 404), ("/a/panic", 500)] {
        let line = format!("GET {path}");
        let reply = server.ask(&request(&line, "https://app.example.com", "")).await;
        assert_eq!(reply.status, status);
        let origin = reply.header("access-control-allow-origin");
        assert_eq!(origin, Some("https://app.example.com"));
        assert!(reply.header("access-control-expose-headers").unwrap().contains("X-Request-Id"));
    }
    let plain = request("OPTIONS /a/hello", "https://app.example.com", "");
    server.ask(&plain).await.expect(405, "a", "only");
}

#[tokio::test]
async fn without_origins_nothing_is_added() {
    let server = Server::start(Settings::default()).await;
    let reply = server.ask(&request("GET /a/hello", "https://app.example.com", "")).await;
    assert!(!reply.head.contains("access-control") && !reply.head.contains("vary"));
}
