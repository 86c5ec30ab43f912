//! The texts that packages are made of: those of `wasm/`, and those that only strangers need.

/// The parts of the module that know nothing of a schema.
pub(super) const CRATE: &[(&str, &str)] = &[
    ("src/exports.rs", include_str!("../../../../wasm/src/exports.rs")),
    ("src/memory.rs", include_str!("../../../../wasm/src/memory.rs")),
    ("src/report.rs", include_str!("../../../../wasm/src/report.rs")),
    ("src/scope.rs", include_str!("../../../../wasm/src/scope.rs")),
];

/// What users of the package see, and what stands below it.
pub(super) const FACE: &[(&str, &str)] = &[
    ("npm/src/calls.ts", include_str!("../../../../wasm/npm/src/calls.ts")),
    ("npm/src/edge-light.ts", include_str!("../../../../wasm/npm/src/edge-light.ts")),
    ("npm/src/face.ts", include_str!("../../../../wasm/npm/src/face.ts")),
    ("npm/src/faults.ts", include_str!("../../../../wasm/npm/src/faults.ts")),
    ("npm/src/file.ts", include_str!("../../../../wasm/npm/src/file.ts")),
    ("npm/src/index.ts", include_str!("../../../../wasm/npm/src/index.ts")),
    ("npm/src/inline.ts", include_str!("../../../../wasm/npm/src/inline.ts")),
    ("npm/src/instance.ts", include_str!("../../../../wasm/npm/src/instance.ts")),
    ("npm/src/node.ts", include_str!("../../../../wasm/npm/src/node.ts")),
    ("npm/src/problems.ts", include_str!("../../../../wasm/npm/src/problems.ts")),
    ("npm/src/read.ts", include_str!("../../../../wasm/npm/src/read.ts")),
    ("npm/src/snapshot.ts", include_str!("../../../../wasm/npm/src/snapshot.ts")),
    ("npm/src/spelling.wat", include_str!("../../../../wasm/npm/src/spelling.wat")),
    ("npm/src/wasm.d.ts", include_str!("../../../../wasm/npm/src/wasm.d.ts")),
    ("npm/src/workerd.ts", include_str!("../../../../wasm/npm/src/workerd.ts")),
    ("npm/src/write.ts", include_str!("../../../../wasm/npm/src/write.ts")),
];

/// What builds and checks it.
pub(super) const CHECKED: &[(&str, &str)] = &[
    ("npm/build.mjs", include_str!("../../../../wasm/npm/build.mjs")),
    ("npm/check.mjs", include_str!("../../../../wasm/npm/check.mjs")),
    ("npm/rustc.json", include_str!("../../../../wasm/npm/rustc.json")),
    ("npm/tsconfig.json", include_str!("../../../../wasm/npm/tsconfig.json")),
    ("npm/tools/package.json", include_str!("../../../../wasm/npm/tools/package.json")),
];

/// What npm knows of it.
pub(super) const PACKAGE: &str = include_str!("../../../../wasm/npm/package.json");

/// What is packed.
pub(super) const CONTENTS: &str = include_str!("../../../../wasm/npm/contents.txt");

pub(super) const CONFIGURATION: &str = include_str!("config.toml.txt");
pub(super) const LIBRARY: &str = include_str!("lib.rs.txt");
pub(super) const MANIFEST: &str = include_str!("Cargo.toml.txt");
pub(super) const README: &str = include_str!("README.md.txt");
pub(super) const TYPES_IN_USE: &str = include_str!("use.ts.txt");
