//! What one worker knows of what is served: the snapshot, and beside each stage what belongs to this worker.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::exchange::{EXTENDED_ID, REQUEST_ID};
use super::ready::head_of;
use crate::compile::cell::{Held, LocalReader, Reader};
use crate::compile::{Answer, Snapshot, StagePlan};
use crate::ops::{StageCells, WorkerMetrics};

/// The present snapshot of one worker.
pub(super) struct Current {
    reader: Reader,
    state: RefCell<State>,
    metrics: Arc<WorkerMetrics>,
}

struct State {
    local: LocalReader,
    snapshot: Rc<Held>,
    /// Stages that were asked for since the snapshot was taken over, by the address of their plan, which the
    /// entry keeps from being used again.
    stages: ByAddress<Rc<Stage>>,
}

/// A stage as one worker serves it. A request holds it until its last byte.
pub(super) struct Stage {
    /// The plan. Dropped before the snapshot that holds it, too: the last reference to a large one is then never a
    /// worker's.
    pub(super) plan: Arc<StagePlan>,
    _snapshot: Option<Rc<Held>>,
    /// What this worker counts for it.
    pub(super) cells: Arc<StageCells>,
    /// The value of `X-Amzn-Apigateway-Api-Id`.
    pub(super) api_id: HeaderValue,
    /// The value of `User-Agent` toward back ends, unless there is another.
    pub(super) user_agent: HeaderValue,
    /// Whether any answer may have to know the request's origin.
    pub(super) has_policy: bool,
    /// Ready-made answers, by the address of the answer, which the plan keeps in place.
    ready: RefCell<ByAddress<Ready>>,
}

/// A ready-made answer as one worker gives it: a copy of its own, so that no count is shared between workers.
struct Ready {
    /// The headers, with room for what every answer gets, so that the map does not grow.
    headers: HeaderMap,
    /// The head as it is written, up to the ids; `None` if hyper has to write it.
    head: Option<Box<[u8]>>,
}

/// A map whose keys are addresses.
type ByAddress<T> = HashMap<usize, T, BuildHasherDefault<AddressHasher>>;

/// Spreads addresses, which differ in their middle bits: nobody outside chooses them.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, address: usize) {
        // Fibonacci hashing; the upper half is the well mixed one.
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}

impl Stage {
    /// A stage outside of any snapshot, or within one that is held anyway.
    pub(super) fn new(plan: Arc<StagePlan>, snapshot: Option<Rc<Held>>, metrics: &WorkerMetrics) -> Rc<Self> {
        let value = |text: String| HeaderValue::try_from(text).expect("an API id is of letters and digits");
        Rc::new(Self {
            cells: metrics.stage(plan.api_id.as_str(), plan.settings.name.as_str()),
            api_id: value(plan.api_id.to_string()),
            user_agent: value(format!("AmazonAPIGateway_{}", plan.api_id)),
            has_policy: plan.cors.is_some() || plan.methods().any(|method| method.cors.is_some()),
            ready: RefCell::default(),
            _snapshot: snapshot,
            plan,
        })
    }
}

impl Stage {
    /// The headers of a ready-made answer of this plan.
    pub(super) fn ready_headers(&self, answer: &Arc<Answer>) -> HeaderMap {
        self.ready(answer, |ready| ready.headers.clone())
    }

    /// Writes the head of a ready-made answer of this plan up to the ids; `false` if hyper has to write it.
    pub(super) fn put_ready_head(&self, answer: &Arc<Answer>, out: &mut Vec<u8>) -> bool {
        self.ready(answer, |ready| ready.head.as_ref().map(|head| out.extend_from_slice(head)).is_some())
    }

    fn ready<R>(&self, answer: &Arc<Answer>, ask: impl FnOnce(&Ready) -> R) -> R {
        let mut ready = self.ready.borrow_mut();
        ask(ready.entry(Arc::as_ptr(answer) as usize).or_insert_with(|| Ready::of(answer)))
    }
}

