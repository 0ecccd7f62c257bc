//! CORS calls: enabling and disabling it on a draft, showing what is in force, explaining a browser's verdict. The
//! rules are those of [`crate::cors`]; here they meet drafts, deployments and stages.

use crate::cors::disable::{self, DisableCors};
use crate::cors::enable::{self, EnableCors, EnablePlan, Form, Replace, Skips};
use crate::cors::show::{self, CorsState};
use crate::cors::verdict::{Course, Explanation, Observation, PageRequest};
use crate::cors::{Change, ChangeKind, CorsSettings, FormChoice, Scope};
use crate::model::{ApiId, Definition, ResourcePath, StageName, Verb};

use super::draft::{Draft, locate};
use super::test_invoke::{BackEndAnswer, Question};
use super::{Control, DeploymentRef, Error, Options, ResourceRef, Written};

/// Which resources a CORS call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsScope {
    /// One resource; its children are not affected.
    Resource(ResourceRef),
    /// One resource and all below it.
    Subtree(ResourceRef),
    /// Every resource, and in the policy form also requests that reach none.
    Api,
}

/// What `EnableCors` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsRequest {
    /// Which resources.
    pub scope: CorsScope,
    /// Which methods of them; empty means all.
    pub methods: Vec<Verb>,
    /// What to allow.
    pub settings: CorsSettings,
    /// Which form to use.
    pub form: FormChoice,
    /// What to do with headers mapped by hand.
    pub replace: Replace,
    /// What to do when something must be skipped.
    pub skips: Skips,
}

/// What `EnableCors` did.
#[derive(Clone, Debug, PartialEq)]
pub struct CorsEnabled {
    /// The form that was chosen.
    pub form: Form,
    /// Why.
    pub reason: String,
    /// Every change, and everything that stays.
    pub changes: Vec<Change>,
}

impl CorsEnabled {
    /// Whether the draft differs afterwards, so that a deployment is needed.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        self.changes.iter().any(|change| change.kind.is_edit())
    }
}

/// What is in force in a draft, and where a stage serves something else.
#[derive(Clone, Debug, PartialEq)]
pub struct CorsView {
    /// In the draft.
    pub draft: CorsState,
    /// As the stage serves it, if one was named.
    pub stage: Option<CorsState>,
    /// Where the two differ.
    pub differences: Vec<show::Difference>,
    /// The draft's revision.
    pub revision: crate::model::Revision,
}

/// What `ExplainCors` is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainCors {
    /// The stage that is called; `None` for the draft, as if it were deployed.
    pub stage: Option<StageName>,
    /// The URL's path below the stage, with query if any.
    pub path: String,
    /// What the page's script asks for.
    pub page: PageRequest,
    /// What the back end answers, if that is known.
    pub back_end: Option<BackEndAnswer>,
}

/// A browser's verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsExplained {
    /// The verdict, step by step.
    pub explanation: Explanation,
    /// The answer to the preflight; `None` when the browser sends none.
    pub preflight: Option<Observation>,
    /// The answer to the request itself, had it been sent.
    pub actual: Observation,
}

impl Control {
    /// Enables CORS on a resource, a subtree or a whole API. All changes are one write; calling it again changes
    /// nothing, and no caller sees it before a deployment.
    ///
    /// # Errors
    /// When the resource is not there, a field cannot be meant, or something would be skipped and
    /// [`Skips::Refuse`] was asked for.
    pub async fn enable_cors(
        &self,
        api: ApiId,
        request: CorsRequest,
        options: Options,
    ) -> Result<Written<CorsEnabled>, Error> {
        self.edit(api, options, |draft| draft.enable_cors(&request)).await
    }

    /// Takes away what `EnableCors` made, and no more.
    ///
    /// # Errors
    /// When the resource is not there, or a field cannot be meant.
    pub async fn disable_cors(
        &self,
        api: ApiId,
        scope: CorsScope,
        methods: Vec<Verb>,
        options: Options,
    ) -> Result<Written<Vec<Change>>, Error> {
        self.edit(api, options, |draft| {
            let scope = resolve(&draft.definition, &scope)?;
            let request = DisableCors { scope, methods: methods.clone() };
            let plan = disable::plan(&draft.definition, &request).map_err(Error::Invalid)?;
            draft.definition = plan.definition;
            Ok(plan.changes)
        })
        .await
    }

