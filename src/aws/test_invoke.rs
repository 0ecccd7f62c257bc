//! `TestInvokeMethod`: a method of the draft run once, with the log of what happened.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::input::Input;
use super::show::{Fields, object};
use super::stages::variables;
use crate::control::TestCall;
use crate::model::{Method, StageVariables};

pub(super) async fn run(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.method()?;
    let found = call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    let input = call.input();
    let test = TestCall {
        path_and_query: input.some_text("pathWithQueryString")?.map(str::to_owned),
        headers: headers(input)?,
        body: Bytes::copy_from_slice(input.text("body")?.unwrap_or_default().as_bytes()),
        stage_variables: input.map("stageVariables")?.map_or(Ok(StageVariables::default()), variables)?,
    };
    let answer = call.control.test_method(api, at, test).await.map_err(|error| call.fail_below(error))?;
    let spell = |name: &HeaderName| spelling(name, &found.method);
    let mut single = BTreeMap::new();
    let mut every: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        every.entry(spell(name)).or_default().push(value.clone());
        single.insert(spell(name), value);
    }
    let fields = Fields::new()
        .put("status", answer.status.as_u16())
        .put("body", String::from_utf8_lossy(&answer.body).into_owned())
        .put("headers", object(single))
        .put("multiValueHeaders", object(every))
        .put("log", answer.log.iter().map(|line| format!("{line}\n")).collect::<String>())
        .put("latency", u64::try_from(answer.latency.as_millis()).unwrap_or(u64::MAX));
    Ok(fields.into_value())
}

/// The request's headers: `multiValueHeaders` go before `headers` of the same name.
fn headers(input: Input<'_>) -> Result<HeaderMap, Exception> {
    let mut headers = HeaderMap::new();
    for (name, value) in input.map("headers")?.unwrap_or_default() {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    for (name, values) in input.map_of_lists("multiValueHeaders")? {
        let name = header_name(name)?;
        headers.remove(&name);
        for value in values {
            headers.append(name.clone(), header_value(value)?);
        }
    }
    Ok(headers)
}

fn header_name(text: &str) -> Result<HeaderName, Exception> {
    text.parse().map_err(|_| Exception::bad_request(format!("Invalid header name: {text}")))
}

fn header_value(text: &str) -> Result<HeaderValue, Exception> {
    text.parse().map_err(|_| Exception::bad_request(format!("Invalid header value: {text}")))
}

/// A header's name as the method declares it, or as it is usually written.
fn spelling(name: &HeaderName, method: &Method) -> String {
    let mut declared = method.responses.values().flat_map(|response| response.response_parameters.keys());
    if let Some(declared) = declared.find(|declared| declared.as_str().eq_ignore_ascii_case(name.as_str())) {
        return declared.to_string();
    }
    if name == "x-amzn-errortype" {
        return "x-amzn-ErrorType".to_owned();
    }
    let words = name.as_str().split('-').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
    });
    words.collect::<Vec<_>>().join("-")
}
