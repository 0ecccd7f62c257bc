//! Patch operations: what a PATCH call asks for, in order, all or nothing.
//!
//! Source: API Gateway, *Patch operations*. A path is a list of names, each with `/` as `~1` and `~` as `~0`; a value is
//! always a text. Two families of operations tell of a wrong path in different words: see [`Family`].

use std::collections::BTreeMap;

use super::error::Exception;
use super::input::Input;

/// What is done at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

impl Op {
    /// In the order in which the service lists them.
    const ALL: [Self; 6] = [Self::Add, Self::Remove, Self::Move, Self::Test, Self::Replace, Self::Copy];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Test => "test",
        }
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) op: Op,
    /// The path as it was written; `None` when none was.
    pub(super) path: Option<String>,
    pub(super) value: Option<String>,
    pub(super) from: Option<String>,
    names: Vec<String>,
}

impl Patch {
    /// The path as it was written.
    pub(super) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("null")
    }

    /// The names of the path, decoded.
    pub(super) fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// The value; one that is missing is empty.
    pub(super) fn value(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    /// The value as a text of which an empty one says nothing.
    pub(super) fn some_value(&self) -> Option<String> {
        self.value.clone().filter(|value| !value.is_empty())
    }

    /// The value as a truth value: whatever is not `true` is false, as recorded.
    pub(super) fn is_true(&self) -> bool {
        self.value().eq_ignore_ascii_case("true")
    }
}

/// Reads `patchOperations`. `operation` is the name of the call, `updateRestApi`, for the place of faults; `faults` are
/// those of form that were found before.
pub(super) fn patches(
    input: Input<'_>,
    operation: &str,
    mut faults: Vec<String>,
) -> Result<Vec<Patch>, Exception> {
    let mut patches = Vec::new();
    for (index, member) in input.objects("patchOperations")?.unwrap_or_default().into_iter().enumerate() {
        let named = member.text("op")?;
        let Some(op) = Op::ALL.into_iter().find(|op| named == Some(op.as_str())) else {
            let value = named.map_or_else(|| "null".to_owned(), |name| format!("'{name}'"));
            let known = Op::ALL.map(Op::as_str).join(", ");
            faults.push(format!(
                "Value {value} at '{operation}Input.patchOperations.{}.member.op' failed to satisfy constraint: \
                 Member must satisfy enum value set: [{known}]",
                index + 1
            ));
            continue;
        };
        let path = member.text("path")?.map(str::to_owned);
        let names = names_of(path.as_deref().unwrap_or_default());
        let (value, from) =
            (member.text("value")?.map(str::to_owned), member.text("from")?.map(str::to_owned));
        patches.push(Patch { op, path, value, from, names });
    }
    if faults.is_empty() { Ok(patches) } else { Err(Exception::validation(&faults)) }
}