    /// What is in force in the draft, for one resource or all, compared with what a stage serves if one is named.
    ///
    /// # Errors
    /// When the API, the resource or the stage is not there.
    pub async fn cors(
        &self,
        api: ApiId,
        of: Option<ResourceRef>,
        stage: Option<&StageName>,
    ) -> Result<CorsView, Error> {
        let (head, draft) = self.draft(api).await?;
        let path = match of {
            Some(at) => Some(locate(&draft, &at)?.path),
            None => None,
        };
        let wanted = |candidate: &ResourcePath| path.as_ref().is_none_or(|path| path == candidate);
        let deployed = match stage {
            Some(name) => {
                let stage = self.stage(api, name).await?;
                let deployment = self.deployment(api, DeploymentRef::Id(stage.target.deployment)).await?;
                Some(show::show(&*self.content(&deployment).await?, wanted))
            }
            None => None,
        };
        let draft = show::show(&draft, wanted);
        let differences = deployed.as_ref().map(|deployed| show::differences(&draft, deployed));
        let differences = differences.unwrap_or_default();
        Ok(CorsView { draft, stage: deployed, differences, revision: head.revision })
    }

    /// What a browser that follows Fetch concludes from what the draft or a stage would answer. No back end is
    /// called.
    ///
    /// # Errors
    /// When the API or the stage is not there, the draft cannot be deployed, or `fetch()` would fail before it
    /// sends anything (`method`, `headers[i]`).
    pub async fn explain_cors(&self, api: ApiId, request: ExplainCors) -> Result<CorsExplained, Error> {
        let course = Course::of(&request.page).map_err(Error::Invalid)?;
        let plan = self.plan_of(api, request.stage.as_ref()).await?;
        let invoke = self.invoke()?;
        let mut answers = Vec::with_capacity(2);
        for simulated in course.preflight().into_iter().chain([course.actual()]) {
            let question = Question {
                plan: plan.clone(),
                path_and_query: request.path.clone(),
                request: simulated.clone(),
                back_end: request.back_end.clone(),
            };
            answers.push(invoke.observe(question).await);
        }
        let actual = answers.pop().expect("the request itself is always asked");
        let preflight = answers.pop();
        let explanation = course.judge(preflight.as_ref(), &actual);
        Ok(CorsExplained { explanation, preflight, actual })
    }
}

impl Draft<'_> {
    fn enable_cors(&mut self, request: &CorsRequest) -> Result<CorsEnabled, Error> {
        let scope = resolve(&self.definition, &request.scope)?;
        let wanted = EnableCors {
            scope,
            methods: request.methods.clone(),
            settings: request.settings.clone(),
            form: request.form,
            replace: request.replace,
            skips: Skips::Report,
        };
        let EnablePlan { form, reason, changes, warnings, definition } =
            enable::plan(&self.definition, &wanted).map_err(Error::Invalid)?;
        if form == Form::Policy && self.limits.is_strict() {
            return Err(Error::invalid(
                "form",
                format!("Amazon has nothing like the policy form, which strict parity refuses ({reason})"),
            ));
        }
        if request.skips == Skips::Refuse {
            refuse_skips(&changes)?;
        }
        self.definition = definition;
        self.warnings.extend(warnings);
        Ok(CorsEnabled { form, reason, changes })
    }
}

fn refuse_skips(changes: &[Change]) -> Result<(), Error> {
    let skip = |change: &Change| match &change.kind {
        ChangeKind::Skipped { reason, mend } => Some(format!("{reason}; mend it with {mend}")),
        ChangeKind::Created
        | ChangeKind::Overwritten
        | ChangeKind::Removed
        | ChangeKind::Kept(_)
        | ChangeKind::LeftToBackEnd { .. } => None,
    };
    let skips: Vec<_> = changes.iter().filter_map(skip).collect();
    if skips.is_empty() { Ok(()) } else { Err(Error::precondition(skips.join("; "))) }
}

fn resolve(definition: &Definition, scope: &CorsScope) -> Result<Scope, Error> {
    Ok(match scope {
        CorsScope::Resource(at) => Scope::Resource(locate(definition, at)?.resource.id),
        CorsScope::Subtree(at) => Scope::Subtree(locate(definition, at)?.resource.id),
        CorsScope::Api => Scope::Api,
    })
}
