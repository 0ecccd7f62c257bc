//! Files and folders of the data directory: made private, synced, locked, copied.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fault::{Fault, OpenError};

/// How many copies of damaged stores are kept before nothing is tried any more.
const MAX_COPIES: usize = 3;

/// How often a lock that is held is tried again. A process that was just told to stop, or a child that is between
/// fork and exec and so shares its parent's descriptors, lets go within moments.
pub(super) const LOCK_ATTEMPTS: u32 = 25;

/// The time between two attempts.
pub(super) const BETWEEN_LOCK_ATTEMPTS: Duration = Duration::from_millis(20);

/// Makes a folder that only its owner can enter, and those above it as usual.
pub(in crate::store) fn make_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    DirBuilder::new().mode(0o700).create(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// How a file that only its owner may read is opened.
pub(in crate::store) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}

/// Makes the names in a folder durable.
pub(in crate::store) fn sync_folder(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Replaces a file as a whole: whoever reads it, also after a crash, sees the old content or the new.
pub(in crate::store) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = private().truncate(true).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Takes the data directory for this process, until the file is dropped.
pub(super) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join("lock");
    let inaccessible = |error: io::Error| OpenError::new(Fault::Inaccessible, &path, error.to_string());
    let mut file = private().open(&path).map_err(inaccessible)?;
    let mut tried = file.try_lock();
    for _ in 0..LOCK_ATTEMPTS {
        if !matches!(tried, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(BETWEEN_LOCK_ATTEMPTS);
        tried = file.try_lock();
    }
    match tried {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let holder = match holder.trim() {
                "" => String::new(),
                pid => format!(" (process {pid})"),
            };
            let reason = format!("another Postern{holder} is using it");
            return Err(OpenError::new(Fault::Busy, dir, reason));
        }
        Err(TryLockError::Error(error)) => return Err(inaccessible(error)),
    }
    // Only for the message above; nothing depends on it.
    let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    Ok(file)
}

/// Removes the snapshots that sled was writing when its process ended: it would take one for the newest.
pub(super) fn remove_half_snapshots(store: &Path) -> io::Result<()> {
    for path in snapshots(store)? {
        if path.extension().is_some_and(|extension| extension == "generating") {
            tracing::warn!(path = %path.display(), "a half-written snapshot is removed");
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Removes every snapshot; sled makes one anew from the database file.
pub(super) fn remove_snapshots(store: &Path) -> io::Result<()> {
    snapshots(store)?.into_iter().try_for_each(fs::remove_file)
}

fn snapshots(store: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(store) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Copies the store's folder before anything is tried on it. Refuses when there are enough copies already, so
/// that a process that is started again and again does not fill the disk.
pub(super) fn keep_copy(dir: &Path, store: &Path) -> io::Result<PathBuf> {
    let free = (1..=MAX_COPIES).map(|n| dir.join(format!("store.damaged-{n}"))).find(|copy| !copy.exists());
    let copy = free.ok_or_else(|| {
        let text = format!(
            "there are {MAX_COPIES} copies of damaged stores already (store.damaged-N), so nothing was tried"
        );
        io::Error::new(io::ErrorKind::AlreadyExists, text)
    })?;
    make_private(&copy)?;
    copy_folder(store, &copy)?;
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            make_private(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
