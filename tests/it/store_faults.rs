//! Each state a data directory can be found in is met with a defined answer: all of it, or a refusal that says
//! where, why and what to do. Never silence, never a panic, never an emptied store.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use postern::model::StoreRevision;
use postern::store::{
    CommitError, Fault, OnFault, OpenError, Records, SledStore, StoreError, accept, check, restore,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::crash::Killed;
use crate::support::store::{
    CHILD_ARGS, acknowledged, check_whole, child, edit, head, now, open, prepare, say, say_acknowledged,
};

/// How many edits the stores of these tests have seen.
const EDITS: u64 = 60;

/// A closed store in a data directory, exported for serving.
async fn written() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let records = open(dir.path());
    let mut head = head(&records, 0).await.unwrap();
    while head.revision.0 < EDITS {
        head = edit(&records, 0, &head).await.unwrap();
    }
    records.export_serving(records.latest()).await.unwrap();
    dir
}

/// A copy of a data directory, to be spoilt.
fn copy(from: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                fs::create_dir(&target).unwrap();
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    copy(from, dir.path());
    dir
}

fn refused(dir: &Path) -> OpenError {
    match SledStore::open(dir, OnFault::Refuse) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

async fn all_there(records: &Records) {
    let head = check_whole(records, 0).await.expect("the API is there");
    assert_eq!(head.revision.0, EDITS);
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir.join("store")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect()
}

#[tokio::test]
async fn a_half_written_snapshot_is_removed_before_it_can_do_harm() {
    let dir = written().await;
    let left = dir.path().join("store").join("snap.ffffffffffffff00.generating");
    File::create(&left).unwrap();
    all_there(&open(dir.path())).await;
    assert!(!left.exists());
    assert!(!dir.path().join("store.damaged-1").exists(), "nothing was damaged");
}

#[tokio::test]
async fn a_cut_snapshot_is_made_anew_and_a_copy_kept() {
    let dir = written().await;
    // sled writes one when it opens a store that has grown.
    drop(open(dir.path()));
    let snapshots = snapshots(dir.path());
    assert!(!snapshots.is_empty(), "sled wrote no snapshot");
    for snapshot in &snapshots {
        File::options().write(true).open(snapshot).unwrap().set_len(100).unwrap();
    }
    all_there(&open(dir.path())).await;
    assert!(dir.path().join("store.damaged-1").join("db").exists());
}

#[tokio::test]
async fn a_torn_tail_is_never_taken_in_silence() {
    let sound = written().await;
    let length = fs::metadata(sound.path().join("store/db")).unwrap().len();
    for cut in [1, 4096, 100_000, 300_000, length / 2, length - 512, length] {
        let dir = copy(sound.path());
        let db = File::options().write(true).open(dir.path().join("store/db")).unwrap();
        db.set_len(length.saturating_sub(cut)).unwrap();
        match SledStore::open(dir.path(), OnFault::Refuse) {
            // The file's end may hold nothing that matters.
            Ok(opened) => all_there(&opened.records).await,
            Err(error) => {
                assert!(matches!(error.fault, Fault::Behind | Fault::Damaged), "{cut}: {error}");
                assert!(error.to_string().contains("restore"), "{error}");
                assert!(dir.path().join("store.damaged-1").exists(), "{cut}: no copy was kept");
                serves_the_last_export(dir.path()).await;
            }
        }
    }
}

async fn serves_the_last_export(dir: &Path) {
    let opened = SledStore::open(dir, OnFault::Serve).unwrap();
    assert!(opened.fault.is_some());
    let served = opened.records.served().await.unwrap();
    let stage = &served.stages[0];
    let deployment = &served.deployments[&stage.target.deployment];
    opened.records.definition(deployment.content_hash).await.unwrap();
    let head = &served.apis[&stage.api_id];
    assert!(matches!(edit(&opened.records, 0, head).await, Err(CommitError::ReadOnly { .. })));
}

#[tokio::test]
async fn flipped_bytes_are_found_by_opening_reading_or_checking() {
    let sound = written().await;
    let length = fs::metadata(sound.path().join("store/db")).unwrap().len();
    let mut random = fastrand::Rng::with_seed(7);
    let mut outcomes: HashMap<&str, u32> = HashMap::new();
    for _ in 0..24 {
        let dir = copy(sound.path());
        let at = random.u64(0..length - 64);
        let db = File::options().read(true).write(true).open(dir.path().join("store/db")).unwrap();
        let mut bytes = [0; 64];
        db.read_exact_at(&mut bytes, at).unwrap();
        db.write_all_at(&bytes.map(|byte| !byte), at).unwrap();
        let outcome = match SledStore::open(dir.path(), OnFault::Refuse) {
            Err(error) => {
                assert!(matches!(error.fault, Fault::Behind | Fault::Damaged), "{at}: {error}");
                "refused"
            }
            Ok(opened) => {
                let records = opened.records;
                let found = head_and_content(&records).await;
                drop(records);
                let report = check(dir.path()).await.unwrap();
                match found {
                    Ok(revision) => {
                        assert_eq!(revision, EDITS, "byte {at}: an old state was taken for the latest");
                        if report.findings.is_empty() { "harmless" } else { "found by a check" }
                    }
                    Err(error) => {
                        assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}");
                        assert!(!report.findings.is_empty(), "byte {at}: a check does not see {error}");
                        "found when read"
                    }
                }
            }
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert!(outcomes.contains_key("refused"), "no byte that was flipped mattered: {outcomes:?}");
}

/// Reads all there is; the draft's revision.
async fn head_and_content(records: &Records) -> Result<u64, StoreError> {
    let heads = records.all_apis().await?;
    let head = heads.first().expect("an API, since nothing was refused");
    records.definition(head.root).await?;
    for deployment in records.deployments(head.id, None, usize::MAX).await? {
        records.definition(deployment.content_hash).await?;
    }
    records.served().await?;
    Ok(head.revision.0)
}

#[tokio::test]
async fn missing_and_foreign_files_are_refused_until_someone_accepts_the_loss() {
    let sound = written().await;

    let dir = copy(sound.path());
    fs::remove_dir_all(dir.path().join("store")).unwrap();
    assert_eq!(refused(dir.path()).fault, Fault::NoStore);
    fs::remove_file(dir.path().join("mark")).unwrap();
    assert_eq!(refused(dir.path()).fault, Fault::NoStore, "something was served from here");
    serves_the_last_export(dir.path()).await;

    for content in [None, Some("nonsense")] {
        let dir = copy(sound.path());
        fs::remove_file(dir.path().join("mark")).unwrap();
        content.into_iter().for_each(|content| fs::write(dir.path().join("mark"), content).unwrap());
        let error = refused(dir.path());
        assert_eq!(error.fault, Fault::NoMark);
        assert!(error.to_string().contains("check --accept"), "{error}");
        assert!(!check(dir.path()).await.unwrap().findings.is_empty());
        accept(dir.path()).unwrap();
        all_there(&open(dir.path())).await;
    }

    let other = tempfile::tempdir().unwrap();
    drop(open(other.path()));
    let dir = copy(sound.path());
    fs::copy(other.path().join("mark"), dir.path().join("mark")).unwrap();
    assert_eq!(refused(dir.path()).fault, Fault::ForeignMark);

    // conf and the snapshots can be made anew, so that nothing is lost with them.
    let dir = copy(sound.path());
    fs::remove_file(dir.path().join("store/conf")).unwrap();
    snapshots(dir.path()).into_iter().for_each(|path| fs::remove_file(path).unwrap());
    all_there(&open(dir.path())).await;
}

#[tokio::test]
async fn a_store_from_an_older_backup_of_its_folder_is_behind() {
    let dir = written().await;
    let old = copy(dir.path());
    {
        let records = open(dir.path());
        let before = head(&records, 0).await.unwrap();
        edit(&records, 0, &before).await.unwrap();
    }
    fs::copy(dir.path().join("mark"), old.path().join("mark")).unwrap();
    let error = refused(old.path());
    assert_eq!(error.fault, Fault::Behind);
    assert_eq!(accept(old.path()).unwrap(), StoreRevision(EDITS));
    all_there(&open(old.path())).await;
}

#[tokio::test]
async fn copies_of_a_damaged_store_do_not_fill_the_disk() {
    let dir = written().await;
    let db = File::options().write(true).open(dir.path().join("store/db")).unwrap();
    db.set_len(4096).unwrap();
    for _ in 0..5 {
        refused(dir.path());
    }
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("store.damaged")).count(), 3);
    assert!(refused(dir.path()).reason.contains("copies"));
}

