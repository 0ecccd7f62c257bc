//! `postern echo` answers what it received, and a few shapes of answer on request.

use postern::cli::echo::Echo;
use tokio::runtime::Runtime;

use crate::support::{RawClient, Request};

fn with_echo(check: impl FnOnce(std::net::SocketAddr)) {
    let runtime = Runtime::new().unwrap();
    let echo = runtime.block_on(Echo::bind(([127, 0, 0, 1], 0).into())).unwrap();
    let address = echo.address();
    runtime.spawn(echo.serve());
    check(address);
}

#[test]
fn it_tells_what_it_received() {
    with_echo(|address| {
        let answer = Request::new("PUT", "/a/b%2Fc?x=1&y")
            .header("X-Two", "1")
            .header("x-two", "2")
            .body("hello")
            .send(address);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-served-by"), Some("postern-echo"));
        let json = answer.json();
        assert_eq!(
            (json["method"].as_str(), json["path"].as_str(), json["query"].as_str()),
            (Some("PUT"), Some("/a/b%2Fc"), Some("x=1&y"))
        );
        assert_eq!(json["headers"]["x-two"], "1, 2");
        assert_eq!((json["body"].as_str(), json["body_bytes"].as_u64()), (Some("hello"), Some(5)));
        assert_eq!(json["body_sha256"], "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    });
}

#[test]
fn it_gives_the_status_that_is_asked_for() {
    with_echo(|address| {
        for (path, status) in
            [("/status/201", 201), ("/status/503", 503), ("/status/99", 400), ("/status/x", 400)]
        {
            assert_eq!(Request::get(path).send(address).status, status, "{path}");
        }
        let empty = Request::get("/status/204").send(address);
        assert_eq!((empty.status, empty.body.len()), (204, 0));
    });
}

#[test]
fn it_sends_as_many_bytes_as_are_asked_for() {
    with_echo(|address| {
        for count in [0, 1, 100_000] {
            let answer = Request::get(&format!("/bytes/{count}")).send(address);
            assert_eq!(answer.body.len(), count);
            assert_eq!(answer.header("content-length"), Some(count.to_string().as_str()));
        }
        assert_eq!(Request::get("/bytes/1073741825").send(address).status, 400);
    });
}

#[test]
fn it_streams_lines_without_a_length() {
    with_echo(|address| {
        let answer = Request::get("/stream/3").send(address);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.text(), "{\"line\": 0}\n{\"line\": 1}\n{\"line\": 2}\n");
    });
}

#[test]
fn it_waits_as_long_as_is_asked_for_and_keeps_the_connection() {
    with_echo(|address| {
        let mut client = RawClient::connect(address);
        for path in ["/delay/1", "/delay/20", "/plain"] {
            client.send(Request::get(path).bytes(address));
            assert_eq!(client.response().json()["path"], path);
        }
        assert_eq!(Request::get("/delay/60001").send(address).status, 400);
    });
}
