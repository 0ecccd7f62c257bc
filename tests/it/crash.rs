//! Whatever was acknowledged is there after the process was killed, and nothing is there by half.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use postern::store::{OnFault, SledStore};

use crate::support::store::{
    CHILD, CHILD_ARGS, acknowledged, api_id, check_whole, child as child_command, edit, head, now, open,
    prepare, say, say_acknowledged,
};

/// How many APIs are written at once.
const WORKERS: usize = 4;

/// How many rounds there are unless `POSTERN_CRASH_ROUNDS` says otherwise.
const ROUNDS: u32 = 100;

/// Not a test by itself: what the other tests start as a process of its own. Does nothing unless one of them did.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (mode, dir) = task.split_once(':').unwrap();
    let dir = Path::new(dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match mode {
        "work" => runtime.block_on(work(dir)),
        "few" => runtime.block_on(few(dir)),
        "hold" => hold(dir),
        "fill" => runtime.block_on(crate::store_faults::fill(dir)),
        other => panic!("{other} is nothing that a child does"),
    }
}

/// Writes until it is killed, a sweep now and then.
async fn work(dir: &Path) {
    let records = open(dir);
    say("open");
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let records = records.clone();
        workers.spawn(async move {
            let mut head = head(&records, worker).await.unwrap();
            say_acknowledged(worker, &head);
            loop {
                head = edit(&records, worker, &head).await.unwrap();
                say_acknowledged(worker, &head);
                if worker == 0 && head.revision.0.is_multiple_of(32) {
                    records.sweep(now()).await.unwrap();
                }
            }
        });
    }
    while workers.join_next().await.is_some() {}
}

/// Makes twenty commits, one after the other.
async fn few(dir: &Path) {
    let records = open(dir);
    let mut head = head(&records, 0).await.unwrap();
    say_acknowledged(0, &head);
    for _ in 0..20 {
        head = edit(&records, 0, &head).await.unwrap();
        say_acknowledged(0, &head);
    }
}

/// Has the store until its standard input ends.
fn hold(dir: &Path) {
    let opened = SledStore::open(dir, OnFault::Refuse);
    say(&opened.as_ref().map_or_else(ToString::to_string, |_| "open".to_owned()));
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// A child that is killed when the test ends early.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn no_acknowledged_write_is_missing_after_sigkill() {
    let rounds =
        std::env::var("POSTERN_CRASH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let mut promised: HashMap<usize, (u64, u64)> = HashMap::new();
    let mut lines = 0_u64;
    for round in 0..rounds {
        let mut child = Killed(child_command("work", dir.path()).spawn().unwrap());
        let output = BufReader::new(child.0.stdout.take().unwrap());
        // Killed after so many acknowledgements and a moment: while it starts, opens, writes, syncs or sweeps.
        let wanted = random.usize(0..30);
        let moment = Duration::from_micros(random.u64(0..if wanted == 0 { 60_000 } else { 4_000 }));
        let mut seen = 0;
        let kill = |child: &mut Killed| {
            std::thread::sleep(moment);
            child.0.kill().unwrap();
        };
        if wanted == 0 {
            kill(&mut child);
        }
        // Also what it said between the last line waited for and the kill was promised.
        for line in output.lines() {
            let Some((worker, revision, number)) = acknowledged(&line.unwrap()) else { continue };
            promised.insert(worker, (revision, number));
            lines += 1;
            seen += 1;
            if seen == wanted {
                kill(&mut child);
            }
        }
        assert!(seen >= wanted, "round {round}: the child ended by itself after {seen} of {wanted} writes");
        drop(child);

        runtime.block_on(async {
            let records = open(dir.path());
            for worker in 0..WORKERS {
                let head = check_whole(&records, worker).await;
                let found = head.map_or((0, 0), |head| (head.revision.0, head.last_number));
                let promised = promised.get(&worker).copied().unwrap_or_default();
                assert!(
                    found.0 >= promised.0 && found.1 >= promised.1,
                    "round {round}: {} is at {found:?}, though {promised:?} was acknowledged",
                    api_id(worker)
                );
            }
            // Deployments pile up over the rounds; checking them all each time is what takes the time.
            if round % 5 == 4 {
                for worker in 0..WORKERS {
                    trim(&records, worker).await;
                }
                promised.clear();
            }
        });
    }
    assert!(lines > u64::from(rounds), "the children hardly wrote: {lines} writes in {rounds} rounds");
}

/// Deletes a worker's API with all its deployments.
async fn trim(records: &postern::store::Records, worker: usize) {
    use postern::store::{ChangeKind, Edit};

    let Some(head) = records.api(api_id(worker)).await.unwrap() else { return };
    let mut edit = Edit::new(ChangeKind::ApiDeleted, now());
    edit.delete_api(&head);
    records.commit(edit).await.unwrap();
    records.sweep(SystemTime::now()).await.unwrap();
}

/// SIGKILL cannot show a missing sync, since the system keeps what was written. The system calls can.
#[test]
fn every_acknowledgement_comes_after_a_sync_of_the_database_and_of_the_mark() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace is not installed; it must be where CI runs");
        eprintln!("skipped: strace is not installed, so that no system call can be seen");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "64", "-e", "trace=fdatasync,fsync,write,pwrite64,pwritev", "-o"]);
    strace.arg(&trace).arg(std::env::current_exe().unwrap()).args(CHILD_ARGS);
    let data = dir.path().join("data");
    prepare(&mut strace, "few", &data);
    let mut running = Killed(strace.spawn().unwrap());
    let mut said = String::new();
    running.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(running.0.wait().unwrap().success(), "{said}");

    let trace = std::fs::read_to_string(&trace).unwrap();
    let mut calls = Calls::default();
    for line in trace.lines() {
        calls.read(line);
    }
    assert_eq!(calls.acknowledged, 21, "{trace}");
}

