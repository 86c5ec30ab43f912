//! Runs a program over a tape.
//!
//! The engine keeps its own stack, so neither a deep text nor a long chain of references can
//! exhaust the thread's. A schema is evaluated *loudly*, noting every problem, where its failure is
//! the text's; and *quietly*, ending at the first failure, where it is only asked whether it holds
//! (`not`, `if`, the branches of `anyOf` and `oneOf`, `contains`).

mod compound;
mod evaluated;
mod faults;
mod meant;
mod simple;

use super::program::{Check, Program};
use super::tape::{Kind, Tape};
use crate::flaw::{Anchor, Flaw, Flaws};
use crate::json::Limits;
use crate::problem::Code;
use evaluated::Evaluated;
use std::collections::{BTreeMap, HashMap};

/// Evaluates the root schema over the root value and gives what is wrong.
pub(super) fn run(program: &Program, tape: &Tape<'_>, limits: &Limits, mode: Mode) -> Flaws {
    let mut engine = Engine {
        program,
        tape,
        flaws: Flaws::new(limits.problems()),
        scopes: vec![Scope { parent: 0, resource: u32::MAX }],
        entered: BTreeMap::new(),
        known: HashMap::new(),
    };
    let call = Call { schema: program.root, node: 0, scope: 0, mode, tracks: false, chain: 0 };
    if !engine.evaluate(call) && engine.flaws.is_empty() {
        // In quiet mode nothing is noted; elsewhere it would be a fault of the engine's to fail in
        // silence.
        engine.flaws.note(|| faults::unexplained(0));
    }
    engine.flaws
}

/// Whether problems are noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Every problem.
    Loud,
    /// None; the first failure ends it.
    Quiet,
}

/// A schema to evaluate over a value.
#[derive(Clone, Copy, Debug)]
struct Call {
    schema: u32,
    node: u32,
    /// The resources entered so far: an index into [`Engine::scopes`].
    scope: u32,
    mode: Mode,
    /// Whether the caller wants to know what was looked at.
    tracks: bool,
    /// How many schemas were entered since the value was.
    chain: u32,
}

/// A call that is being answered.
#[derive(Debug)]
struct Frame {
    call: Call,
    /// Which of the schema's checks is at hand.
    check: usize,
    /// Where in that check; what it counts is the check's own.
    step: usize,
    /// The value or position that the check has come to.
    cursor: u32,
    /// What the check counts.
    hits: u32,
    /// Two branches that hold, or which one is told about.
    branches: (usize, usize),
    /// Whether a branch is being evaluated again, to tell what is wrong with it.
    tells: bool,
    valid: bool,
    evaluated: Option<Box<Evaluated>>,
}

/// The answer to a call.
#[derive(Debug)]
struct Answer {
    valid: bool,
    evaluated: Option<Box<Evaluated>>,
}

/// What to do next with a frame.
enum Next {
    /// Ask this first.
    Ask(Call),
    /// The check is done.
    Done,
}

/// A chain of resources, as `$dynamicRef` sees them: outermost first, each once.
#[derive(Clone, Copy, Debug)]
struct Scope {
    parent: u32,
    resource: u32,
}

struct Engine<'p, 't> {
    program: &'p Program,
    tape: &'t Tape<'t>,
    flaws: Flaws,
    scopes: Vec<Scope>,
    /// The scope that entering a resource from a scope leads to.
    entered: BTreeMap<(u32, u32), u32>,
    /// What recursive schemas said of values: whether the value is valid and, if not, whether the
    /// problems were noted.
    known: HashMap<(u32, u32, u32), (bool, Mode)>,
}

impl Engine<'_, '_> {
    /// Answers a call.
    fn evaluate(&mut self, call: Call) -> bool {
        let mut stack: Vec<Frame> = Vec::with_capacity(64);
        let mut answer = match self.enter(call) {
            Ok(frame) => {
                stack.push(frame);
                None
            }
            Err(answer) => Some(answer),
        };
        while let Some(mut frame) = stack.pop() {
            match self.advance(&mut frame, answer.take()) {
                Next::Ask(call) => {
                    stack.push(frame);
                    match self.enter(call) {
                        Ok(frame) => stack.push(frame),
                        Err(known) => answer = Some(known),
                    }
                }
                Next::Done => answer = Some(self.leave(frame)),
            }
        }
        answer.is_none_or(|answer| answer.valid)
    }