impl Ready {
    fn of(answer: &Answer) -> Self {
        let copied = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("it is a value already");
            let name = HeaderName::from_bytes(name.as_str().as_bytes()).expect("it is a name already");
            (name, value)
        };
        let mut headers: HeaderMap = HeaderMap::with_capacity(answer.headers.len() + 2);
        headers.extend(answer.headers.iter().map(copied));
        for name in [REQUEST_ID, EXTENDED_ID] {
            headers.insert(name, HeaderValue::from_static(""));
        }
        Self { headers, head: head_of(answer) }
    }
}

impl Current {
    pub(super) fn new(reader: &Reader, metrics: Arc<WorkerMetrics>) -> Self {
        let mut local = reader.local();
        let snapshot = Rc::clone(local.load());
        let state = RefCell::new(State { local, snapshot, stages: ByAddress::default() });
        Self { reader: reader.clone(), state, metrics }
    }

    /// Asks the present snapshot for a stage: one atomic load, and a new snapshot is in force at once.
    pub(super) fn route<R>(
        &self,
        ask: impl FnOnce(&Snapshot) -> Option<(&Arc<StagePlan>, R)>,
    ) -> Option<(Rc<Stage>, R)> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        state.refresh(&self.metrics);
        let (plan, rest) = ask(&state.snapshot)?;
        let address = Arc::as_ptr(plan) as usize;
        let stage = match state.stages.get(&address) {
            Some(stage) => Rc::clone(stage),
            None => {
                let stage = Stage::new(Arc::clone(plan), Some(Rc::clone(&state.snapshot)), &self.metrics);
                state.stages.insert(address, Rc::clone(&stage));
                stage
            }
        };
        Some((stage, rest))
    }

    /// Whether any stage of the present snapshot lists the names of a request's headers as they were sent. One atomic
    /// load, for each connection: one that begins after a deployment was answered has to know of it.
    pub(super) fn lists_headers(&self) -> bool {
        let mut state = self.state.borrow_mut();
        state.refresh(&self.metrics);
        state.snapshot.lists_headers()
    }

    /// Takes over each new snapshot, so that an idle worker does not keep an old one. Returns when nothing new will
    /// ever come.
    pub(super) async fn follow(&self) {
        let mut reader = self.reader.clone();
        while reader.changed().await {
            self.state.borrow_mut().refresh(&self.metrics);
        }
    }
}

impl State {
    fn refresh(&mut self, metrics: &WorkerMetrics) {
        let now = self.local.load();
        if !Rc::ptr_eq(now, &self.snapshot) {
            self.stages.clear();
            self.snapshot = Rc::clone(now);
            metrics.swaps.inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::compile::cell::Publisher;
    use crate::compile::{CompileOptions, StageSettings, bind, compile};
    use crate::model::{
        Api, Definition, Integration, IntegrationType, Method, Partition, StageVariables, StoreRevision, Verb,
    };
    use crate::ops::Metrics;

    #[test]
    fn a_connection_knows_of_names_that_are_listed_from_now_on() {
        let publisher = Publisher::new(Snapshot::empty().edit(StoreRevision(1)).finish());
        let current = Current::new(&publisher.reader(), Metrics::new().worker());
        assert!(!current.lists_headers());

        let api = Api::new("testapi000".parse().expect("an id"), "test".to_owned(), SystemTime::UNIX_EPOCH);
        let root = "root00".parse().expect("an id");
        let mut definition = Definition::new(api, root);
        let method =
            Method { integration: Some(Integration::new(IntegrationType::Mock)), ..Method::default() };
        definition.edit(root, |resource| drop(resource.methods.insert(Verb::Get, method))).expect("a root");
        let compiled = compile(&definition, &CompileOptions::default()).expect("it compiles");
        let settings = StageSettings {
            partition: Partition::default(),
            name: "prod".parse().expect("a name"),
            deployment: None,
            variables: StageVariables::default(),
            aws: Arc::default(),
            lambda_endpoint: None,
        };
        let mut plan = bind(&compiled, &settings);
        Arc::get_mut(&mut plan).expect("nobody else has it").lists_headers = true;
        let mut edit = publisher.current().edit(StoreRevision(2));
        edit.put_stage(plan);
        publisher.publish(edit.finish()).expect("it is newer");
        // Nobody follows, and no request came meanwhile.
        assert!(current.lists_headers());
    }
}
