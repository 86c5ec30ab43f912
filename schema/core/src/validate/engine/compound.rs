//! Checks that ask other schemas. Each is a small machine: it is called again with the answer to
//! what it asked, until it is done.

use super::evaluated::Evaluated;
use super::{Answer, Call, Engine, Frame, Mode, Next, faults};
use crate::validate::program::{Check, Properties};
use crate::validate::tape::Kind;

impl Engine<'_, '_> {
    pub(super) fn compound(
        &mut self,
        check: &Check,
        frame: &mut Frame,
        answer: Option<Answer>,
    ) -> Next {
        let node = self.tape.node(frame.call.node);
        match (check, node.kind) {
            (Check::AllOf(schemas), _) => all(frame, schemas, answer),
            (Check::Reference(schema), _) => all(frame, &[*schema], answer),
            (Check::DynamicReference { anchor, otherwise }, _) => {
                let schema = self.dynamic(frame.call.scope, *anchor).unwrap_or(*otherwise);
                all(frame, &[schema], answer)
            }
            (Check::AnyOf(schemas), _) => self.any(frame, schemas, answer),
            (Check::OneOf(schemas), _) => self.one(frame, schemas, answer),
            (Check::Not(schema), _) => self.not(frame, *schema, answer),
            (Check::If { condition, then, otherwise }, _) => {
                conditional(frame, *condition, *then, *otherwise, answer)
            }
            (Check::DependentSchemas(list), Kind::Object) => {
                self.dependent_schemas(frame, list, answer)
            }
            (Check::Properties(properties), Kind::Object) => {
                self.properties(frame, properties, answer)
            }
            (Check::PropertyNames(schema), Kind::Object) => {
                self.property_names(frame, *schema, answer)
            }
            (Check::UnevaluatedProperties(schema), Kind::Object) => {
                self.unevaluated_properties(frame, *schema, answer)
            }
            (Check::Items { prefix, rest }, Kind::Array) => {
                self.items(frame, prefix, *rest, answer)
            }
            (Check::Contains { schema, minimum, maximum }, Kind::Array) => {
                self.contains(frame, *schema, (*minimum, *maximum), answer)
            }
            (Check::UnevaluatedItems(schema), Kind::Array) => {
                self.unevaluated_items(frame, *schema, answer)
            }
            _ => Next::Done,
        }
    }

    fn any(&mut self, frame: &mut Frame, schemas: &[u32], answer: Option<Answer>) -> Next {
        if frame.tells {
            return Next::Done;
        }
        if let Some(answer) = answer {
            if answer.valid {
                frame.hits += 1;
                take(frame, answer);
            }
            frame.step += 1;
        }
        let is_settled = frame.hits > 0 && frame.evaluated.is_none();
        match schemas.get(frame.step) {
            Some(schema) if !is_settled => Next::Ask(frame.here(*schema, Mode::Quiet)),
            _ if frame.hits > 0 => Next::Done,
            _ => self.no_branch(frame, schemas),
        }
    }

    fn one(&mut self, frame: &mut Frame, schemas: &[u32], answer: Option<Answer>) -> Next {
        if frame.tells {
            return Next::Done;
        }
        if let Some(answer) = answer {
            if answer.valid {
                match frame.hits {
                    0 => frame.branches.0 = frame.step,
                    _ => frame.branches.1 = frame.step,
                }
                frame.hits += 1;
                take(frame, answer);
            }
            frame.step += 1;
        }
        if frame.hits > 1 {
            frame.valid = false;
            let (node, mode) = (frame.call.node, frame.call.mode);
            let (program, tape, branches) = (self.program, self.tape, frame.branches);
            self.fault(mode, node, || {
                faults::ambiguous(program, tape.raw(tape.node(node)), schemas, branches)
            });
            return Next::Done;
        }
        match schemas.get(frame.step) {
            Some(schema) => Next::Ask(frame.here(*schema, Mode::Quiet)),
            None if frame.hits == 1 => Next::Done,
            None => self.no_branch(frame, schemas),
        }
    }

