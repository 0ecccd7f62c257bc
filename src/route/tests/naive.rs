//! The tree against a search that lists every resource, ranks those that match, and takes the best.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{route, tree};
use crate::model::{PathPart, ResourcePath, Verb};

/// How specific each part of a matching resource is, and the values it takes.
type Ranked = (Vec<u8>, Vec<(String, String)>);

fn matches(resource: &ResourcePath, path: &str) -> Option<Ranked> {
    let segments: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
    let (mut ranks, mut values, mut at) = (Vec::new(), Vec::new(), 0);
    for part in resource.parts() {
        let segment = *segments.get(at)?;
        match part {
            PathPart::Literal(text) if **text == *segment => ranks.push(2),
            PathPart::Literal(_) => return None,
            PathPart::Param(name) if !segment.is_empty() => {
                ranks.push(1);
                values.push((name.to_string(), segment.to_owned()));
            }
            PathPart::Param(_) => return None,
            PathPart::Greedy(name) => {
                let rest = segments[at..].join("/");
                ranks.push(0);
                values.push((name.to_string(), rest.clone()));
                return if rest.is_empty() { None } else { Some((ranks, values)) };
            }
        }
        at += 1;
    }
    if at == segments.len() { Some((ranks, values)) } else { None }
}

fn naive(lines: &BTreeSet<String>, verb: Verb, path: &str) -> Option<String> {
    let trimmed = path.trim_start_matches('/');
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    let candidates = lines.iter().filter_map(|line| {
        let (own, resource) = line.split_once(' ')?;
        let own: Verb = own.parse().ok()?;
        let exact = own == verb;
        if !exact && own != Verb::Any {
            return None;
        }
        let (ranks, values) = matches(&resource.parse().ok()?, trimmed)?;
        Some((ranks, exact, line, values))
    });
    let (_, _, line, values) =
        candidates.min_by_key(|(ranks, exact, _, _)| (Reverse(ranks.clone()), !exact))?;
    Some(values.iter().fold(line.clone(), |text, (name, value)| format!("{text} {name}={value}")))
}

fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "%2F", ".."])
}

/// `VERB /path` lines that keep the rules of a tree: one variable child per parent, nothing below a greedy one.
fn lines() -> impl Strategy<Value = BTreeSet<String>> {
    let part = prop::sample::select(vec!["a", "b", "c", "{}", "{+}"]);
    let verb = prop::sample::select(vec!["ANY", "GET", "OPTIONS"]);
    prop::collection::vec((verb, prop::collection::vec(part, 0..4)), 1..14).prop_map(|methods| {
        let mut lines = BTreeSet::new();
        let mut variables = std::collections::BTreeMap::new();
        for (verb, parts) in methods {
            let mut path = String::new();
            for (depth, part) in parts.into_iter().enumerate() {
                let greedy = match part {
                    "{}" => Some(false),
                    "{+}" => Some(true),
                    _ => None,
                };
                let Some(greedy) = greedy else {
                    path.push('/');
                    path.push_str(part);
                    continue;
                };
                // The first variable child that a parent is given decides for all.
                let greedy = *variables.entry(path.clone()).or_insert(greedy);
                let plus = if greedy { "+" } else { "" };
                path.push_str(&format!("/{{p{depth}{plus}}}"));
                if greedy {
                    break;
                }
            }
            lines.insert(format!("{verb} {}", if path.is_empty() { "/" } else { &path }));
        }
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_tree_finds_what_a_naive_search_finds(
        lines in lines(),
        verb in prop::sample::select(vec![Verb::Get, Verb::Options, Verb::Put]),
        segments in prop::collection::vec(prop_oneof![4 => segment(), 1 => Just("")], 0..5),
    ) {
        let path = format!("/{}", segments.join("/"));
        let listed: Vec<_> = lines.iter().collect();
        let found = route(&tree(&listed), &format!("{verb} {path}"));
        prop_assert_eq!(found, naive(&lines, verb, &path), "{} {}", verb, path);
    }

    #[test]
    fn no_path_makes_it_panic(path in "\\PC{0,40}") {
        let tree = tree(&["GET /a/{x}/b", "ANY /{y+}"]);
        if let Ok(path) = crate::route::RequestPath::parse(&path) {
            let _ = tree.find(path, Verb::Get).map(|found| found.parameters());
        }
    }
}
