//! Requests in a row, cut anywhere.

use http::HeaderName;
use proptest::prelude::*;

use super::*;

/// Records `wire` in pieces of these lengths, and gives the names of each head.
fn record(wire: &[u8], pieces: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut recorder = Recorder::new();
    let mut rest = wire;
    for piece in pieces {
        let (now, later) = rest.split_at(piece.min(rest.len()));
        recorder.read(now);
        rest = later;
    }
    recorder.read(rest);
    recorder.heads.into_iter().map(|spelled| spelled.0.into()).collect()
}

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let name: HeaderName = name.parse().expect("a name");
        map.append(name, value.parse().expect("a value"));
    }
    map
}

#[test]
fn heads_are_found_between_bodies_wherever_the_bytes_are_cut() {
    for (wire, expected) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nX-CamelCase: 1\r\n\r\n", vec!["Host:X-CamelCase:"]),
        ("GET / HTTP/1.1\r\n\r\n", vec![""]),
        ("\r\nGET / HTTP/1.1\r\nhOST: a\r\n\r\n", vec!["hOST:"]),
        ("GET / HTTP/1.1\nHost: a\nX-b: 1\n\n", vec!["Host:X-b:"]),
        ("GET /1 HTTP/1.1\r\nA: 1\r\n\r\nGET /2 HTTP/1.1\r\nB: 1\r\n\r\n", vec!["A:", "B:"]),
        (
            "POST / HTTP/1.1\r\nContent-LENGTH: 31\r\n\r\nGET /no HTTP/1.1\r\nInBody: 1\r\n\r\nGET / HTTP/1.1\r\nZ: 1\r\n\r\n",
            vec!["Content-LENGTH:", "Z:"],
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-encoding: chunked\r\n\r\n1f;x=y\r\nGET /no HTTP/1.1\r\nInBody: 1\r\n\r\n\r\n0\r\nTrailer: 1\r\n\r\nGET / HTTP/1.1\r\nZ: 1\r\n\r\n",
            vec!["Transfer-encoding:", "Z:"],
        ),
        // A coding beside a length: the length does not count, and nothing follows.
        (
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            vec!["Content-Length:Transfer-Encoding:"],
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nZ: 1\r\n\r\n",
            vec!["Content-Length:", "Z:"],
        ),
        // What hyper refuses is followed no further.
        ("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\nxGET / HTTP/1.1\r\nZ: 1\r\n\r\n", vec![]),
        ("GET / HTTP/1.1\r\nA: 1\r\n\r\nnot http at all\r\n\r\nGET / HTTP/1.1\r\nZ: 1\r\n\r\n", vec!["A:"]),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\nGET / HTTP/1.1\r\nZ: 1\r\n\r\n",
            vec!["Transfer-Encoding:"],
        ),
        // Half a head is none.
        ("GET / HTTP/1.1\r\nA: 1\r\n", vec![]),
    ] {
        for piece in 1..=wire.len() {
            assert_eq!(
                record(wire.as_bytes(), vec![piece; wire.len() / piece]),
                expected,
                "{wire:?} by {piece}"
            );
        }
    }
}

#[test]
fn a_head_without_an_end_is_not_kept() {
    let mut recorder = Recorder::new();
    recorder.read(b"GET / HTTP/1.1\r\n");
    for _ in 0..2_000 {
        recorder.read(b"X: 0123456789012345678901234567890123456789\r\n");
    }
    assert!(matches!(recorder.state, State::Lost));
    recorder = Recorder::new();
    recorder.read(&[b'a'; 70_000]);
    assert!(matches!(recorder.state, State::Lost));
}