/// What has happened so far, from a trace of system calls.
#[derive(Default)]
struct Calls {
    /// Calls that have begun and not ended, by process.
    begun: HashMap<String, String>,
    /// Whether something was written to the database and not synced since; and to the mark.
    database_dirty: bool,
    mark_dirty: bool,
    /// Whether both were synced since the last acknowledgement.
    database_synced: bool,
    mark_synced: bool,
    acknowledged: usize,
}

impl Calls {
    fn read(&mut self, line: &str) {
        let Some((process, call)) = line.split_once(' ') else { return };
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            self.begin(begun);
            self.begun.insert(process.to_owned(), begun.to_owned());
        } else if call.starts_with("<... ") {
            let begun = self.begun.remove(process).unwrap_or_default();
            let ended = call.split_once("resumed>").map_or("", |(_, rest)| rest);
            self.end(&begun, ended);
        } else {
            self.begin(call);
            self.end(call, call);
        }
    }

    /// A write counts from when it begins.
    fn begin(&mut self, call: &str) {
        if call.starts_with("pwrite64(") || call.starts_with("write(") {
            if call.contains("/store/db>") {
                self.database_dirty = true;
            } else if call.contains("/mark>") {
                assert!(!self.database_dirty, "the mark moves on before the database is synced: {call}");
                self.mark_dirty = true;
            } else if call.contains("\"acknowledged ") {
                assert!(self.database_synced, "acknowledged without a sync of the database: {call}");
                assert!(self.mark_synced, "acknowledged without a sync of the mark: {call}");
                assert!(!self.database_dirty && !self.mark_dirty, "acknowledged before it is synced: {call}");
                (self.database_synced, self.mark_synced) = (false, false);
                self.acknowledged += 1;
            }
        }
    }

    /// A sync counts from when it has ended well.
    fn end(&mut self, call: &str, end: &str) {
        let well = end.trim_end().ends_with("= 0");
        if well && (call.starts_with("fdatasync(") || call.starts_with("fsync(")) {
            if call.contains("/store/db>") {
                (self.database_dirty, self.database_synced) = (false, true);
            } else if call.contains("/mark>") {
                (self.mark_dirty, self.mark_synced) = (false, true);
            }
        }
    }
}
