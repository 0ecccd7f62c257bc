//! Every example of `deploy/examples` is made over the admin API as its file says, deployed, and answers as it says.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use bytes::{Buf as _, BufMut as _};
use postern::cli::echo::Echo;
use postern::wire::ADMIN_DESCRIPTOR_SET;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MethodDescriptor};
use serde::Deserialize;
use serde_json::Value;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;

use crate::support::{Postern, Request};

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    about: String,
    calls: Vec<Call>,
    #[serde(rename = "try")]
    tries: Vec<Try>,
}

/// A call of the admin API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    call: String,
    request: Value,
}

/// A request to the served API, and what must be in the answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Try {
    verb: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    answer: Answer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Headers that must not be there.
    #[serde(default)]
    absent: Vec<String>,
    body: Option<String>,
    /// Texts that the body holds.
    #[serde(default)]
    contains: Vec<String>,
    /// Texts that it does not.
    #[serde(default)]
    lacks: Vec<String>,
}

#[tokio::test]
async fn every_example_is_made_and_answers_as_its_file_says() {
    let echo = Echo::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let back_end = echo.address().to_string();
    let echo = tokio::spawn(echo.serve());
    let postern = Postern::start().await;
    let mut admin = Admin::connect(postern.admin).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/examples");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 6, "an example of every kind: {files:?}");
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let example: Example = serde_json::from_str(&fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!example.about.is_empty() && !example.tries.is_empty(), "{name} shows nothing");
        let api_id = admin.make(&name, &example.calls, &back_end).await;
        let data = postern.data;
        tokio::task::spawn_blocking(move || {
            for ask in &example.tries {
                check(&name, ask, &api_id, data);
            }
        })
        .await
        .unwrap();
    }
    echo.abort();
}

fn check(name: &str, ask: &Try, api_id: &str, data: SocketAddr) {
    let what = format!("{name}: {} {}", ask.verb, ask.path);
    let mut request = Request::new(&ask.verb, &ask.path).host(&format!("{api_id}.execute-api.localhost"));
    for (header, value) in &ask.headers {
        request = request.header(header, value);
    }
    if let Some(body) = &ask.body {
        request = request.body(body.as_str());
    }
    let response = request.send(data);
    let text = response.text();
    if let Some(status) = ask.answer.status {
        assert_eq!(response.status, status, "{what}: {text}");
    }
    for (header, value) in &ask.answer.headers {
        assert_eq!(response.header(header), Some(value.as_str()), "{what}: {header}");
    }
    for header in &ask.answer.absent {
        assert_eq!(response.header(header), None, "{what}: {header}");
    }
    if let Some(body) = &ask.answer.body {
        assert_eq!(&text, body, "{what}");
    }
    for part in &ask.answer.contains {
        assert!(text.contains(part), "{what}: no {part:?} in {text}");
    }
    for part in &ask.answer.lacks {
        assert!(!text.contains(part), "{what}: {part:?} in {text}");
    }
}

/// The admin API by its descriptors alone, as grpcurl sees it.
struct Admin {
    channel: Channel,
    pool: DescriptorPool,
}

impl Admin {
    async fn connect(address: SocketAddr) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { channel, pool: DescriptorPool::decode(ADMIN_DESCRIPTOR_SET).unwrap() }
    }

    /// Makes the calls of a file; gives the API's id.
    async fn make(&mut self, name: &str, calls: &[Call], back_end: &str) -> String {
        let mut api_id = String::new();
        for Call { call, request } in calls {
            let text = request.to_string().replace("@api_id@", &api_id).replace("@back_end@", back_end);
            let answer =
                self.call(call, &text).await.unwrap_or_else(|error| panic!("{name}: {call}: {error}"));
            if let Some(id) = answer["api"]["id"].as_str() {
                api_id = id.to_owned();
            }
        }
        assert!(!api_id.is_empty(), "{name} makes no API");
        api_id
    }

    async fn call(&mut self, call: &str, json: &str) -> Result<Value, String> {
        let (service, method) = call.split_once('/').ok_or("not Service/Method")?;
        let service = self.pool.get_service_by_name(&format!("postern.admin.v1.{service}"));
        let service = service.ok_or("no such service")?;
        let method = service.methods().find(|found| found.name() == method).ok_or("no such method")?;
        let mut from = serde_json::Deserializer::from_str(json);
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let message = DynamicMessage::deserialize_with_options(method.input(), &mut from, &options)
            .map_err(|error| error.to_string())?;
        let path = format!("/{}/{}", service.full_name(), method.name()).parse().expect("a path");
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.map_err(|error| error.to_string())?;
        let answer = client
            .unary(tonic::Request::new(message), path, Dynamic(method))
            .await
            .map_err(|status| format!("{:?}: {}", status.code(), status.message()))?;
        serde_json::to_value(answer.into_inner()).map_err(|error| error.to_string())
    }
}

/// Messages that are known by their descriptor only.
struct Dynamic(MethodDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self(self.0.clone())
    }

    fn decoder(&mut self) -> Self {
        Self(self.0.clone())
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = tonic::Status;

    fn encode(&mut self, item: DynamicMessage, into: &mut EncodeBuf<'_>) -> Result<(), tonic::Status> {
        into.put_slice(&item.encode_to_vec());
        Ok(())
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = tonic::Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, tonic::Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        DynamicMessage::decode(self.0.output(), bytes)
            .map(Some)
            .map_err(|error| tonic::Status::internal(error.to_string()))
    }
}