/// The names between the slashes of a path, decoded.
pub(super) fn names_of(path: &str) -> Vec<String> {
    let Some(path) = path.strip_prefix('/') else { return Vec::new() };
    path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

/// `Invalid patch path /x`, as calls on APIs, methods and their parts say it.
pub(super) fn invalid_path(patch: &Patch) -> Exception {
    Exception::bad_request(format!("Invalid patch path {}", patch.path()))
}

/// An operation that the path does not take, as calls on APIs, methods and their parts say it.
pub(super) fn must_be_one_of(ops: &[Op]) -> Exception {
    let ops: Vec<_> = ops.iter().map(|op| op.as_str()).collect();
    Exception::bad_request(format!("Invalid patch operation specified. Must be one of: [{}]", ops.join(", ")))
}

/// Applies a patch to an entry of a map; `missing` is said of one that is not there. Adding one that is there replaces it.
pub(super) fn entry<K: Ord, V>(
    patch: &Patch,
    entries: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    missing: &str,
) -> Result<(), Exception> {
    let is_there = entries.contains_key(&key);
    match patch.op {
        Op::Remove | Op::Replace if !is_there => return Err(Exception::not_found(missing)),
        Op::Remove => drop(entries.remove(&key)),
        Op::Add | Op::Replace => drop(entries.insert(key, value)),
        Op::Move | Op::Copy | Op::Test => {
            return Err(must_be_one_of(&[Op::Add, Op::Replace, Op::Remove]));
        }
    }
    Ok(())
}

/// What [`entry`] says of a parameter that is not there.
pub(super) const NO_PARAMETER: &str = "Invalid parameter name specified";

/// What [`entry`] says of a media type that is not there.
pub(super) const NO_MEDIA_TYPE: &str = "Content-Type specified was not found";

/// What can be patched of a thing whose every path can only be replaced: resources, models, validators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replaceable(pub(super) &'static [&'static str]);

impl Replaceable {
    /// Whether the operation is a `replace` of a path that is listed; a wrong operation is told of first.
    pub(super) fn check(self, patch: &Patch) -> Result<(), Exception> {
        self.check_operation(patch)?;
        self.check_path(patch)
    }

    /// Whether the operation is a `replace`.
    pub(super) fn check_operation(self, patch: &Patch) -> Result<(), Exception> {
        if patch.op == Op::Replace {
            return Ok(());
        }
        Err(Exception::bad_request(format!(
            "Invalid patch path  '{}' specified for op '{}'. Please choose supported operations",
            patch.path(),
            patch.op.as_str()
        )))
    }

    /// Whether the path is listed.
    pub(super) fn check_path(self, patch: &Patch) -> Result<(), Exception> {
        if self.0.contains(&patch.path()) {
            return Ok(());
        }
        Err(Exception::bad_request(format!(
            "Invalid patch path  '{}' specified for op '{}'. Must be one of: [{}]",
            patch.path(),
            patch.op.as_str(),
            self.0.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(operations: &serde_json::Value) -> Result<Vec<Patch>, Exception> {
        let body = json!({ "patchOperations": operations });
        patches(Input::new(body.as_object().expect("an object")), "updateRestApi", Vec::new())
    }

    #[test]
    fn paths_are_lists_of_decoded_names() {
        let patch = read(&json!([{"op": "add", "path": "/binaryMediaTypes/image~1png"}])).expect("sound");
        assert_eq!(patch[0].names(), ["binaryMediaTypes", "image/png"]);
        assert_eq!(names_of("/a~01/b"), ["a~1", "b"]);
        assert!(names_of("a/b").is_empty());
    }

    #[test]
    fn every_unknown_operation_is_told_of() {
        let error =
            read(&json!([{"op": "wrong_op", "path": "/a"}, {"op": "add", "path": "/b"}, {"path": "/c"}]))
                .expect_err("two faults");
        let set = "failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]";
        assert_eq!(
            error.message,
            format!(
                "2 validation errors detected: Value 'wrong_op' at 'updateRestApiInput.patchOperations.1.member.op' {set}; \
                 Value null at 'updateRestApiInput.patchOperations.3.member.op' {set}"
            )
        );
    }

    #[test]
    fn a_wrong_operation_is_told_of_before_a_wrong_path() {
        let check = |op: &str, path: &str| {
            let patch = read(&json!([{"op": op, "path": path}])).expect("sound").remove(0);
            Replaceable(&["/description", "/schema"]).check(&patch).map_err(|error| error.message)
        };
        assert_eq!(check("replace", "/schema"), Ok(()));
        let supported = "Please choose supported operations";
        assert_eq!(
            check("add", "/x"),
            Err(format!("Invalid patch path  '/x' specified for op 'add'. {supported}"))
        );
        assert_eq!(
            check("replace", "/x"),
            Err("Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/description, /schema]"
                .into())
        );
        assert_eq!(
            check("add", "/schema"),
            Err("Invalid patch path  '/schema' specified for op 'add'. Please choose supported operations"
                .into())
        );
    }
}
