//! A static preflight: routed, chosen, and copied for sending.

mod support;

use divan::{Bencher, black_box};
use postern::compile::{CompileOptions, IntegrationPlan, MockReply, StageSettings, bind, compile};
use postern::model::{Partition, StageVariables, Verb};
use postern::route::RequestPath;

fn main() {
    divan::main();
}

#[divan::bench(args = [10, 20_000])]
fn static_preflight(bencher: Bencher<'_, '_>, resources: usize) {
    let compiled = compile(&support::api(resources), &CompileOptions::default()).expect("a good definition");
    let stage = bind(
        &compiled,
        &StageSettings {
            partition: Partition::default(),
            name: "prod".parse().expect("a stage name"),
            deployment: None,
            variables: StageVariables::default(),
            aws: Default::default(),
            lambda_endpoint: None,
        },
    );
    bencher.bench(|| {
        let path = RequestPath::parse(black_box("/group-0/item-1/4711")).expect("a good path");
        let found = stage.find(path, Verb::Options).expect("a method answers");
        let IntegrationPlan::Mock(mock) = &found.method.integration else { panic!("OPTIONS is a mock") };
        let MockReply::Response(response) = mock.reply(None) else { panic!("the mock answers") };
        let answer = response.answer.as_ref().expect("it is constant").choose(None);
        (answer.status, answer.headers.clone(), answer.body.clone())
    });
}
