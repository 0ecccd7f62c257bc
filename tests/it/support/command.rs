//! The real binary, as a shell would run it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// What a command ended with.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    /// The same, which must have ended well.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The binary with nothing of this process's own `POSTERN_…` variables.
pub fn postern<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("POSTERN_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end.
pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Ended {
    postern(args).output().expect("the binary starts").into()
}

/// A server in a process of its own. Killed when dropped.
pub struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub data: SocketAddr,
    pub admin: SocketAddr,
    pub ops: SocketAddr,
}

impl Server {
    /// Starts `postern serve` on free ports with its store in `directory`, and waits until it is ready.
    #[track_caller]
    pub fn start(directory: &Path, more: &[&str]) -> Self {
        let directory = directory.display().to_string();
        let free = "127.0.0.1:0";
        let mut args = vec!["serve", "--data-dir", &directory, "--listen", free, "--admin-listen", free];
        args.extend(["--ops-listen", free, "--workers", "2"]);
        args.extend(more);
        let mut command = postern(args);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut said = String::new();
        let ready = loop {
            let mut line = String::new();
            let length = stdout.read_line(&mut line).expect("text");
            assert_ne!(length, 0, "the server ended before it was ready: {:?} after {said:?}", child.wait());
            if let Some(ready) = line.strip_prefix("ready ") {
                break serde_json::from_str::<serde_json::Value>(ready).expect("JSON");
            }
            said.push_str(&line);
        };
        let address = |name: &str| ready[name].as_str().and_then(|text| text.parse().ok()).expect(name);
        Self { data: address("data"), admin: address("admin"), ops: address("ops"), child, stdout }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Runs a client command against it.
    pub fn run(&self, args: &[&str]) -> Ended {
        let mut command = postern(args);
        command.env("POSTERN_ADMIN", format!("http://{}", self.admin));
        command.env("POSTERN_OPS", format!("http://{}", self.ops));
        command.output().expect("the binary starts").into()
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Asks it to stop and waits for it; gives its exit code and what it still said.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().expect("an exit status");
        let mut rest = String::new();
        drop(self.stdout.read_to_string(&mut rest));
        (status.code(), rest)
    }

    /// Kills it where it stands.
    pub fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
