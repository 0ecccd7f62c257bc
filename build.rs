//! Compiles `proto/` with a pure-Rust protobuf compiler: no `protoc` is needed anywhere.
//!
//! Leaves in `OUT_DIR` the generated code and `postern_admin.bin`, the descriptor set that reflection serves.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let mut admin = protox::Compiler::new(["proto"])?;
    admin.include_imports(true).include_source_info(true).open_files(protos("proto/postern/admin/v1")?)?;
    // Encoded by the compiler, which keeps options of our own; the typed set drops them.
    fs::write(out.join("postern_admin.bin"), admin.encode_file_descriptor_set())?;
    let admin = admin.file_descriptor_set();
    // Messages know their names, so that the command line finds their descriptors.
    let mut names = tonic_prost_build::Config::new();
    names.enable_type_names();
    // Maps are ordered, so that equal messages have equal bytes.
    tonic_prost_build::configure().btree_map(".").compile_fds_with_config(admin, names)?;

    let store = protox::compile(protos("proto/postern/store/v1")?, ["proto"])?;
    tonic_prost_build::configure()
        .btree_map(".")
        .build_client(false)
        .build_server(false)
        .compile_fds(store)?;
    Ok(())
}

/// The `.proto` files of a folder, in the order of their names.
fn protos(folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "proto"));
    files.sort();
    Ok(files)
}
