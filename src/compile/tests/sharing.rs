//! What is made once: equal answers, and what no stage changes.

use super::*;
use crate::cors::CorsInput;
use crate::cors::CorsSettings;
use crate::model::CorsPolicy;

fn ready(plan: &MethodPlan) -> Arc<Answer> {
    match &plan.integration {
        IntegrationPlan::Mock(mock) => match mock.reply(None) {
            MockReply::Response(ResponsePlan { answer: Some(answer), .. }) => Arc::clone(answer.choose(None)),
            other => panic!("a ready answer, not {other:?}"),
        },
        other => panic!("a mock, not {other:?}"),
    }
}

#[test]
fn equal_answers_are_one() {
    let mut definition = empty();
    for (line, origin) in
        [("OPTIONS /a", "'*'"), ("OPTIONS /b", "'*'"), ("OPTIONS /c", "'https://x.example'")]
    {
        put(&mut definition, line, mock(&[("Access-Control-Allow-Origin", origin)]));
    }
    let stage = stage(&definition, &[]);
    let [a, b, c] = ["OPTIONS /a", "OPTIONS /b", "OPTIONS /c"].map(|line| ready(plan(&stage, line)));
    assert!(Arc::ptr_eq(&a, &b));
    assert_eq!(c.headers["access-control-allow-origin"], "https://x.example");
}

#[test]
fn a_stage_makes_only_what_its_variables_change() {
    let mut definition = empty();
    put(&mut definition, "GET /fixed", mock(&[("X", "'x'")]));
    put(&mut definition, "GET /open", mock(&[("X", "stageVariables.v")]));
    let compiled = compile(&definition, &CompileOptions::default()).expect("nothing is wrong with it");
    let [one, two] = ["1", "2"].map(|v| bind(&compiled, &settings(&[("v", v)])));
    assert!(Arc::ptr_eq(plan(&one, "GET /fixed"), plan(&two, "GET /fixed")));
    assert_eq!(ready(plan(&one, "GET /open")).headers["x"], "1");
    assert_eq!(ready(plan(&two, "GET /open")).headers["x"], "2");

    let mut fixed = empty();
    put(&mut fixed, "GET /", mock(&[]));
    let compiled = compile(&fixed, &CompileOptions::default()).expect("nothing is wrong with it");
    let [one, two] = [(); 2].map(|()| bind(&compiled, &settings(&[])));
    assert!(Arc::ptr_eq(&one.methods, &two.methods));
    assert!(Arc::ptr_eq(&one.gateway_responses, &GatewayResponsePlans::uncustomised()));
}

fn policy(origin: &str) -> CorsPolicy {
    let input = CorsInput { allow_origins: vec![origin.to_owned()], ..CorsInput::default() };
    CorsSettings::parse(&input).expect("good settings").policy().clone()
}

#[test]
fn a_resources_policy_replaces_the_apis() {
    let mut definition = empty();
    put(&mut definition, "GET /a", mock(&[]));
    put(&mut definition, "GET /b", mock(&[]));
    put(&mut definition, "GET /c", mock(&[]));
    put(&mut definition, "PUT /c", mock(&[]));
    let plain = stage(&definition, &[]);
    assert!(plain.cors.is_none() && plan(&plain, "GET /a").cors.is_none());
    Arc::make_mut(&mut definition.api).cors_policy = Some(policy("https://api.example"));
    let own = ensure(&mut definition, "/b");
    definition
        .edit(own, |resource| resource.cors_policy = Some(policy("https://own.example")))
        .expect("it is there");
    let stage = stage(&definition, &[]);
    let [a, b, c, d] = ["GET /a", "GET /b", "GET /c", "PUT /c"]
        .map(|line| plan(&stage, line).cors.clone().expect("a policy"));
    assert_ne!(a, b);
    assert!(Arc::ptr_eq(&c, &d) && !Arc::ptr_eq(&a, &c));
    assert!(stage.cors.is_some());
}
