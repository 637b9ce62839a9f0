//! What clients can do to connections.

use http_kit::body::BodyBudget;
use http_kit::server::ServerConfig;

use crate::kit::{Client, Server, Settings, ms};

const HELLO: &str = "GET /a/hello HTTP/1.1\r\nhost: x\r\n\r\n";

fn settings(change: impl FnOnce(&mut ServerConfig)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings.server);
    settings
}

#[tokio::test]
async fn slow_headers_are_cut() {
    let server = Server::start(settings(|server| server.header_timeout = ms(300))).await;
    let mut silent = server.connect().await;
    silent.expect_closed().await;

    let mut dribbling = server.connect().await;
    dribbling.send("GET /a/hello HTTP/1.1\r\n").await;
    let mut rounds = 0;
    // One header line every 50 ms never ends by itself.
    while dribbling.try_send("x-more: y\r\n").await && rounds < 600 {
        rounds += 1;
        tokio::time::sleep(ms(50)).await;
    }
    assert!(rounds < 600, "never cut");

    let mut stuck = server.connect().await;
    stuck.send("GET /a/hello HTTP/1.1\r\n").await;
    assert_eq!(stuck.reply().await.status, 408);
    stuck.expect_closed().await;

    // The second request of a connection has the same time.
    let mut second = server.connect().await;
    second.send(HELLO).await;
    assert_eq!(second.reply().await.body, "hello");
    second.send("GET /a").await;
    assert_eq!(second.reply().await.status, 408);
    let summary = server.stop().await.unwrap();
    assert_eq!((summary.cut, summary.requests), (4, 1), "{summary:?}");
}

#[tokio::test]
async fn idle_connections_are_closed_later_than_slow_headers() {
    let server = Server::start(settings(|server| {
        server.header_timeout = ms(200);
        server.idle_timeout = ms(1500);
    }))
    .await;
    let mut client = server.connect().await;
    client.send(HELLO).await;
    assert_eq!(client.reply().await.body, "hello");
    tokio::time::sleep(ms(600)).await;
    client.send(HELLO).await;
    assert_eq!(client.reply().await.body, "hello", "idle is not slow headers");
    client.expect_closed().await;
}

#[tokio::test]
async fn a_long_handler_is_not_idle() {
    let server = Server::start(settings(|server| {
        server.header_timeout = ms(100);
        server.idle_timeout = ms(100);
    }))
    .await;
    assert_eq!(server.get("/a/slow").await.body, "slept");
}