#[tokio::test]
async fn a_newer_layout_is_refused_and_left_alone() {
    let dir = written().await;
    let newer = {
        let db = sled::open(dir.path().join("store")).unwrap();
        let records = db.open_tree("records").unwrap();
        let format = records.get("format").unwrap().unwrap();
        // Field 1, a varint: the version. After the checksum of eight bytes.
        assert_eq!(format[8], 0x08);
        let newer = [&[0x08, format[9] + 1], &format[10..]].concat();
        let sum = Sha256::digest([&b"format\0"[..], &newer].concat());
        records.insert("format", [&sum[..8], &newer].concat()).unwrap();
        db.flush().unwrap();
        format[9] + 1
    };
    let error = refused(dir.path());
    assert_eq!(error.fault, Fault::Newer);
    assert!(error.to_string().contains(&format!("version {newer}")), "{error}");
    assert!(!dir.path().join("store.damaged-1").exists());
    serves_the_last_export(dir.path()).await;
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_store() {
    let dir = written().await;
    let mut holder = Killed(child("hold", dir.path()).spawn().unwrap());
    let mut lines = BufReader::new(holder.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("open")), "the child did not open the store");
    for on_fault in [OnFault::Refuse, OnFault::Serve] {
        let Err(error) = SledStore::open(dir.path(), on_fault) else { panic!("it opened twice") };
        assert_eq!(error.fault, Fault::Busy);
        assert!(error.to_string().contains(&format!("process {}", holder.0.id())), "{error}");
    }
    assert!(restore(dir.path(), &b""[..]).is_err());
    drop(holder.0.stdin.take());
    holder.0.wait().unwrap();
    let records = open(dir.path());
    let again = SledStore::open(dir.path(), OnFault::Refuse);
    assert!(again.is_err_and(|error| error.fault == Fault::Busy), "nor twice in one process");
    all_there(&records).await;
}

