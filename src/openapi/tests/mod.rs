mod document;
mod documentation;
mod exports;
mod integration;
mod kept;
mod modes;
mod plain;
mod recorded;
mod round_trip;
mod security;

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Address, Export, Extensions, Format, ImportOptions, Imported, Refused, export, import, read};
use crate::model::{Api, ApiId, Definition, KeptKind, Method, ResourceId, Verb};

/// Random bytes that count upwards.
fn draw() -> impl FnMut() -> [u8; 6] {
    let mut n = 0u32;
    move || {
        n += 1;
        let mut left = n;
        std::array::from_fn(|_| {
            let digit = u8::try_from(left % 36).expect("below 36");
            left /= 36;
            digit
        })
    }
}

/// An API with nothing, not even the models that others start with.
fn blank() -> Definition {
    let api = Api::new(ApiId::from_random([1; 10]), "blank".into(), SystemTime::UNIX_EPOCH);
    let mut definition = Definition::new(api, ResourceId::from_random([35; 6]));
    definition.models.clear();
    definition
}

fn put(text: &str, on: &Definition, options: ImportOptions) -> Result<Imported, Refused> {
    import(&read(text).expect("a document"), on, options, &mut draw())
}

fn imported(text: &str) -> Imported {
    put(text, &blank(), ImportOptions::default()).expect(text)
}

/// Imports what stands under the root beside version and title.
fn imported_of(rest: &str) -> Imported {
    imported(&format!("openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\n{rest}"))
}

/// The faults of a document, `place: message` each.
fn errors(rest: &str) -> Vec<String> {
    let text = format!("openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\n{rest}");
    match put(&text, &blank(), ImportOptions::default()) {
        Err(Refused::Errors(issues)) => issues.iter().map(ToString::to_string).collect(),
        other => panic!("{rest}: {other:?}"),
    }
}

fn warnings(imported: &Imported) -> Vec<String> {
    imported.warnings.iter().map(ToString::to_string).collect()
}

fn paths(definition: &Definition) -> Vec<String> {
    definition.walk().iter().map(|(path, _)| path.to_string()).collect()
}

fn method<'d>(definition: &'d Definition, verb: &str, path: &str) -> &'d Method {
    let resource = definition.find(&path.parse().expect("a path")).expect("the resource");
    resource.methods.get(&verb.parse::<Verb>().expect("a verb")).expect("the method")
}

/// What is kept of a kind, by id.
fn kept_of(definition: &Definition, kind: KeptKind) -> BTreeMap<String, serde_json::Value> {
    let own = definition.kept.iter().filter(|((own, _), _)| *own == kind);
    own.map(|((_, id), text)| (id.clone(), serde_json::from_str(text).expect("JSON"))).collect()
}

/// How everything is exported, with the address that an API has anyway.
fn whole(format: Format) -> Export {
    let address = Address {
        scheme: "https".into(),
        host: "abc.execute-api.us-east-1.amazonaws.com".into(),
        base_path: "prod".into(),
    };
    Export { format, extensions: Extensions::ALL, address, documentation_version: None }
}

fn exported(definition: &Definition, how: &Export) -> serde_json::Value {
    export(definition, how).expect("a document").document
}
