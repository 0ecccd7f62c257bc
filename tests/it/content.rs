//! Bodies as text and as bytes: binary media types and content handling.

use postern::model::ContentHandling;

use crate::plane::{Plane, TestApi, TestMethod, parsed};
use crate::support::{Request, Upstream};

const TO_TEXT: Option<ContentHandling> = Some(ContentHandling::ConvertToText);
const TO_BINARY: Option<ContentHandling> = Some(ContentHandling::ConvertToBinary);
const BYTES: &[u8] = b"\x89PNG\xff\x00";
const TEXT: &str = "iVBORyD/AA==";
/// What `TEXT` is the base64 of.
const DECODED: &[u8] = b"\x89PNG \xff\x00";

fn api(method: TestMethod) -> TestApi {
    TestApi::new().api(|api| api.binary_media_types = vec![parsed("image/png")]).method("/", "POST", method)
}

#[test]
fn requests_are_converted_for_the_integration() {
    let upstream = Upstream::answering(200, &[], "");
    for (media_type, handling, body, expected) in [
        ("image/png", None, BYTES, Some(BYTES)),
        ("image/png", TO_TEXT, BYTES, Some(&b"iVBOR/8A"[..])),
        ("image/png", TO_BINARY, BYTES, Some(BYTES)),
        ("text/plain", None, b"caf\xc3\xa9", Some(b"caf\xc3\xa9")),
        ("text/plain", TO_TEXT, b"text", Some(b"text")),
        ("text/plain", TO_BINARY, TEXT.as_bytes(), Some(DECODED)),
        ("text/plain", TO_BINARY, b"no base64!", None),
    ] {
        let method = TestMethod::http(&upstream.url("/")).change(|own| own.content_handling = handling);
        let plane = Plane::start(&api(method));
        let before = upstream.requests().len();
        let response =
            Request::new("POST", "/").header("Content-Type", media_type).body(body).send(plane.address);
        match expected {
            Some(expected) => {
                assert_eq!(upstream.request(before).body, expected, "{media_type} {handling:?}")
            }
            None => {
                assert_eq!(response.text(), r#"{"message": "Internal server error"}"#);
                assert_eq!(upstream.requests().len(), before);
            }
        }
        assert_eq!(response.status, if expected.is_some() { 200 } else { 500 }, "{media_type} {handling:?}");
    }
}

#[test]
fn answers_are_converted_for_the_caller() {
    for (media_type, accept, handling, body, expected) in [
        ("text/plain", "text/plain", None, TEXT.as_bytes(), Some(TEXT.as_bytes())),
        ("text/plain", "image/png, text/html", None, TEXT.as_bytes(), Some(DECODED)),
        ("text/plain", "text/html, image/png", None, TEXT.as_bytes(), Some(TEXT.as_bytes())),
        ("text/plain", "image/*", None, TEXT.as_bytes(), Some(TEXT.as_bytes())),
        ("text/plain", "text/plain", TO_BINARY, TEXT.as_bytes(), Some(DECODED)),
        ("text/plain", "image/png", TO_TEXT, b"no base64!", Some(b"no base64!")),
        ("text/plain", "image/png", None, b"no base64!", None),
        ("image/png", "text/plain", None, BYTES, Some(&b"iVBOR/8A"[..])),
        ("image/png; x=1", "image/png", None, BYTES, Some(BYTES)),
        ("image/png", "image/png", TO_TEXT, BYTES, Some(b"iVBOR/8A")),
        ("image/png", "text/plain", TO_BINARY, BYTES, Some(BYTES)),
    ] {
        let (sent, named) = (body.to_vec(), media_type.to_owned());
        let upstream = Upstream::start(move |_, wire| wire.answer(200, &[("Content-Type", &named)], &sent));
        let method = TestMethod::http(&upstream.url("/")).change(|own| {
            own.responses.values_mut().for_each(|response| response.content_handling = handling);
        });
        let plane = Plane::start(&api(method));
        let response = Request::new("POST", "/").header("Accept", accept).send(plane.address);
        match expected {
            Some(expected) => assert_eq!(response.body, expected, "{media_type} {accept} {handling:?}"),
            None => assert_eq!(response.status, 500, "{media_type} {accept} {handling:?}"),
        }
    }
}

#[test]
fn a_mock_may_give_bytes() {
    for (text, status, expected) in
        [(TEXT, 200, DECODED), ("no base64!", 500, br#"{"message": "Internal server error"}"#)]
    {
        let method = TestMethod::mock(200, &[("Content-Type", "image/png")], text).change(|own| {
            own.responses.values_mut().for_each(|response| response.content_handling = TO_BINARY);
        });
        let response = Request::new("POST", "/").send(Plane::start(&api(method)).address);
        assert_eq!((response.status, &response.body[..]), (status, expected));
    }
}