#[tokio::test]
async fn only_its_owner_may_enter_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let records = open(&data);
    let first = head(&records, 0).await.unwrap();
    edit(&records, 0, &first).await.unwrap();
    records.export_serving(records.latest()).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("store")), 0o700);
    for file in ["mark", "lock", "serving"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn nothing_is_ever_put_into_files_that_are_not_synced() {
    let dir = tempfile::tempdir().unwrap();
    let records = open(dir.path());
    let mut latest = head(&records, 0).await.unwrap();
    for _ in 0..100 {
        latest = edit(&records, 0, &latest).await.unwrap();
    }
    drop(records);
    let report = check(dir.path()).await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    assert_eq!(report.deployment_count as u64, latest.last_number);
    assert!(report.unnamed_blob_count > 0, "former drafts");
    let open_again = open(dir.path());
    open_again.sweep(now()).await.unwrap();
    drop(open_again);
    let report = check(dir.path()).await.unwrap();
    assert_eq!((report.unnamed_blob_count, report.findings.len()), (0, 0));
}

/// What the child of the next test does: writes until the file may not grow, and goes on when there is room.
pub async fn fill(dir: &Path) {
    let records = open(dir);
    let mut latest = head(&records, 0).await.unwrap();
    say_acknowledged(0, &latest);
    // A store that failed is opened anew, which may find some room; it is full when that fails, too.
    let mut failed_before = false;
    loop {
        match edit(&records, 0, &latest).await {
            Ok(head) => {
                latest = head;
                failed_before = false;
                say_acknowledged(0, &latest);
            }
            Err(CommitError::ReadOnly { .. }) => break,
            Err(CommitError::Storage(_)) if failed_before => break,
            // Whether a write that failed is there shows only when it is read.
            Err(CommitError::Storage(_) | CommitError::Conflict { .. }) => {
                failed_before = true;
                if let Ok(head) = head(&records, 0).await {
                    latest = head;
                }
            }
            Err(error @ CommitError::TooLarge { .. }) => panic!("{error}"),
        }
    }
    say("full");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    // There is room again; the store finds out by itself, once a second at most.
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    loop {
        match head(&records, 0).await {
            Ok(current) => match edit(&records, 0, &current).await {
                Ok(head) => break say_acknowledged(0, &head),
                Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
            },
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    say("mended");
}

/// A limit on the size of files stands in for a full disk: writes fail in the same place.
#[tokio::test]
async fn a_full_disk_makes_the_store_read_only_until_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Command::new("bash");
    // 3 MiB, soft, so that it can be lifted; the signal that comes with it ignored.
    shell.args(["-c", "trap '' XFSZ; ulimit -S -f 3072; exec \"$@\"", "bash"]);
    shell.arg(std::env::current_exe().unwrap()).args(CHILD_ARGS);
    prepare(&mut shell, "fill", dir.path());
    let mut running = Killed(shell.spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut last = (0, 0, 0);
    let mut until = |word: &str| {
        for line in lines.by_ref() {
            if line.ends_with(word) {
                return;
            }
            last = acknowledged(&line).unwrap_or(last);
        }
        panic!("the child ended before it was {word}");
    };
    until("full");
    let limit = format!("--pid={}", running.0.id());
    let lifted = Command::new("prlimit").args([&*limit, "--fsize=unlimited"]).status();
    assert!(lifted.unwrap().success());
    drop(running.0.stdin.take());
    until("mended");
    assert!(running.0.wait().unwrap().success());
    assert!(last.1 > 10, "it was full after {} writes", last.1);
    let found = check_whole(&open(dir.path()), 0).await.unwrap();
    assert_eq!((found.revision.0, found.last_number), (last.1, last.2));
}
