//! What is in force, in the draft and as a stage serves it.

use std::collections::BTreeMap;

use crate::control::CorsView;
use crate::cors::show::{CorsState, InForce, MappedHeader, PolicyOf, SetBy};
use crate::model::{ResourcePath, Verb};
use crate::wire::{cors, pb};

/// The view as a message has it: draft and stage side by side, method by method.
pub(super) fn into_pb(view: &CorsView) -> pb::GetCorsResponse {
    let mut methods: BTreeMap<(ResourcePath, Verb), pb::MethodCors> = BTreeMap::new();
    let states = [Some(&view.draft), view.stage.as_ref()];
    for (state, is_draft) in states.into_iter().zip([true, false]).filter_map(|(s, d)| Some((s?, d))) {
        for method in &state.methods {
            let key = (method.path.clone(), method.verb);
            let line = methods.entry(key).or_insert_with(|| pb::MethodCors {
                path: method.path.to_string(),
                http_method: method.verb.to_string(),
                ..pb::MethodCors::default()
            });
            let in_force = Some(state_into_pb(state, &method.path, &method.in_force));
            if is_draft {
                line.draft = in_force;
            } else {
                line.stage = in_force;
            }
        }
    }
    for line in methods.values_mut() {
        line.differs = view.stage.is_some() && line.draft != line.stage;
    }
    let stage = view.stage.as_ref();
    pb::GetCorsResponse {
        methods: methods.into_values().collect(),
        draft_policy: view.draft.policy.as_ref().map(cors::into_pb),
        stage_policy: stage.and_then(|stage| stage.policy.as_ref()).map(cors::into_pb),
        draft_gateway_responses: gateway_responses(&view.draft),
        stage_gateway_responses: stage.map(gateway_responses).unwrap_or_default(),
        differs: !view.differences.is_empty(),
        revision: view.revision.0,
    }
}

fn state_into_pb(state: &CorsState, path: &ResourcePath, in_force: &InForce) -> pb::CorsState {
    let mut message = pb::CorsState::default();
    match in_force {
        InForce::Nothing => {}
        InForce::BackEnd => message.left_to_back_end = true,
        InForce::Static(by_status) => {
            message.form = pb::CorsForm::Static.into();
            message.headers = by_status
                .iter()
                .flat_map(|(status, headers)| {
                    headers.iter().map(|header| header_into_pb(status.as_u16().into(), header))
                })
                .collect();
        }
        InForce::Policy(of) => {
            message.form = pb::CorsForm::Policy.into();
            let policy = match of {
                PolicyOf::Resource => state.policies.get(path),
                PolicyOf::Api => state.policy.as_ref(),
            };
            message.policy = policy.map(cors::into_pb);
        }
    }
    message
}

fn gateway_responses(state: &CorsState) -> Vec<pb::GatewayResponseCors> {
    let into_pb = |(kind, headers): (&crate::model::GatewayResponseType, &Vec<MappedHeader>)| {
        let headers = headers.iter().map(|header| header_into_pb(0, header)).collect();
        pb::GatewayResponseCors { response_type: kind.to_string(), headers }
    };
    state.gateway_responses.iter().map(into_pb).collect()
}

fn header_into_pb(status_code: u32, header: &MappedHeader) -> pb::MappedHeader {
    pb::MappedHeader {
        status_code,
        name: header.header.as_str().to_owned(),
        value: header.expression.clone(),
        set_by_enable_cors: header.set_by == SetBy::EnableCors,
    }
}
