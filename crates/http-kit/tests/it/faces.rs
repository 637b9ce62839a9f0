//! Whatever goes wrong below a prefix is answered by its face.

use http_kit::url::BaseUrl;

use crate::kit::{Server, Settings, ms};

#[tokio::test]
async fn unknown_paths() {
    let server = Server::start(Settings::default()).await;
    server.get("/a/none").await.expect(404, "a", "no /a/none");
    server.get("/a/none?x=1").await.expect(404, "a", "no /a/none");
    server.get("/a").await.expect(404, "a", "no /a");
    server.get("/a/").await.expect(404, "a", "no /a/");
    server.get("/alias/v1/none").await.expect(404, "a", "no /alias/v1/none");
    server.get("/ab/hello").await.expect(404, "root", "no /ab/hello");
    server.get("/alias").await.expect(404, "root", "no /alias");
    server.get("/").await.expect(404, "root", "no /");
    // axum takes a second slash behind a prefix as none.
    assert_eq!(server.get("/a//hello").await.body, "hello");
    assert_eq!(server.get("/alias/v1/hello").await.body, "hello");
    assert_eq!(server.get("/hello").await.body, "hello");
}

/// ChargeOver's C# client sends `/invoice ` and stray slashes (contract 3.3).
#[tokio::test]
async fn faces_may_mend_paths() {
    let server = Server::start(Settings::default()).await;
    assert_eq!(server.get("/a/hello%20?x=1").await.body, "hello");
    let url = server.get("/a/url%20?x=%20").await.body;
    assert_eq!(url, "http://test.example/a/url%20?x=%20", "links and signatures see the original");
    server.get("/a/none%20").await.expect(404, "a", "no /a/none%20");
}

#[tokio::test]
async fn wrong_methods() {
    let server = Server::start(Settings::default()).await;
    for (path, face) in [("/a/hello", "a"), ("/alias/v1/hello", "a"), ("/hello", "root")] {
        let put = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        let reply = server.ask(&put).await;
        reply.expect(405, face, "only GET,HEAD,DELETE");
        assert_eq!(reply.header("allow"), Some("GET,HEAD,DELETE"), "{reply:?}");
    }
    let reply = server.ask("OPTIONS /a/echo HTTP/1.1\r\nhost: x\r\n\r\n").await;
    reply.expect(405, "a", "only POST");
    let mut client = server.connect().await;
    client.send("HEAD /a/echo HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.reply_to_head().await.status, 405);
    client.send("HEAD /a/none HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.reply_to_head().await.status, 404);
}

#[tokio::test]
async fn plain_texts_of_extractors_never_leave() {
    let server = Server::start(Settings::default()).await;
    assert_eq!(server.get("/a/number/7").await.body, "7");
    server.get("/a/number/x").await.expect(400, "a", "malformed");
    server.get("/a/number/%ff").await.expect(400, "a", "malformed");
    let reply = server.get("/a/bare").await;
    reply.expect(500, "a", reply.header("x-request-id").unwrap());
    assert!(!reply.body.contains("details"));
}

#[tokio::test]
async fn panics_and_timeouts() {
    let mut settings = Settings::default();
    settings.edge.request_timeout = ms(1500);
    let server = Server::start(settings).await;
    let mut client = server.connect().await;
    client.send("GET /a/panic HTTP/1.1\r\nhost: x\r\nx-request-id: my-id\r\n\r\n").await;
    let reply = client.reply().await;
    reply.expect(500, "a", "my-id");
    assert_eq!(reply.header("x-request-id"), Some("my-id"));
    client.send("GET /a/never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let reply = client.reply().await;
    reply.expect(503, "a", "busy");
    assert_eq!(reply.header("retry-after"), Some("1"));
    client.send("GET /a/hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.reply().await.body, "hello", "the connection lives on");
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let server = Server::start(Settings::default()).await;
    let id = async |path: &str| server.get(path).await.header("x-request-id").expect("an id").to_owned();
    let ids = [id("/a/hello").await, id("/a/none").await, id("/none").await, id("/panic").await];
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(id.len(), 16, "{id}");
        assert!(!ids[..n].contains(id), "{ids:?}");
    }
    let sent = "GET /a/hello HTTP/1.1\r\nhost: x\r\nx-request-id: not sane\r\n\r\n";
    assert_ne!(server.ask(sent).await.header("x-request-id"), Some("not sane"));
}

#[tokio::test]
async fn urls_are_as_the_client_saw_them() {
    let server = Server::start(Settings::default()).await;
    let path = "/alias/v1/url?where=a%3AB,c&x=+";
    assert_eq!(server.get(path).await.body, format!("http://test.example{path}"));
    let old = server.ask("GET /a/url HTTP/1.0\r\n\r\n").await;
    assert_eq!(old.body, format!("http://{}/a/url", server.address));
    let mut settings = Settings::default();
    settings.edge.public_url.configured = BaseUrl::parse("https://pay.example.com").ok();
    let server = Server::start(settings).await;
    assert_eq!(server.get("/a/url?x").await.body, "https://pay.example.com/a/url?x");
}
