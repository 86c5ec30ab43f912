// What build.mjs says where it cannot build: what is missing, and how to get it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../npm/build.mjs", import.meta.url));

/** Runs it with other programs in the place of Cargo and rustc, and tells what it said. */
function build(environment) {
  const folder = mkdtempSync(join(tmpdir(), "tantamount-build-"));
  try {
    for (const [name, text] of Object.entries(environment)) {
      if (text.startsWith("#!")) writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
    const env = Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, text.startsWith("#!") ? join(folder, name) : text]));
    const { status, stderr } = spawnSync(process.execPath, [script, "--tools", folder, "--output", join(folder, "package")],
      { env: { PATH: process.env.PATH, ...env }, encoding: "utf8" });
    return { status, said: stderr.replaceAll(folder, "FOLDER") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

suite("without a module", () => {
  test("that Rust is not installed is told", () => {
    const { status, said } = build({ CARGO: "/no/such/cargo" });
    assert.equal(status, 1);
    assert.match(said, /^\n`\/no\/such\/cargo` cannot be started: .*\nhelp: install Rust.*\n$/);
  });

  test("that the target is not installed is told, and how to install it", () => {
    for (const rustc of ["#!/bin/sh\necho /no/such/folder\n", "#!/bin/sh\nexit 1\n"]) {
      const { status, said } = build({ CARGO: "#!/bin/sh\necho 'error[E0463]: no core' >&2\nexit 101\n", RUSTC: rustc });
      assert.equal(status, 1);
      assert.equal(said, "error[E0463]: no core\n\nRust has no standard library for the target `wasm32-unknown-unknown`\n"
        + "help: run `rustup target add wasm32-unknown-unknown`, and build again\n");
    }
  });

  test("what Cargo says stands alone where the target is there", () => {
    const { status, said } = build({
      CARGO: "#!/bin/sh\necho 'error: a mistake' >&2\nexit 101\n",
      RUSTC: '#!/bin/sh\nfolder="$(dirname "$0")/lib"\nmkdir -p "$folder"\ntouch "$folder/libcore-1.rlib"\necho "$folder"\n',
    });
    assert.equal(status, 1);
    assert.match(said, /^error: a mistake\n\nCargo could not build `[^`]+`: what it said stands above\n$/);
  });

  test("a crate that yields no module is told", () => {
    const { status, said } = build({ CARGO: "#!/bin/sh\necho '{\"reason\":\"build-finished\",\"success\":true}'\n" });
    assert.equal(status, 1);
    assert.match(said, /yields no module\nhelp: .*cdylib/);
  });

  test("flags of the environment stand behind those of the crate, and replace none", () => {
    const cargo = "#!/bin/sh\necho \"${RUSTFLAGS-none} ${CARGO_ENCODED_RUSTFLAGS-none}\" >&2\nfor one; do echo \"$one\" >&2; done\nexit 1\n";
    for (const flags of [{ RUSTFLAGS: " -Cone  --cfg=two " }, { CARGO_ENCODED_RUSTFLAGS: "-Cone\x1f--cfg=two", RUSTFLAGS: "-Cother" }]) {
      const { said } = build({ CARGO: cargo, RUSTC: "#!/bin/sh\nexit 1\n", ...flags });
      assert.match(said, /^none none\nrustc\n/);
      assert.ok(said.includes('--config\ntarget.wasm32-unknown-unknown.rustflags=["-Cone","--cfg=two"]\n'), said);
    }
  });
});
