//! `docs/your-own-schema.md` is run: its files are written, its commands executed in their order in a
//! folder of their own, and what they print is compared with what the page says they print. `…`
//! stands for any text.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A block of code: what stands behind the fence, and its lines.
struct Block<'p> {
    about: &'p str,
    lines: Vec<&'p str>,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(about), None) => open = Some(Block { about, lines: Vec::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block without an end");
    blocks
}

/// Whether a text is what a pattern says.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let found = if is_last {
            rest.ends_with(part).then(|| rest.len() - part.len())
        } else {
            rest.find(part)
        };
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    parts.is_empty() && rest.is_empty() || !parts.is_empty()
}

struct Reader {
    folder: PathBuf,
    kept: PathBuf,
}

impl Reader {
    /// Does what a reader of the page does with a block.
    fn follow(&self, block: &Block<'_>) {
        if block.about == "text" {
            // What the reader's shell is told: here the binary is in the path by that name.
            let names =
                block.lines.iter().filter(|line| line.starts_with("alias tantamount-codegen="));
            assert_eq!(names.count(), block.lines.len(), "{:?}", block.lines);
            return;
        }
        match block.about.split_once(' ') {
            Some((_, file)) => {
                let path = self.folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, block.lines.join("\n") + "\n").unwrap();
            }
            None => {
                assert_eq!(block.about, "sh", "a block that is neither a file nor commands");
                let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
                for line in &block.lines {
                    match (line.strip_prefix("$ "), commands.last_mut()) {
                        (Some(command), _) => commands.push((command, Vec::new())),
                        (None, Some((_, printed))) => printed.push(line),
                        (None, None) => panic!("`{line}` is printed by no command"),
                    }
                }
                for (command, printed) in commands {
                    self.run(command, &printed.join("\n"));
                }
            }
        }
    }

    fn run(&self, command: &str, expected: &str) {
        let binary = Path::new(env!("CARGO_BIN_EXE_tantamount-codegen"));
        let mut paths = vec![binary.parent().unwrap().to_path_buf()];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.folder)
            .env("PATH", std::env::join_paths(paths).unwrap())
            // What is compiled already, with the workspace's profile, is not compiled again.
            .env("CARGO_TARGET_DIR", binary.ancestors().nth(2).unwrap())
            .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
            .env("TANTAMOUNT_HOME", self.kept.join("home"))
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`{command}` failed:\n{printed}{said}");
        assert!(
            matches(expected, printed.trim_end()),
            "`{command}` prints\n{printed}\ninstead of\n{expected}\n{said}"
        );
    }
}

#[test]
fn the_page_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/your-own-schema.md")).unwrap();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("your-own-schema");
    let folder = kept.join("shop");
    for old in [&folder, &kept.join("home")] {
        if old.exists() {
            fs::remove_dir_all(old).unwrap();
        }
    }
    fs::create_dir_all(&folder).unwrap();
    let checkout = kept.join("tantamount");
    if checkout.symlink_metadata().is_ok() {
        fs::remove_file(&checkout).unwrap();
    }
    std::os::unix::fs::symlink(root, &checkout).unwrap();
    // The same versions as here, which are on this machine already.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let reader = Reader { folder, kept };
    let blocks = blocks(&page);
    assert!(blocks.len() > 10);
    blocks.iter().for_each(|block| reader.follow(block));
}

#[test]
fn an_ellipsis_stands_for_any_text() {
    assert!(matches("a…c", "abc"));
    assert!(matches("…", ""));
    assert!(matches("a … b …", "a 1 b 2"));
    assert!(!matches("a…c", "abcd"));
    assert!(!matches("abc", "abcd"));
    assert!(matches("abc", "abc"));
}
