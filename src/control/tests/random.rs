//! Random sequences of operations: whatever is asked, the rules of the tree hold, a refusal changes nothing, and
//! another process reads the same.

use proptest::prelude::*;

use super::{Bench, mock, to_stage};
use crate::control::{Error, MethodRef, Options, ResourceRef};
use crate::model::{ApiId, Definition, PathPart, ResourcePath, Verb};

#[derive(Clone, Debug)]
enum Operation {
    Ensure(ResourcePath),
    Create(ResourcePath, PathPart),
    DeleteResource(ResourcePath),
    PutMethod(ResourcePath, Verb),
    DeleteMethod(ResourcePath, Verb),
    Deploy,
    Rollback,
}

fn part() -> impl Strategy<Value = PathPart> {
    prop_oneof![Just("a"), Just("b"), Just("{x}"), Just("{y}"), Just("{z+}")]
        .prop_map(|text| text.parse().expect("a part"))
}

fn path() -> impl Strategy<Value = ResourcePath> {
    proptest::collection::vec(part(), 0..4).prop_map(|parts| parts.into_iter().collect())
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![Just(Verb::Get), Just(Verb::Options), Just(Verb::Any)]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => path().prop_map(Operation::Ensure),
        3 => (path(), part()).prop_map(|(path, part)| Operation::Create(path, part)),
        1 => path().prop_map(Operation::DeleteResource),
        4 => (path(), verb()).prop_map(|(path, verb)| Operation::PutMethod(path, verb)),
        1 => (path(), verb()).prop_map(|(path, verb)| Operation::DeleteMethod(path, verb)),
        1 => Just(Operation::Deploy),
        1 => Just(Operation::Rollback),
    ]
}

async fn perform(bench: &Bench, api: ApiId, operation: Operation) -> Result<(), Error> {
    let (control, options) = (&bench.control, Options::default());
    match operation {
        Operation::Ensure(path) => control.ensure_path(api, path, options).await.map(drop),
        Operation::Create(path, part) => {
            control.create_resource(api, ResourceRef::Path(path), part, options).await.map(drop)
        }
        Operation::DeleteResource(path) => {
            control.delete_resource(api, ResourceRef::Path(path), options).await.map(drop)
        }
        Operation::PutMethod(path, verb) => control
            .put_method(api, MethodRef { resource: ResourceRef::Path(path), verb }, mock(), options)
            .await
            .map(drop),
        Operation::DeleteMethod(path, verb) => control
            .delete_method(api, MethodRef { resource: ResourceRef::Path(path), verb }, options)
            .await
            .map(drop),
        Operation::Deploy => control.create_deployment(api, to_stage("prod"), options).await.map(drop),
        Operation::Rollback => {
            control.rollback(api, &"prod".parse().expect("a name"), None, options).await.map(drop)
        }
    }
}

fn check_tree(definition: &Definition) {
    let mut paths = Vec::new();
    for (path, resource) in definition.walk() {
        assert_eq!(definition.path_of(resource.id).as_ref(), Some(&path));
        let children: Vec<_> = definition.children(resource.id).map(|(part, _)| part.clone()).collect();
        assert!(children.iter().filter(|part| part.is_variable()).count() <= 1, "{path}: {children:?}");
        if matches!(path.parts().last(), Some(PathPart::Greedy(_))) {
            assert!(children.is_empty(), "{path}: {children:?}");
        }
        let names: Vec<_> = path.parts().iter().filter(|part| part.is_variable()).collect();
        assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{path}");
        paths.push(path);
    }
    assert!(paths.is_sorted(), "{paths:?}");
    assert_eq!(paths.len(), definition.resource_count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_is_asked(operations in proptest::collection::vec(operation(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let bench = Bench::new().await;
            let api = bench.api("random").await.value.api.id;
            for operation in operations {
                let (before, draft) = bench.control.draft(api).await.expect("it is there");
                let served = bench.served(api, "prod").await;
                if perform(&bench, api, operation.clone()).await.is_err() {
                    assert!(bench.control.draft(api).await == Ok((before, draft)), "{operation:?} changed the draft");
                    assert_eq!(bench.served(api, "prod").await, served, "{operation:?}");
                }
                let (_, draft) = bench.control.draft(api).await.expect("it is there");
                check_tree(&draft);
            }
            let again = bench.reopened().await;
            assert!(again.control.draft(api).await == bench.control.draft(api).await, "it is read back differently");
            assert_eq!(again.served(api, "prod").await, bench.served(api, "prod").await);
        });
    }
}
