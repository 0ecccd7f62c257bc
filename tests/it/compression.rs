//! Compressed requests and answers.

use std::io::{Read as _, Write as _};
use std::sync::{Mutex, mpsc};

use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder, ZlibEncoder};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{RawClient, Request, Response, Upstream};

/// An API that compresses answers of `least` bytes and more.
fn compressing(least: u32) -> TestApi {
    TestApi::new().api(|api| api.minimum_compression_size = Some(least))
}

fn decoded(response: &Response) -> Vec<u8> {
    let mut out = Vec::new();
    let body = &response.body[..];
    let result = match response.header("content-encoding") {
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut out),
        Some("deflate") => flate2::read::ZlibDecoder::new(body).read_to_end(&mut out),
        Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut out),
        Some("zstd") => zstd::stream::read::Decoder::new(body).unwrap().read_to_end(&mut out),
        other => panic!("coded as {other:?}"),
    };
    result.unwrap();
    out
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn answers_are_compressed_for_callers_that_ask() {
    let body = "compress me, please; ".repeat(50);
    let upstream = Upstream::answering(200, &[("Content-Type", "text/plain"), ("ETag", "\"v1\"")], &body);
    let api = compressing(100)
        .method("/mock", "GET", TestMethod::mock(200, &[], &body))
        .method("/http", "GET", TestMethod::http(&upstream.url("/")))
        .method("/proxy", "ANY", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::start(&api);
    for path in ["/mock", "/http", "/proxy"] {
        for (accept, coding) in
            [("gzip", "gzip"), ("deflate", "deflate"), ("gzip, br", "br"), ("gzip;q=0.9, zstd", "zstd")]
        {
            let response = Request::get(path).header("Accept-Encoding", accept).send(plane.address);
            assert_eq!(response.header("content-encoding"), Some(coding), "{path} {accept}");
            assert_eq!(response.header("vary"), Some("Accept-Encoding"), "{path} {accept}");
            assert!(response.complete && response.body.len() < body.len() / 2, "{path} {accept}");
            assert_eq!(decoded(&response), body.as_bytes(), "{path} {accept}");
            let etag = (path == "/proxy").then_some("W/\"v1\"");
            assert_eq!(response.header("etag"), etag, "{path} {accept}");
        }
        for accept in ["identity", "*", "gzip;q=0"] {
            let response = Request::get(path).header("Accept-Encoding", accept).send(plane.address);
            assert_eq!(response.header("content-encoding"), None, "{path} {accept}");
            assert_eq!(response.header("vary"), Some("Accept-Encoding"), "{path} {accept}");
            assert_eq!(response.text(), body, "{path} {accept}");
        }
    }
    let whole = Request::get("/mock").header("Accept-Encoding", "gzip").send(plane.address);
    assert_eq!(whole.header("content-length"), Some(&*whole.body.len().to_string()));
    let head = Request::new("HEAD", "/proxy").header("Accept-Encoding", "gzip").send(plane.address);
    assert_eq!((head.header("content-encoding"), head.header("content-length")), (Some("gzip"), None));
    assert_eq!(head.body, b"");
}

#[test]
fn what_is_small_coded_or_not_to_be_changed_stays() {
    let body = "compress me, please; ".repeat(50);
    let upstream = Upstream::start({
        let body = body.clone();
        move |request, wire| {
            let (name, value) = match &*request.target {
                "/coded" => ("Content-Encoding", "br"),
                "/kept" => ("Cache-Control", "no-transform"),
                _ => ("Content-Type", "text/event-stream"),
            };
            wire.answer(200, &[(name, value)], &body);
        }
    });
    let ask = |api: TestApi, path: &str| {
        let api = api.method(
            "/{p+}",
            "GET",
            TestMethod::proxy(&upstream.url("/{p}")).maps("path.p", "method.request.path.p"),
        );
        let plane = Plane::start(&api);
        Request::get(path).header("Accept-Encoding", "gzip").send(plane.address)
    };
    for (api, path, coding) in [
        (compressing(0), "/coded", Some("br")),
        (compressing(0), "/kept", None),
        (compressing(0), "/events", None),
        (compressing(10_000), "/coded", Some("br")),
        (TestApi::new(), "/plain", None),
    ] {
        let response = ask(api, path);
        assert_eq!(response.header("content-encoding"), coding, "{path}");
        assert_eq!(response.header("vary"), None, "{path}");
        assert_eq!(response.text(), body, "{path}");
    }
    // The gateway's own answers are recorded byte by byte.
    let plane = Plane::start(&compressing(0).method("/", "GET", TestMethod::mock(200, &[], "x")));
    let missing = Request::get("/none").header("Accept-Encoding", "gzip").send(plane.address);
    assert_eq!(missing.text(), r#"{"message":"Missing Authentication Token"}"#);
}

/// Reads one chunk of a body.
fn chunk(client: &mut RawClient) -> Vec<u8> {
    let mut size = Vec::new();
    while !size.ends_with(b"\r\n") {
        size.extend(client.take(1));
    }
    let size = String::from_utf8(size).unwrap();
    let length = usize::from_str_radix(size.trim(), 16).unwrap();
    let mut data = client.take(length + 2);
    data.truncate(length);
    data
}

#[test]
fn what_the_back_end_has_sent_is_not_held_back() {
    const FIRST: &[u8] = b"first part, sent before the second one";
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let upstream = Upstream::start(move |_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
        wire.send(format!("{:x}\r\n", FIRST.len()));
        wire.send(FIRST);
        wire.send("\r\n");
        wait.lock().unwrap().recv().unwrap();
        wire.send("6\r\nsecond\r\n0\r\n\r\n");
    });
    let plane = Plane::start(&compressing(1000).method("/", "GET", TestMethod::proxy(&upstream.url("/"))));
    let mut client = RawClient::connect(plane.address);
    client.send(Request::get("/").header("Accept-Encoding", "gzip").bytes(plane.address));
    assert_eq!(client.head().header("content-encoding"), Some("gzip"));
    let mut plain = GzDecoder::new(Vec::new());
    while plain.get_ref().len() < FIRST.len() {
        plain.write_all(&chunk(&mut client)).unwrap();
        plain.flush().unwrap();
    }
    assert_eq!(plain.get_ref(), FIRST);
    go_on.send(()).unwrap();
    loop {
        let data = chunk(&mut client);
        if data.is_empty() {
            break;
        }
        plain.write_all(&data).unwrap();
    }
    assert_eq!(plain.finish().unwrap(), [FIRST, b"second"].concat());
}

#[test]
fn a_back_ends_answer_that_breaks_off_is_seen_to() {
    let upstream = Upstream::sending("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nonly this");
    let plane = Plane::start(&compressing(0).method("/", "GET", TestMethod::proxy(&upstream.url("/"))));
    let response = Request::get("/").header("Accept-Encoding", "gzip").send(plane.address);
    assert!(!response.complete);
    let mut plain = GzDecoder::new(Vec::new());
    plain.write_all(&response.body).unwrap();
    plain.flush().unwrap();
    assert_eq!(plain.get_ref(), b"only this");
}

#[test]
fn requests_are_decompressed_before_anybody_reads_them() {
    let upstream = Upstream::answering(200, &[], "");
    let api = TestApi::new().method("/http", "POST", TestMethod::http(&upstream.url("/"))).method(
        "/proxy",
        "POST",
        TestMethod::proxy(&upstream.url("/")),
    );
    let plane = Plane::with(&api, |config| config.limits.buffered_body_bytes = 5000);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(b"hello").unwrap();
    let zlib = zlib.finish().unwrap();
    let post = |path: &str, coding: &str, body: Vec<u8>| {
        Request::new("POST", path).header("Content-Encoding", coding).body(body).send(plane.address)
    };
    for path in ["/http", "/proxy"] {
        for (coding, body) in
            [("gzip", gzip(b"hello")), ("deflate", zlib.clone()), ("identity", b"hello".to_vec())]
        {
            let before = upstream.requests().len();
            assert_eq!(post(path, coding, body).status, 200, "{path} {coding}");
            let seen = upstream.request(before);
            assert_eq!(seen.text(), "hello", "{path} {coding}");
            assert_eq!(seen.header("content-encoding"), None, "{path} {coding}");
        }
        let before = upstream.requests().len();
        for (coding, body, status) in [
            ("gzip", b"hello".to_vec(), 415),
            ("deflate", gzip(b"hello"), 415),
            ("gzip", gzip(&vec![0; 5001]), 413),
            ("gzip", gzip(&vec![0; 5_000_000]), 413),
        ] {
            assert_eq!(post(path, coding, body).status, status, "{path} {coding}");
        }
        assert_eq!(upstream.requests().len(), before);
    }
    let refused = post("/http", "br", b"x".to_vec());
    assert_eq!((refused.status, &*refused.text()), (415, r#"{"message":"Unsupported Media Type"}"#));
    assert_eq!(post("/proxy", "br", b"x".to_vec()).status, 200);
    assert_eq!(post("/http", "gzip", Vec::new()).status, 200);
}