    /// No branch holds: tells what is wrong with the one that is meant, or that none holds.
    fn no_branch(&mut self, frame: &mut Frame, schemas: &[u32]) -> Next {
        frame.valid = false;
        if frame.call.mode == Mode::Quiet {
            return Next::Done;
        }
        // Whatever a branch would have looked at is not to be told as unknown as well.
        if let Some(evaluated) = &mut frame.evaluated {
            evaluated.add_all();
        }
        let node = frame.call.node;
        if let Some(branch) = self.meant(schemas, node, frame.call.scope)
            && let Some(schema) = schemas.get(branch)
        {
            frame.tells = true;
            return Next::Ask(frame.here(*schema, Mode::Loud));
        }
        let (program, tape) = (self.program, self.tape);
        self.fault(Mode::Loud, node, || {
            faults::no_alternative(program, tape.raw(tape.node(node)), schemas)
        });
        Next::Done
    }

    fn not(&mut self, frame: &mut Frame, schema: u32, answer: Option<Answer>) -> Next {
        let Some(answer) = answer else {
            let call = frame.here(schema, Mode::Quiet);
            return Next::Ask(Call { tracks: false, ..call });
        };
        if answer.valid {
            frame.valid = false;
            let (program, tape, node) = (self.program, self.tape, frame.call.node);
            self.fault(frame.call.mode, node, || {
                faults::excluded(program, tape.raw(tape.node(node)), schema)
            });
        }
        Next::Done
    }

    fn dependent_schemas(
        &mut self,
        frame: &mut Frame,
        list: &[(crate::plan::Name, u32)],
        answer: Option<Answer>,
    ) -> Next {
        if let Some(answer) = answer {
            settle(frame, answer);
            frame.step += 1;
        }
        let node = self.tape.node(frame.call.node);
        while frame.goes_on() {
            let Some((name, schema)) = list.get(frame.step) else { break };
            if self.tape.find(node, name).is_some() {
                return Next::Ask(frame.here(*schema, frame.call.mode));
            }
            frame.step += 1;
        }
        Next::Done
    }

    /// For each member: what its name says (step 0), each pattern (step 1 and on), and where none
    /// of them knew it, what is said of the others.
    fn properties(
        &mut self,
        frame: &mut Frame,
        properties: &Properties,
        answer: Option<Answer>,
    ) -> Next {
        if let Some(answer) = answer {
            frame.valid &= answer.valid;
        }
        let object = self.tape.node(frame.call.node);
        let tape = self.tape;
        let names = tape.names(object);
        while frame.goes_on() {
            let Some(&name) = names.get(frame.cursor as usize) else { break };
            let value = tape.value_of(name);
            let text = tape.string(tape.node(name));
            let step = frame.step;
            frame.step += 1;
            let found = match step.checked_sub(1) {
                None => {
                    let members = &properties.members;
                    let order =
                        |(known, _): &(crate::plan::Name, u32)| crate::json::utf16(known, text);
                    let position = members.binary_search_by(order).ok();
                    position.and_then(|at| members.get(at)).map(|(_, schema)| *schema)
                }
                Some(position) => match properties.patterns.get(position) {
                    Some((pattern, schema)) => self.matches(*pattern, text).then_some(*schema),
                    None => {
                        let others = properties.additional.filter(|_| frame.hits == 0);
                        let position = frame.cursor;
                        frame.cursor += 1;
                        (frame.step, frame.hits) = (0, 0);
                        let Some(schema) = others else { continue };
                        frame.mark(position);
                        if self.program.is_never(schema) {
                            frame.valid = false;
                            self.unknown_member(frame.call.mode, name, properties);
                            continue;
                        }
                        return Next::Ask(frame.below(schema, value));
                    }
                },
            };
            if let Some(schema) = found {
                frame.hits += 1;
                frame.mark(frame.cursor);
                if self.program.is_never(schema) {
                    frame.valid = false;
                    self.forbidden_member(frame.call.mode, name);
                    continue;
                }
                return Next::Ask(frame.below(schema, value));
            }
        }
        Next::Done
    }