#[tokio::test]
async fn slow_bodies_are_cut() {
    let server = Server::start(settings(|server| server.linger = ms(500))).await;
    let mut stuck = server.connect().await;
    stuck.send("POST /a/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab").await;
    stuck.reply().await.expect(408, "a", "slowly");
    stuck.expect_closed().await;

    let mut dribbling = server.connect().await;
    dribbling.send("POST /b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let mut rounds = 0;
    while dribbling.try_send("1\r\nx\r\n").await && rounds < 600 {
        rounds += 1;
        tokio::time::sleep(ms(50)).await;
    }
    assert!(rounds < 600, "never cut");
}

#[tokio::test]
async fn slow_readers_are_cut() {
    let server = Server::start(settings(|server| server.write_timeout = ms(300))).await;
    let mut client = server.connect().await;
    client.send("GET /a/big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    // Far more than the sockets' buffers, and nobody reads.
    tokio::time::sleep(ms(1500)).await;
    let summary = server.stop().await.unwrap();
    assert_eq!((summary.cut, summary.cut_at_shutdown), (1, 0), "{summary:?}");
}

#[tokio::test]
async fn the_cap_answers_503_and_recovers() {
    let server = Server::start(settings(|server| server.max_connections = 2)).await;
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    for client in [&mut first, &mut second] {
        client.send(HELLO).await;
        assert_eq!(client.reply().await.status, 200);
    }
    let mut third = server.connect().await;
    third.send(HELLO).await;
    let refusal = third.reply().await;
    assert_eq!((refusal.status, refusal.header("retry-after")), (503, Some("1")));
    third.expect_closed().await;
    drop(first);
    // The place is free as soon as the server has seen the end.
    let mut tries = 0;
    while server.ask(HELLO).await.status != 200 {
        tries += 1;
        assert!(tries < 200, "never recovers");
        tokio::time::sleep(ms(50)).await;
    }
    second.send(HELLO).await;
    assert_eq!(second.reply().await.status, 200);
    let summary = server.stop().await.unwrap();
    assert!(summary.refused >= 1, "{summary:?}");
}

/// One address holds its share and no more; what is exempt is not counted.
#[tokio::test]
async fn one_address_cannot_take_every_place() {
    let capped = |server: &mut ServerConfig| {
        server.max_connections_per_ip = Some(2);
        // The clients of a test come from this machine.
        server.uncapped_ips = vec!["192.0.2.0/24".parse().unwrap()];
    };
    let server = Server::start(settings(capped)).await;
    let mut clients = [server.connect().await, server.connect().await];
    for client in &mut clients {
        client.send(HELLO).await;
        assert_eq!(client.reply().await.status, 200);
    }
    let mut third = server.connect().await;
    third.send(HELLO).await;
    let refusal = third.reply().await;
    assert_eq!((refusal.status, refusal.header("retry-after")), (503, Some("1")));
    third.expect_closed().await;
    drop(clients);
    let mut tries = 0;
    while server.ask(HELLO).await.status != 200 {
        tries += 1;
        assert!(tries < 200, "never recovers");
        tokio::time::sleep(ms(50)).await;
    }
    assert!(server.stop().await.unwrap().refused >= 1);

    let exempt = |server: &mut ServerConfig| {
        server.max_connections_per_ip = Some(1);
        server.uncapped_ips = vec!["127.0.0.1".parse().unwrap()];
    };
    let server = Server::start(settings(exempt)).await;
    let mut clients = [server.connect().await, server.connect().await, server.connect().await];
    for client in &mut clients {
        client.send(HELLO).await;
        assert_eq!(client.reply().await.status, 200);
    }
    assert_eq!(server.stop().await.unwrap().refused, 0);
}

/// axum::serve has no timeouts: there, such requests stay open for good.
#[tokio::test]
async fn five_hundred_half_open_requests_hurt_nobody() {
    half_open(500).await;
}

/// The full size; run it with `cargo test -p http-kit -- --ignored` and enough open files.
#[tokio::test]
#[ignore = "needs 10,000 open files"]
async fn five_thousand_half_open_requests_hurt_nobody() {
    half_open(5000).await;
}

async fn half_open(count: usize) {
    let server = Server::start(settings(|server| server.header_timeout = ms(2500))).await;
    let mut others = Vec::new();
    for n in 0..count {
        let mut client = server.connect().await;
        match n % 3 {
            0 => {}
            1 => client.send("GET /a/hello HTTP/1.1\r\nx: ").await,
            _ => client.send("P").await,
        }
        others.push(client);
    }
    for _ in 0..20 {
        assert_eq!(server.ask(HELLO).await.body, "hello");
    }
    // Every one of them gets a 408 or is closed.
    for client in &mut others {
        if let Some(reply) = client.try_reply(true).await {
            assert_eq!(reply.status, 408);
        }
    }
    let summary = server.stop().await.unwrap();
    assert_eq!(summary.cut, count as u64, "{summary:?}");
}

#[tokio::test]
async fn old_and_odd_requests_work() {
    let server = Server::start(Settings::default()).await;
    let ask = async |text: &str| {
        let reply = server.ask(text).await;
        (reply.status, reply.body)
    };
    let hello = (200, "hello".to_owned());
    assert_eq!(ask("GET /a/hello HTTP/1.0\r\n\r\n").await, hello, "HTTP/1.0 without Host");
    assert_eq!(ask("GET /a/hello HTTP/1.1\r\n\r\n").await, hello, "no Host");
    let empty = (200, String::new());
    assert_eq!(ask("POST /a/echo HTTP/1.1\r\nhost: x\r\n\r\n").await, empty, "no length");
    assert_eq!(ask("POST /a/echo HTTP/1.0\r\n\r\n").await, empty, "no length, HTTP/1.0");
    assert_eq!(
        ask("POST /a/echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n").await,
        (200, "ab".to_owned())
    );
    assert_eq!(
        ask("GET http://y.example/a/url?x=1 HTTP/1.1\r\nhost: x\r\n\r\n").await,
        (200, "http://x/a/url?x=1".to_owned()),
        "absolute form"
    );
}

/// The PyPI client of Zoho sends `null` with every GET; the connection stays usable.
#[tokio::test]
async fn bodies_of_get_and_delete_are_ignored() {
    let server = Server::start(Settings::default()).await;
    let mut client = server.connect().await;
    client.send("GET /a/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nnull").await;
    assert_eq!(client.reply().await.body, "hello");
    client.send("DELETE /a/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}").await;
    assert_eq!(client.reply().await.body, "deleted");
    client.send("HEAD /a/hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let head = client.reply_to_head().await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("5")));
    client.send(HELLO).await;
    assert_eq!(client.reply().await.body, "hello", "nothing was left behind");

    // Larger than anyone would read: answered, then the connection ends.
    let mut client = server.connect().await;
    client.send("GET /a/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nx").await;
    assert_eq!(client.reply().await.body, "hello");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(Settings::default()).await;
    let mut client = server.connect().await;
    client.send(&format!("GET /a/slow HTTP/1.1\r\nhost: x\r\n\r\n{HELLO}{HELLO}")).await;
    assert_eq!(client.reply().await.body, "slept");
    assert_eq!(client.reply().await.body, "hello");
    assert_eq!(client.reply().await.body, "hello");
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let server = Server::start(Settings::default()).await;
    for text in ["hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nb d: x\r\n\r\n"] {
        let mut client = server.connect().await;
        client.send(text).await;
        assert_eq!(client.reply().await.status, 400, "{text}");
        client.expect_closed().await;
    }
    // A request with two lengths is how requests are smuggled.
    let mut client = server.connect().await;
    client.send("POST /a/echo HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab").await;
    assert_eq!(client.reply().await.status, 400);
    // Strange but valid targets reach the default face.
    server.ask("OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n").await.expect(404, "root", "no *");
    let connect = server.ask("CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!((400..500).contains(&connect.status), "{connect:?}");
    server.ask("BREW /a/hello HTTP/1.1\r\nhost: x\r\n\r\n").await.expect(405, "a", "GET");
}

#[tokio::test]
async fn oversized_heads() {
    let server = Server::start(Settings::default()).await;
    let with = |lines: &str| format!("GET /a/hello HTTP/1.1\r\nhost: x\r\n{lines}\r\n");
    let many = "x-a: 1\r\n".repeat(120);
    server.ask(&with(&many)).await.expect(431, "a", "more than 100 headers");
    let long = format!("x-a: {}\r\n", "y".repeat(70_000));
    server.ask(&with(&long)).await.expect(431, "a", "larger than 65536 bytes");
    let url = format!("GET /a/hello?{} HTTP/1.1\r\nhost: x\r\n\r\n", "q".repeat(40_000));
    server.ask(&url).await.expect(414, "a", "longer than 32768 bytes");
    // Far beyond: hyper's own, without a body, and the client gets to read it.
    let huge = format!("x-a: {}\r\n", "y".repeat(30_000_000));
    let reply = server.ask(&with(&huge)).await;
    assert_eq!((reply.status, reply.body.as_str()), (431, ""));
    let many = "x-a: 1\r\n".repeat(500);
    assert_eq!(server.ask(&with(&many)).await.status, 431);
}

#[tokio::test]
async fn oversized_bodies() {
    let server = Server::start(Settings::default()).await;
    let post = |path: &str, size: usize| {
        let body = "x".repeat(size);
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n{body}")
    };
    assert_eq!(server.ask(&post("/a/echo", 1000)).await.body.len(), 1000);
    server.ask(&post("/a/echo", 1001)).await.expect(413, "a", "larger than 1000 bytes");
    assert_eq!(server.ask(&post("/a/large", 50_000)).await.body, "50000");
    // The whole body is on its way when the refusal is: it must still arrive.
    server.ask(&post("/a/echo", 30_000_000)).await.expect(413, "a", "larger");
    let chunk = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600)).repeat(2);
    let head = "POST /a/echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    server.ask(&format!("{head}{chunk}0\r\n\r\n")).await.expect(413, "a", "larger");
    server.ask(&format!("{head}zz\r\n")).await.expect(400, "a", "broken");
    // A client that asks first is refused before it sends.
    let mut asking = Client::connect(server.address).await;
    asking.send("POST /a/echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2000\r\n\r\n").await;
    asking.reply().await.expect(413, "a", "larger");
}

#[tokio::test]
async fn bodies_share_a_budget() {
    let mut settings = Settings::default();
    settings.edge.body_budget = BodyBudget::new(500);
    let server = Server::start(settings).await;
    let post = |size: usize| {
        let body = "x".repeat(size);
        format!("POST /a/echo HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n{body}")
    };
    for _ in 0..3 {
        assert_eq!(server.ask(&post(400)).await.status, 200);
        let refusal = server.ask(&post(600)).await;
        refusal.expect(503, "a", "busy");
        assert_eq!(refusal.header("retry-after"), Some("1"));
    }
}