#[test]
fn only_a_spelling_of_the_same_names_is_taken() {
    for (wire, parsed, known) in [
        ("A: 1\r\nb: 2\r\n", headers(&[("a", "1"), ("b", "2")]), true),
        ("A: 1\r\nb: 2\r\na: 3\r\n", headers(&[("a", "1"), ("a", "3"), ("b", "2")]), true),
        // hyper keeps one of equal lengths.
        ("Content-Length: 0\r\nContent-Length: 0\r\n", headers(&[("content-length", "0")]), true),
        ("A: 1\r\n", headers(&[("b", "1")]), false),
        ("A: 1\r\n", headers(&[]), false),
        ("A: 1\r\n", headers(&[("a", "1"), ("a", "1")]), false),
    ] {
        let mut recorder = Recorder::new();
        recorder.read(format!("GET / HTTP/1.1\r\n{wire}\r\n").as_bytes());
        assert_eq!(recorder.next(&parsed).is_some(), known, "{wire}");
        assert_eq!(matches!(recorder.state, State::Lost), !known, "{wire}");
    }
    assert!(Recorder::new().next(&headers(&[])).is_none(), "no head came");
}

#[test]
fn fields_come_in_the_order_and_spelling_they_were_sent_in() {
    let mut recorder = Recorder::new();
    recorder.read(b"GET / HTTP/1.1\r\nX-b: 1\r\nHost: a\r\nX-B: 2\r\nX-Http-Method-Override: PUT\r\n\r\n");
    let mut parsed = headers(&[("x-b", "1"), ("host", "a"), ("x-b", "2"), ("x-http-method-override", "PUT")]);
    let spelled = recorder.next(&parsed);
    parsed.remove("x-http-method-override");
    let names = |spelled: Option<&Spelled>| {
        let fields = as_sent(&parsed, spelled).into_iter();
        fields.map(|(name, value)| format!("{name}={}", value.to_str().expect("text"))).collect::<Vec<_>>()
    };
    assert_eq!(names(spelled.as_ref()), ["X-b=1", "Host=a", "X-B=2"]);
    assert_eq!(names(None), ["x-b=1", "x-b=2", "host=a"]);
}

/// One request: its names, and its bytes.
fn request() -> impl Strategy<Value = (Vec<String>, Vec<u8>)> {
    let names = prop::collection::vec("[A-Za-z][A-Za-z0-9_-]{0,12}", 0..6);
    let chunks = prop::collection::vec(prop::collection::vec(any::<u8>(), 1..30), 0..4);
    (names, chunks, 0..3_u8).prop_map(|(mut names, chunks, framing)| {
        names.retain(|name| {
            !["content-length", "transfer-encoding"].iter().any(|own| name.eq_ignore_ascii_case(own))
        });
        let mut body = Vec::new();
        let mut fields: String = names.iter().map(|name| format!("{name}: v\r\n")).collect();
        match framing {
            0 => {}
            1 => {
                body = chunks.concat();
                names.push("CONTENT-length".to_owned());
                fields += &format!("CONTENT-length: {}\r\n", body.len());
            }
            _ => {
                for chunk in &chunks {
                    body.extend(format!("{:X}\r\n", chunk.len()).bytes());
                    body.extend(chunk);
                    body.extend(b"\r\n");
                }
                body.extend(b"0\r\nTrailer: x\r\n\r\n");
                names.push("transfer-ENCODING".to_owned());
                fields += "transfer-ENCODING: chunked\r\n";
            }
        }
        (names, [format!("POST /x HTTP/1.1\r\n{fields}\r\n").into_bytes(), body].concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn pipelined_requests_are_told_apart(
        requests in prop::collection::vec(request(), 0..6),
        pieces in prop::collection::vec(1_usize..60, 0..60),
    ) {
        let wire: Vec<u8> = requests.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let expected: Vec<String> =
            requests.iter().map(|(names, _)| names.iter().map(|name| format!("{name}:")).collect()).collect();
        prop_assert_eq!(record(&wire, pieces), expected);
    }

    #[test]
    fn no_bytes_make_it_panic(
        wire in prop::collection::vec(any::<u8>(), 0..300),
        pieces in prop::collection::vec(1_usize..40, 0..20),
    ) {
        let _heads = record(&wire, pieces);
    }
}
