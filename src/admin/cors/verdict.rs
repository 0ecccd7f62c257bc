//! A browser's verdict.

use crate::admin::fields::Fields;
use crate::control::{BackEndAnswer, CorsExplained, Error, ExplainCors};
use crate::cors::verdict::{
    Answer, AnsweredBy, Credentials, MustSend, Observation, Outcome, PageRequest, Step, Verdict,
};
use crate::model::{Issue, Origin, StageName, Status};
use crate::wire::{header, pb};

/// Reads the question.
pub(super) fn try_from_pb(fields: &mut Fields, request: pb::ExplainCorsRequest) -> Option<ExplainCors> {
    let stage = fields.optional::<StageName>("stage_name", &request.stage_name);
    if !request.path.starts_with('/') {
        fields.fault("path", "the URL's path below the stage starts with /, such as /pets/1?lang=de");
    }
    let origin: Option<Origin> = fields.required("origin", &request.origin);
    let target = fields.optional::<Origin>("target_origin", &request.target_origin);
    let back_end = match request.back_end_answer {
        None => Some(None),
        Some(answer) => read_answer(fields, answer).map(Some),
    };
    let headers = request.headers.into_iter().map(|header| (header.name, header.value));
    let method = if request.http_method.is_empty() { "GET".to_owned() } else { request.http_method };
    Some(ExplainCors {
        stage: stage?,
        path: request.path,
        page: PageRequest {
            origin: origin?,
            target: target?,
            method,
            headers: headers.collect(),
            credentials: if request.credentials { Credentials::Include } else { Credentials::Omit },
            upload: request.upload,
        },
        back_end: back_end?,
    })
}

fn read_answer(fields: &mut Fields, answer: pb::BackEndAnswer) -> Option<BackEndAnswer> {
    let status = match answer.status_code {
        0 => Some(Status::OK),
        code => fields.take("back_end_answer.status_code", Status::try_from(code)),
    };
    let headers = fields.read("back_end_answer.headers", header::try_from_pb(answer.headers));
    Some(BackEndAnswer { status: status?.to_http(), headers: headers? })
}

/// The rules call the method `method`; the message calls it `http_method`.
pub(super) fn rename(error: Error) -> Error {
    let renamed = |issue: Issue| match issue.field.as_str() {
        "method" => Issue::new("http_method", issue.message),
        _ => issue,
    };
    match error {
        Error::Invalid(issues) => Error::Invalid(issues.into_iter().map(renamed).collect()),
        other => other,
    }
}

/// The verdict as a message has it.
pub(super) fn into_pb(explained: CorsExplained) -> pb::ExplainCorsResponse {
    let explanation = explained.explanation;
    let verdict = match explanation.verdict {
        Verdict::Allowed => pb::CorsVerdict::Allowed,
        Verdict::Refused => pb::CorsVerdict::Refused,
        Verdict::DependsOnBackEnd => pb::CorsVerdict::DependsOnBackEnd,
    };
    let (preflight, actual): (Vec<_>, Vec<_>) =
        explanation.must_send.into_iter().partition(|must| must.on_preflight);
    let (failed_rule, failed_reason, mend) = explanation
        .failure
        .map(|failure| (failure.rule.to_string(), failure.reason, failure.mend))
        .unwrap_or_default();
    pb::ExplainCorsResponse {
        verdict: verdict.into(),
        steps: explanation.steps.into_iter().map(step_into_pb).collect(),
        preflight: explained.preflight.map(observation_into_pb),
        actual: Some(observation_into_pb(explained.actual)),
        failed_rule,
        mend,
        required_headers: actual.into_iter().map(must_send_into_pb).collect(),
        readable_headers: explanation.readable_headers,
        required_preflight_headers: preflight.into_iter().map(must_send_into_pb).collect(),
        failed_reason,
    }
}

fn step_into_pb(step: Step) -> pb::CorsStep {
    let outcome = match step.outcome {
        Outcome::Passed => pb::CorsStepOutcome::Passed,
        Outcome::Failed => pb::CorsStepOutcome::Failed,
        Outcome::Depends => pb::CorsStepOutcome::Unknown,
        Outcome::Noted => pb::CorsStepOutcome::Noted,
    };
    pb::CorsStep { name: step.rule.to_string(), outcome: outcome.into(), detail: step.detail }
}

fn must_send_into_pb(must: MustSend) -> pb::Header {
    pb::Header { name: must.header.as_str().to_owned(), value: must.value }
}

fn observation_into_pb(observation: Observation) -> pb::ObservedAnswer {
    let mut message = pb::ObservedAnswer::default();
    match observation.by {
        AnsweredBy::Method { path, verb } => {
            message.path = path.to_string();
            message.http_method = verb.to_string();
        }
        AnsweredBy::Gateway(kind) => message.response_type = kind.to_string(),
    }
    match observation.answer {
        Answer::Known { status, headers } => {
            message.status_code = status.as_u16().into();
            message.headers = header::into_pb(&headers);
        }
        Answer::BackEnd => message.from_back_end = true,
    }
    message
}