    /// Begins a call, or answers it at once.
    fn enter(&mut self, mut call: Call) -> Result<Frame, Answer> {
        let at_once = |valid| Answer { valid, evaluated: None };
        let Some(schema) = self.program.schema(call.schema) else { return Err(at_once(true)) };
        let checks: &[Check] = &schema.checks;
        if !checks.iter().any(Check::is_compound) {
            let mut valid = true;
            for check in checks {
                valid &= self.simple(check, call.schema, call.node, call.mode);
                if !valid && call.mode == Mode::Quiet {
                    break;
                }
            }
            return Err(at_once(valid));
        }
        call.scope = self.scope(call.scope, schema.resource);
        if schema.recursive && !call.tracks {
            match self.known.get(&(call.schema, call.node, call.scope)) {
                Some((true, _)) => return Err(at_once(true)),
                Some((false, mode)) if *mode == Mode::Loud || call.mode == Mode::Quiet => {
                    return Err(at_once(false));
                }
                _ => {}
            }
        }
        let most = self.program.schemas.len().saturating_mul(self.program.resources.len() + 1);
        if call.chain as usize > most {
            // References lead round without ever reaching a part of the value. Where they are
            // static that is an error of the schema's; `$dynamicRef` may come to it here.
            self.flaws.note(|| faults::circle(self.tape.node(call.node).start, &schema.place));
            return Err(at_once(false));
        }
        let kind = self.tape.node(call.node).kind;
        let is_compound = matches!(kind, Kind::Array | Kind::Object);
        let tracks = is_compound && (call.tracks || checks.iter().any(Check::is_unevaluated));
        Ok(Frame {
            call,
            check: 0,
            step: 0,
            cursor: 0,
            hits: 0,
            branches: (0, 0),
            tells: false,
            valid: true,
            evaluated: tracks.then(Box::default),
        })
    }

    /// Goes on with a frame, given the answer to what it asked last.
    fn advance(&mut self, frame: &mut Frame, mut answer: Option<Answer>) -> Next {
        let program = self.program;
        let checks = program.checks(frame.call.schema);
        while let Some(check) = checks.get(frame.check) {
            if check.is_compound() {
                if let Next::Ask(call) = self.compound(check, frame, answer.take()) {
                    return Next::Ask(call);
                }
            } else {
                let Call { schema, node, mode, .. } = frame.call;
                frame.valid &= self.simple(check, schema, node, mode);
            }
            if !frame.valid && frame.call.mode == Mode::Quiet {
                return Next::Done;
            }
            frame.check += 1;
            (frame.step, frame.cursor, frame.hits) = (0, 0, 0);
            (frame.branches, frame.tells) = ((0, 0), false);
        }
        Next::Done
    }

    fn leave(&mut self, frame: Frame) -> Answer {
        let Frame { call, valid, evaluated, .. } = frame;
        let program = self.program;
        if program.schema(call.schema).is_some_and(|schema| schema.recursive) && !call.tracks {
            self.known.insert((call.schema, call.node, call.scope), (valid, call.mode));
        }
        Answer { valid, evaluated: evaluated.filter(|_| call.tracks) }
    }

    /// The scope after entering a resource. A resource that was entered before changes nothing:
    /// only the outermost of several counts.
    fn scope(&mut self, scope: u32, resource: u32) -> u32 {
        if self.program.resources.len() < 2 {
            return scope;
        }
        if let Some(known) = self.entered.get(&(scope, resource)) {
            return *known;
        }
        let mut at = scope;
        let mut found = None;
        while at != 0 {
            let Some(one) = self.scopes.get(at as usize) else { break };
            if one.resource == resource {
                found = Some(scope);
                break;
            }
            at = one.parent;
        }
        let entered = found.unwrap_or_else(|| {
            self.scopes.push(Scope { parent: scope, resource });
            u32::try_from(self.scopes.len() - 1).unwrap_or(0)
        });
        self.entered.insert((scope, resource), entered);
        entered
    }

    /// Where a dynamic anchor leads in a scope.
    fn dynamic(&self, scope: u32, anchor: u32) -> Option<u32> {
        let mut found = None;
        let mut at = scope;
        while at != 0 {
            let one = self.scopes.get(at as usize)?;
            let resource = self.program.resources.get(one.resource as usize)?;
            let here = resource.anchors.iter().find(|(name, _)| *name == anchor);
            // The walk goes outwards, so the last one found is the outermost.
            found = here.map(|(_, schema)| *schema).or(found);
            at = one.parent;
        }
        found
    }

    /// Notes a flaw of a value; nothing in quiet mode.
    fn fault(&mut self, mode: Mode, node: u32, fault: impl FnOnce() -> (Code, String, String)) {
        if mode == Mode::Loud {
            let at = self.tape.node(node).start as usize;
            self.flaws.note(|| {
                let (code, message, fix) = fault();
                Flaw::new(Anchor::Value(at), code, message, fix)
            });
        }
    }
}
