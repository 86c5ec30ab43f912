//! The user that the server is run as.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Uid, User, geteuid};

use crate::Error;

/// What the programs of PostgreSQL get of the caller's environment. The rest stays here: it may
/// hold secrets, and `PG…` variables would change what the programs do.
const ENVIRONMENT_KEPT: [&str; 5] =
    ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TZ"];

/// The user that the server is run as: the caller, or another one when root calls.
#[derive(Debug, Clone)]
pub(crate) struct ServerUser {
    pub(crate) user: u32,
    pub(crate) group: u32,
    /// For messages.
    pub(crate) name: String,
    /// Whether this is another user than the caller, who is root then.
    pub(crate) another: bool,
}

impl ServerUser {
    /// Chooses by the caller, by the user asked for, and by who owns the data that is there.
    pub(crate) fn choose(
        asked: Option<&str>,
        owner: Option<u32>,
        data: &Path,
    ) -> Result<Self, Error> {
        let caller = geteuid();
        let chosen = match asked {
            Some(name) => Some(named(name)?.ok_or_else(|| {
                Error::User {
                    user: name.to_owned(),
                    reason:
                        "there is no such user; set TANTAMOUNT_POSTGRES_USER to one that exists"
                            .to_owned(),
                }
            })?),
            None => None,
        };
        let user = if caller.is_root() {
            match (chosen, owner) {
                (Some(user), _) => user,
                // The data stays its owner's, also when a better user has come since.
                (None, Some(owner)) => with_number(Uid::from_raw(owner))?,
                (None, None) => a_usual_one()?,
            }
        } else {
            let me = with_number(caller)?;
            if let Some(other) = chosen.filter(|user| user.uid != caller) {
                return Err(Error::User {
                    user: other.name,
                    reason: format!(
                        "only root can start a server for another user; unset \
                         TANTAMOUNT_POSTGRES_USER to run it as `{}`",
                        me.name
                    ),
                });
            }
            me
        };
        if user.uid.is_root() {
            return Err(Error::User {
                user: user.name,
                reason: format!(
                    "PostgreSQL refuses root; set TANTAMOUNT_POSTGRES_USER to another user, who \
                     must own `{}` if it exists",
                    data.display()
                ),
            });
        }
        if let Some(owner) = owner.filter(|owner| *owner != user.uid.as_raw()) {
            return Err(Error::Untrusted {
                path: data.to_owned(),
                complaint: format!("belongs to the user {owner}, not to `{}`", user.name),
                remedy: "run this as the user it belongs to (for root: name that user in \
                         TANTAMOUNT_POSTGRES_USER), or set TANTAMOUNT_HOME to a new folder",
            });
        }
        Ok(Self {
            user: user.uid.as_raw(),
            group: user.gid.as_raw(),
            name: user.name,
            another: user.uid != caller,
        })
    }

    /// A program that will run as this user, in that folder, with no input and with messages
    /// that are not translated.
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env_clear();
        for name in ENVIRONMENT_KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LC_ALL", "C");
        if self.another {
            // Setting the user also drops root's supplementary groups: the standard library
            // calls `setgroups(0, NULL)` in the child (see `CommandExt::uid`).
            command.uid(self.user).gid(self.group);
        }
        command
    }
}

fn named(name: &str) -> Result<Option<User>, Error> {
    User::from_name(name).map_err(|error| Error::User {
        user: name.to_owned(),
        reason: format!("the system's list of users cannot be read ({error}); mend that first"),
    })
}

fn with_number(number: Uid) -> Result<User, Error> {
    match User::from_uid(number) {
        Ok(Some(user)) => Ok(user),
        // Both `initdb` and `postgres` need the name of the user who runs them.
        Ok(None) => Err(Error::User {
            user: number.to_string(),
            reason: "no user has this number, and PostgreSQL wants a user with a name; add one \
                     to `/etc/passwd`"
                .to_owned(),
        }),
        Err(error) => Err(Error::User {
            user: number.to_string(),
            reason: format!("the system's list of users cannot be read ({error}); mend that first"),
        }),
    }
}

/// For root: `postgres`, who comes with PostgreSQL's packages and has no other task; else
/// `nobody`, who is everywhere.
fn a_usual_one() -> Result<User, Error> {
    for name in ["postgres", "nobody"] {
        if let Some(user) = named(name)? {
            return Ok(user);
        }
    }
    Err(Error::User {
        user: "postgres".to_owned(),
        reason: "PostgreSQL refuses root, and there is neither a user `postgres` nor `nobody`; \
                 make one, or set TANTAMOUNT_POSTGRES_USER to another user"
            .to_owned(),
    })
}
