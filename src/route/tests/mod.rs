//! Routing by theme, each a table of cases, and the whole against a search that is too simple to be wrong.

mod any_method;
mod encoded_path;
mod greedy;
mod naive;
mod siblings;

use std::collections::HashMap;

use super::{NodeId, RequestPath, Tree, TreeBuilder};
use crate::model::{ResourcePath, Verb};

/// A tree of `VERB /path` lines whose values are those lines.
pub(super) fn tree<S: AsRef<str>>(methods: &[S]) -> Tree<String> {
    let mut builder = TreeBuilder::default();
    let mut places = HashMap::from([(ResourcePath::ROOT, NodeId::ROOT)]);
    for line in methods.iter().map(AsRef::as_ref) {
        let (verb, path) = line.split_once(' ').expect("VERB /path");
        let path: ResourcePath = path.parse().expect("a resource path");
        let mut here = ResourcePath::ROOT;
        for part in path.parts() {
            let parent = places[&here];
            here = here.join(part.clone());
            if !places.contains_key(&here) {
                places.insert(here.clone(), builder.add(parent, part));
            }
        }
        builder.method(places[&here], verb.parse().expect("a verb"), line.to_owned());
    }
    builder.finish()
}

/// Routes `VERB /path`: the method's line, followed by ` name=value` per parameter.
pub(super) fn route(tree: &Tree<String>, request: &str) -> Option<String> {
    let (verb, path) = request.split_once(' ').expect("VERB /path");
    let path = RequestPath::parse(path).expect("a path that may be asked for");
    let verb: Verb = verb.parse().expect("a verb");
    let found = tree.find(path, verb)?;
    let parameters = found.parameters();
    for (name, value) in &parameters {
        assert_eq!(found.parameter(name), Some(*value), "{request}");
    }
    assert_eq!(found.parameter("no-such-parameter"), None);
    Some(parameters.iter().fold(found.value.clone(), |line, (name, value)| format!("{line} {name}={value}")))
}

/// Checks requests against the methods that must answer them; an empty line means that none does.
pub(super) fn check<S: AsRef<str>>(methods: &[S], cases: &[(&str, &str)]) {
    let tree = tree(methods);
    for (request, expected) in cases {
        assert_eq!(route(&tree, request).unwrap_or_default(), *expected, "{request}");
    }
}
