//! Work on a store, in this process or in a child of it that can be killed.
//!
//! The child is this test binary itself, started for the one test [`crash::child`](crate::crash) with what to do in
//! its environment. It tells of everything that was acknowledged, a line each, on its standard output.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use postern::model::{
    Api, ApiId, Definition, Integration, IntegrationType, Method, Partition, ResourceId, Revision, Stage,
    StageTarget, StageVariables, Verb,
};
use postern::store::{
    ApiHead, ChangeKind, CommitError, Edit, NewApi, NewDeployment, OnFault, Records, Retention, SledStore,
    Was,
};

/// What the child is to do, as `MODE:FOLDER`.
pub const CHILD: &str = "POSTERN_TEST_STORE_CHILD";

/// How many resources the APIs have.
pub const RESOURCES: usize = 40;

pub fn open(dir: &Path) -> Records {
    SledStore::open(dir, OnFault::Refuse).unwrap_or_else(|error| panic!("{error}")).records
}

/// A command that starts the child, to which the caller adds how.
pub fn child(mode: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    prepare(&mut command, mode, dir);
    command.args(CHILD_ARGS);
    command
}

/// What makes the test binary run the child and nothing else.
pub const CHILD_ARGS: [&str; 3] = ["--exact", "crash::child", "--nocapture"];

pub fn prepare(command: &mut Command, mode: &str, dir: &Path) {
    command.env(CHILD, format!("{mode}:{}", dir.display()));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
}

pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000)
}

pub fn api_id(worker: usize) -> ApiId {
    format!("worker{worker:04}").parse().unwrap()
}

fn resource_id(n: usize) -> ResourceId {
    format!("{n:06}").parse().unwrap()
}

/// A draft that says in several of its parts which revision it is, so that half of one would show.
pub fn draft(id: ApiId, revision: u64) -> Definition {
    let mut api = Api::new(id, format!("revision {revision}"), now());
    api.description = Some("x".repeat(usize::try_from(revision % 7).unwrap() * 1000));
    let mut draft = Definition::new(api, resource_id(0));
    for n in 1..=RESOURCES {
        draft.add(resource_id(n), resource_id(0), format!("r{n}").parse().unwrap()).unwrap();
    }
    for n in [1, RESOURCES / 2, RESOURCES] {
        let change = |resource: &mut postern::model::Resource| {
            let mut integration = Integration::new(IntegrationType::Http);
            integration.uri = Some(format!("https://origin.example/{revision}"));
            resource
                .methods
                .insert(Verb::Get, Method { integration: Some(integration), ..Method::default() });
        };
        draft.edit(resource_id(n), change).unwrap();
    }
    draft
}

/// The head of a worker's API, which is made if it is not there.
pub async fn head(records: &Records, worker: usize) -> Result<ApiHead, CommitError> {
    let id = api_id(worker);
    if let Some(head) = records.api(id).await? {
        return Ok(head);
    }
    let new = NewApi { id, partition: Partition::default(), created_at: now(), retention: Retention::All };
    let mut edit = Edit::new(ChangeKind::ApiCreated, now());
    edit.create_api(new, Arc::new(draft(id, 1)));
    Ok(records.commit(edit).await?.heads[&id].clone())
}

/// One edit of a worker's draft; every third is deployed and served in the same commit.
pub async fn edit(records: &Records, worker: usize, head: &ApiHead) -> Result<ApiHead, CommitError> {
    let mut edit = Edit::new(ChangeKind::DraftChanged, now());
    edit.put_draft(head, Arc::new(draft(head.id, head.revision.0 + 1)));
    if head.revision.0.is_multiple_of(3) {
        let number = head.last_number + 1;
        let id = format!("{}{number:05}", worker % 10).parse().unwrap();
        edit.deploy(head, NewDeployment { id, description: None, created_at: now() });
        let name = "prod".parse().unwrap();
        let was = records.stage(head.id, &name).await?.map_or(Was::Absent, |stage| Was::At(stage.revision));
        let stage = Stage {
            api_id: head.id,
            name,
            revision: Revision(0),
            description: None,
            target: StageTarget { deployment: id, canary: None },
            variables: StageVariables::default(),
            lambda_endpoint: None,
            tags: Default::default(),
            settings: Default::default(),
            created_at: now(),
            updated_at: now(),
        };
        edit.put_stage(stage, was);
    }
    Ok(records.commit(edit).await?.heads[&head.id].clone())
}

/// Checks that a worker's API is whole: its draft, all its deployments, what its stage points at.
pub async fn check_whole(records: &Records, worker: usize) -> Option<ApiHead> {
    let id = api_id(worker);
    let head = records.api(id).await.unwrap()?;
    let expected = draft(id, head.revision.0);
    assert_eq!(*records.definition(head.root).await.unwrap(), expected, "the draft of {id} is half there");
    let deployments = records.deployments(id, None, usize::MAX).await.unwrap();
    assert_eq!(deployments.len() as u64, head.last_number, "{id} lacks deployments");
    for deployment in &deployments {
        let definition = records.definition(deployment.content_hash).await.unwrap();
        assert_eq!(*definition, draft(id, deployment.revision.0), "{} is half there", deployment.id);
    }
    let stage = records.stage(id, &"prod".parse().unwrap()).await.unwrap();
    let target = stage.map(|stage| stage.target.deployment);
    assert_eq!(target, deployments.first().map(|deployment| deployment.id), "the stage of {id}");
    Some(head)
}

/// Says something to the parent, at once.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may have stopped listening.
    let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
}

/// Says what was acknowledged.
pub fn say_acknowledged(worker: usize, head: &ApiHead) {
    say(&format!("acknowledged {worker} {} {}", head.revision, head.last_number));
}

/// Worker, revision and number of a line that tells of an acknowledged write.
pub fn acknowledged(line: &str) -> Option<(usize, u64, u64)> {
    let mut words = line.strip_prefix("acknowledged ")?.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}