    fn property_names(&mut self, frame: &mut Frame, schema: u32, answer: Option<Answer>) -> Next {
        if let Some(answer) = answer {
            frame.valid &= answer.valid;
        }
        let tape = self.tape;
        let names = tape.names(tape.node(frame.call.node));
        if let Some(&name) = names.get(frame.step)
            && frame.goes_on()
        {
            frame.step += 1;
            return Next::Ask(frame.below(schema, name));
        }
        Next::Done
    }

    fn unevaluated_properties(
        &mut self,
        frame: &mut Frame,
        schema: u32,
        answer: Option<Answer>,
    ) -> Next {
        if let Some(answer) = answer {
            frame.valid &= answer.valid;
        }
        let tape = self.tape;
        let names = tape.names(tape.node(frame.call.node));
        while frame.goes_on() {
            let Some(&name) = names.get(frame.cursor as usize) else { break };
            let position = frame.cursor;
            frame.cursor += 1;
            if frame.evaluated.as_ref().is_some_and(|set| set.contains(position)) {
                continue;
            }
            if self.program.is_never(schema) {
                frame.valid = false;
                self.unevaluated_member(frame.call.mode, frame.call.schema, name);
                continue;
            }
            return Next::Ask(frame.below(schema, tape.value_of(name)));
        }
        frame.mark_all();
        Next::Done
    }

    fn items(
        &mut self,
        frame: &mut Frame,
        prefix: &[u32],
        rest: Option<u32>,
        answer: Option<Answer>,
    ) -> Next {
        if let Some(answer) = answer {
            frame.valid &= answer.valid;
        }
        let tape = self.tape;
        let array = tape.node(frame.call.node);
        if frame.step == 0 {
            frame.cursor = tape.first(frame.call.node);
        }
        if frame.step < tape.count(array) as usize && frame.goes_on() {
            let at = prefix.get(frame.step).copied();
            if let Some(schema) = at.or(rest) {
                if at.is_none() && self.program.is_never(schema) {
                    frame.valid = false;
                    frame.mark_all();
                    self.too_many_items(
                        frame.call.mode,
                        frame.cursor,
                        prefix.len(),
                        tape.count(array),
                    );
                    return Next::Done;
                }
                let element = frame.cursor;
                frame.cursor = tape.following(element);
                frame.step += 1;
                return Next::Ask(frame.below(schema, element));
            }
        }
        if let Some(evaluated) = &mut frame.evaluated {
            match rest {
                Some(_) => evaluated.add_all(),
                None => evaluated.add_below(u32::try_from(prefix.len()).unwrap_or(u32::MAX)),
            }
        }
        Next::Done
    }

    fn contains(
        &mut self,
        frame: &mut Frame,
        schema: u32,
        (minimum, maximum): (u64, Option<u64>),
        answer: Option<Answer>,
    ) -> Next {
        let tape = self.tape;
        let array = tape.node(frame.call.node);
        match answer {
            None => frame.cursor = tape.first(frame.call.node),
            Some(answer) => {
                if answer.valid {
                    frame.hits += 1;
                    let position = u32::try_from(frame.step).unwrap_or(u32::MAX);
                    frame.mark(position);
                }
                frame.step += 1;
                frame.cursor = tape.following(frame.cursor);
            }
        }
        let hits = u64::from(frame.hits);
        let is_settled = frame.evaluated.is_none()
            && (maximum.is_none() && hits >= minimum || maximum.is_some_and(|most| hits > most));
        if frame.step < tape.count(array) as usize && !is_settled {
            let call = frame.below(schema, frame.cursor);
            return Next::Ask(Call { mode: Mode::Quiet, ..call });
        }
        if hits < minimum || maximum.is_some_and(|most| hits > most) {
            frame.valid = false;
            let program = self.program;
            self.fault(frame.call.mode, frame.call.node, || {
                faults::contains(program, schema, hits, minimum, maximum)
            });
        }
        Next::Done
    }

    fn unevaluated_items(
        &mut self,
        frame: &mut Frame,
        schema: u32,
        answer: Option<Answer>,
    ) -> Next {
        if let Some(answer) = answer {
            frame.valid &= answer.valid;
        }
        let tape = self.tape;
        let array = tape.node(frame.call.node);
        if frame.step == 0 {
            frame.cursor = tape.first(frame.call.node);
        }
        while frame.step < tape.count(array) as usize && frame.goes_on() {
            let (element, position) = (frame.cursor, frame.step);
            frame.cursor = tape.following(element);
            frame.step += 1;
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            if frame.evaluated.as_ref().is_some_and(|set| set.contains(position)) {
                continue;
            }
            if self.program.is_never(schema) {
                frame.valid = false;
                self.unevaluated_element(frame.call.mode, element);
                continue;
            }
            return Next::Ask(frame.below(schema, element));
        }
        frame.mark_all();
        Next::Done
    }
}

impl Frame {
    /// A call of another schema over the same value.
    fn here(&self, schema: u32, mode: Mode) -> Call {
        let tracks = self.evaluated.is_some();
        Call { schema, mode, tracks, chain: self.call.chain + 1, ..self.call }
    }

    /// A call over a part of the value.
    fn below(&self, schema: u32, node: u32) -> Call {
        Call { schema, node, tracks: false, chain: 0, ..self.call }
    }

    /// Whether anything is left to find out.
    fn goes_on(&self) -> bool {
        self.valid || self.call.mode == Mode::Loud
    }

    fn mark(&mut self, position: u32) {
        if let Some(evaluated) = &mut self.evaluated {
            evaluated.add(position);
        }
    }

    fn mark_all(&mut self) {
        if let Some(evaluated) = &mut self.evaluated {
            evaluated.add_all();
        }
    }
}

/// Asks schemas over the same value, all of which must hold.
fn all(frame: &mut Frame, schemas: &[u32], answer: Option<Answer>) -> Next {
    if let Some(answer) = answer {
        settle(frame, answer);
        frame.step += 1;
    }
    match schemas.get(frame.step) {
        Some(schema) if frame.goes_on() => Next::Ask(frame.here(*schema, frame.call.mode)),
        _ => Next::Done,
    }
}

fn conditional(
    frame: &mut Frame,
    condition: u32,
    then: Option<u32>,
    otherwise: Option<u32>,
    answer: Option<Answer>,
) -> Next {
    match (frame.step, answer) {
        (0, None) => {
            frame.step = 1;
            Next::Ask(frame.here(condition, Mode::Quiet))
        }
        (1, Some(answer)) => {
            frame.step = 2;
            let next = if answer.valid { then } else { otherwise };
            if answer.valid {
                take(frame, answer);
            }
            match next {
                Some(schema) => Next::Ask(frame.here(schema, frame.call.mode)),
                None => Next::Done,
            }
        }
        (_, Some(answer)) => {
            settle(frame, answer);
            Next::Done
        }
        _ => Next::Done,
    }
}

/// Takes the answer of a schema that must hold. Where it does not, what it looked at counts all the
/// same: the value is refused already, and one mistake should be told once.
fn settle(frame: &mut Frame, answer: Answer) {
    frame.valid &= answer.valid;
    take(frame, answer);
}

fn take(frame: &mut Frame, answer: Answer) {
    if let (Some(evaluated), Some(more)) = (&mut frame.evaluated, answer.evaluated) {
        Evaluated::merge(evaluated, &more);
    }
}
