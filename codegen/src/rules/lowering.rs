//! From schemas in their places to a program.

use super::keywords::{Standing, slip, standing};
use super::{Carried, Options, Rules, graph};
use crate::error::{Errors, Fault, Report};
use crate::read::{Dialect, Draft, Member, Node, Place, Sources, Value, unescaped};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use tantamount_core::validate::{Check, Format, Pattern, Program, Resource, Schema};

/// Lowers a schema to a program.
///
/// # Errors
/// [`Errors`]: a keyword whose value is wrong, is not honoured in full, or is misspelt, and
/// references that lead round without end.
pub fn lower(sources: &Sources, options: Options) -> Result<Rules, Errors> {
    lower_keeping(sources, options, Vec::new())
}

/// [`lower`], with schemas that the program keeps though its root does not lead to them.
///
/// # Errors
/// As [`lower`].
pub(crate) fn lower_keeping(
    sources: &Sources,
    options: Options,
    kept: Vec<Place>,
) -> Result<Rules, Errors> {
    let mut lowering = Lowering {
        sources,
        options,
        report: Report::default(),
        schemas: Vec::new(),
        places: Vec::new(),
        numbers: BTreeMap::new(),
        patterns: Vec::new(),
        pattern_numbers: BTreeMap::new(),
        formats: Vec::new(),
        anchors: Vec::new(),
        resources: BTreeMap::new(),
        carried: Vec::new(),
        kept,
    };
    let root = lowering.number(&sources.first());
    for place in sources.schemas_of(0) {
        lowering.number(place);
    }
    lowering.run();
    lowering.finish(root)
}

/// A program that is being made.
pub(super) struct Lowering<'s> {
    pub(super) sources: &'s Sources,
    pub(super) options: Options,
    report: Report,
    schemas: Vec<Schema>,
    /// The place of each schema; more than schemas while some wait.
    places: Vec<Place>,
    numbers: BTreeMap<Place, u32>,
    patterns: Vec<Pattern>,
    pattern_numbers: BTreeMap<String, Option<u32>>,
    formats: Vec<Format>,
    /// The names of dynamic anchors that some `$dynamicRef` asks for.
    anchors: Vec<String>,
    /// Resources of schemas that are lowered, by their number in the sources.
    resources: BTreeMap<usize, u32>,
    carried: Vec<Carried>,
    kept: Vec<Place>,
}

/// A schema that is being lowered.
pub(super) struct Here<'n> {
    pub(super) node: &'n Node,
    pub(super) document: usize,
    pub(super) dialect: Dialect,
    pub(super) checks: Vec<Check>,
}

impl Lowering<'_> {
    /// The number of the schema at a place; it is lowered later.
    pub(super) fn number(&mut self, place: &Place) -> u32 {
        if let Some(number) = self.numbers.get(place) {
            return *number;
        }
        let number = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(place.clone());
        self.numbers.insert(place.clone(), number);
        number
    }

    /// The number of a schema that stands in this document.
    pub(super) fn number_of(&mut self, here: &Here<'_>, node: &Node) -> u32 {
        self.number(&Place { document: here.document, pointer: node.pointer().to_owned() })
    }

    /// The number of a dynamic anchor's name.
    pub(super) fn anchor(&mut self, name: &str) -> u32 {
        let known = self.anchors.iter().position(|one| one == name);
        let number = known.unwrap_or_else(|| {
            self.anchors.push(name.to_owned());
            self.anchors.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// The number of a pattern; nothing where it is none, which is a fault.
    pub(super) fn pattern(
        &mut self,
        here: &Here<'_>,
        keyword: &str,
        at: &Node,
        text: &str,
    ) -> Option<u32> {
        if let Some(known) = self.pattern_numbers.get(text) {
            return *known;
        }
        let number = match Pattern::parse(text.to_owned()) {
            Ok(pattern) => {
                self.patterns.push(pattern);
                u32::try_from(self.patterns.len() - 1).ok()
            }
            Err(error) => {
                let message = format!("the pattern `{text}` is refused: {error}");
                let help = "write a regular expression of ECMA-262 without back-references, and \
                            keep repetitions small";
                self.fault(here, at, keyword, message, help);
                return None;
            }
        };
        self.pattern_numbers.insert(text.to_owned(), number);
        number
    }

    pub(super) fn format(&mut self, format: Format) -> u32 {
        let known = self.formats.iter().position(|one| one.name == format.name);
        let number = known.unwrap_or_else(|| {
            self.formats.push(format);
            self.formats.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    pub(super) fn fault(
        &mut self,
        here: &Here<'_>,
        at: &Node,
        keyword: &str,
        message: String,
        help: &str,
    ) {
        let fault = Fault::new(at.span(), at.pointer(), keyword, message, help);
        self.report.add(self.sources.fault(here.document, fault));
    }

    pub(super) fn carry(&mut self, here: &Here<'_>, member: &Member) {
        let document = self.sources.documents().get(here.document);
        self.carried.push(Carried {
            file: document.map_or_else(|| Arc::from(""), |one| Arc::clone(one.name())),
            pointer: member.value.pointer().to_owned(),
            keyword: member.name.clone(),
        });
    }

    /// Lowers every schema that has a number, and those that get one meanwhile.
    fn run(&mut self) {
        loop {
            while let Some(place) = self.places.get(self.schemas.len()).cloned() {
                let schema = self.schema(&place);
                self.schemas.push(schema);
            }
            // A dynamic anchor of a resource that may be entered is led to by `$dynamicRef`.
            let before = self.places.len();
            for index in self.resources.keys().copied().collect::<Vec<_>>() {
                let Some(resource) = self.sources.resource(index) else { continue };
                for name in self.anchors.clone() {
                    if let Some(place) = resource.dynamic.get(&name) {
                        self.number(place);
                    }
                }
            }
            if self.places.len() == before {
                return;
            }
        }
    }

    fn resource(&mut self, index: usize) -> u32 {
        let next = u32::try_from(self.resources.len()).unwrap_or(u32::MAX);
        *self.resources.entry(index).or_insert(next)
    }

    fn schema(&mut self, place: &Place) -> Schema {
        let located = self.sources.located(place).cloned();
        let resource = located.as_ref().map_or(0, |one| one.resource);
        let dialect = self.sources.resource(resource).map_or(Dialect::TWENTY, |one| one.dialect);
        let mut schema = Schema {
            name: Cow::Borrowed(""),
            place: Cow::Owned(self.shown(place, resource)),
            resource: self.resource(resource),
            recursive: false,
            checks: Cow::Borrowed(&[]),
        };
        let Some(located) = located else { return schema };
        let node = &located.node;
        let mut here = Here { node, document: place.document, dialect, checks: Vec::new() };
        match node.value() {
            Value::Boolean(true) => {}
            Value::Boolean(false) => here.checks.push(Check::Never),
            Value::Object(_) => self.keywords(&mut here),
            _ => {
                let message = "a schema is neither an object nor a boolean".to_owned();
                self.fault(
                    &here,
                    node,
                    "type",
                    message,
                    "write an object of keywords, true or false",
                );
            }
        }
        schema.name = Cow::Owned(name(node, &place.pointer));
        here.checks.sort_by_key(order);
        schema.checks = Cow::Owned(here.checks);
        schema
    }

    fn keywords(&mut self, here: &mut Here<'_>) {
        let node = here.node;
        if here.dialect.draft <= Draft::Seven
            && let Some(reference) = node.member("$ref")
        {
            // Up to draft 7 a reference hides what stands beside it.
            self.reference(here, reference);
            for member in node.members() {
                if !matches!(member.name.as_str(), "$ref" | "definitions") {
                    self.carry(here, member);
                }
            }
            return;
        }
        for member in node.members() {
            match standing(&member.name, here.dialect) {
                Standing::Core => self.core(here, member),
                Standing::Honoured => {
                    if !self.assertion(here, member) {
                        self.applicator(here, member);
                    }
                }
                Standing::Carried => self.carry(here, member),
                Standing::Unknown => {
                    let near = slip(&member.name).unwrap_or_default();
                    let name = member.name.trim_start_matches(['$', '_']);
                    let help = match member.name.starts_with("x-") {
                        true => format!("did you mean `{near}`?"),
                        false => {
                            format!("did you mean `{near}`? a keyword of your own is `x-{name}`")
                        }
                    };
                    let message = format!("the keyword `{}` is not known", member.name);
                    let pointer = member.value.pointer();
                    let fault = Fault::new(member.name_span, pointer, &member.name, message, &help);
                    self.report.add(self.sources.fault(here.document, fault));
                }
            }
        }
    }

    fn core(&mut self, here: &mut Here<'_>, member: &Member) {
        match member.name.as_str() {
            "$ref" | "$dynamicRef" | "$recursiveRef" => self.reference(here, member),
            "$defs" | "definitions" => {
                if !matches!(member.value.value(), Value::Object(_)) {
                    let message = format!("the value of `{}` is no object", member.name);
                    self.fault(
                        here,
                        &member.value,
                        &member.name,
                        message,
                        "write an object of schemas",
                    );
                }
                self.members(here, member);
            }
            "$recursiveAnchor" if member.value.as_bool().is_none() => {
                self.wrong::<()>(here, member, "a boolean", "write true or false");
            }
            "$comment" | "$vocabulary" => self.carry(here, member),
            _ => {}
        }
    }

    fn reference(&mut self, here: &mut Here<'_>, member: &Member) {
        let at = Place { document: here.document, pointer: member.value.pointer().to_owned() };
        // What leads nowhere was a fault of the sources already, or stands where nothing leads.
        let Some(target) = self.sources.target(&at).cloned() else { return };
        let number = self.number(&target.place);
        here.checks.push(match target.dynamic.filter(|_| member.name != "$ref") {
            Some(name) => Check::DynamicReference { anchor: self.anchor(&name), otherwise: number },
            None => Check::Reference(number),
        });
    }

    /// Where a schema stands, as messages tell it.
    fn shown(&self, place: &Place, resource: usize) -> String {
        let document = self.sources.documents().get(place.document);
        let resource = self.sources.resource(resource);
        let root = resource.map_or("", |one| &one.place.pointer);
        let uri = resource.map_or("", |one| one.uri.as_str());
        match place.pointer.strip_prefix(root) {
            Some(below) if !uri.starts_with("file:") => format!("{uri}#{below}"),
            _ => format!("{}#{}", document.map_or("", |one| one.name()), place.pointer),
        }
    }

    fn finish(mut self, root: u32) -> Result<Rules, Errors> {
        let mut resources =
            vec![Resource { uri: "".into(), anchors: Cow::Borrowed(&[]) }; self.resources.len()];
        for (index, number) in &self.resources {
            let (Some(source), Some(made)) =
                (self.sources.resource(*index), resources.get_mut(*number as usize))
            else {
                continue;
            };
            let uri = self.shown(&source.place, *index);
            made.uri = Cow::Owned(uri.trim_end_matches('#').to_owned());
            let names = self.anchors.iter().enumerate();
            let anchors = names.filter_map(|(anchor, name)| {
                let schema = self.numbers.get(source.dynamic.get(name)?)?;
                Some((u32::try_from(anchor).ok()?, *schema))
            });
            made.anchors = Cow::Owned(anchors.collect());
        }
        let mut program = Program {
            root,
            schemas: Cow::Owned(std::mem::take(&mut self.schemas)),
            patterns: Cow::Owned(std::mem::take(&mut self.patterns)),
            formats: Cow::Owned(std::mem::take(&mut self.formats)),
            resources: Cow::Owned(resources),
        };
        graph::settle_dynamic(&mut program);
        for schema in graph::circles(&program) {
            let Some(place) = self.places.get(schema as usize).cloned() else { continue };
            let Some(located) = self.sources.located(&place) else { continue };
            let message = "the schema refers to itself without end".to_owned();
            let help = "a reference must lead to a part of the value: put it under `properties` \
                        or `items`";
            let node = located.node.get("$ref").unwrap_or(&located.node);
            let fault = Fault::new(node.span(), node.pointer(), "$ref", message, help);
            self.report.add(self.sources.fault(place.document, fault));
        }
        if !self.report.is_empty() {
            return Err(self.report.into_errors_of(self.sources.texts()));
        }
        if let Some(schema) = graph::too_wide(&program) {
            let place =
                self.places.get(schema as usize).cloned().unwrap_or_else(|| self.sources.first());
            let message = format!("one value would be looked at more than {} times", graph::WIDTH);
            let node = self.sources.located(&place).map(|one| one.node.clone());
            let span = node.as_ref().map(Node::span).unwrap_or_default();
            let help = "refer to each definition once where schemas are combined";
            let fault = Fault::new(span, &place.pointer, "allOf", message, help);
            self.report.add(self.sources.fault(place.document, fault));
            return Err(self.report.into_errors_of(self.sources.texts()));
        }
        let kept = self.kept.iter().filter_map(|place| self.numbers.get(place)).copied().collect();
        let (program, before) = graph::prune(program, kept);
        let places = before.iter().filter_map(|schema| self.places.get(*schema)).cloned().collect();
        let program = graph::mark_recursive(program);
        Ok(Rules { program, places, carried: self.carried })
    }
}

/// What messages call a schema.
fn name(node: &Node, pointer: &str) -> String {
    if let Some(title) = node.text("title") {
        return title.to_owned();
    }
    let mut tokens = pointer.rsplit('/');
    let (last, keyword) = (tokens.next().unwrap_or(""), tokens.next().unwrap_or(""));
    match keyword {
        "$defs" | "definitions" => unescaped(last),
        _ => String::new(),
    }
}

/// The order of checks: what is decided at a glance first, what others looked at last.
fn order(check: &Check) -> u8 {
    match check {
        Check::Never | Check::Types(_) => 0,
        Check::Values(_) => 1,
        Check::UniqueItems | Check::Pattern(_) | Check::Format(_) => 3,
        Check::Reference(_) | Check::DynamicReference { .. } | Check::AllOf(_) => 4,
        Check::AnyOf(_) | Check::OneOf(_) | Check::Not(_) | Check::If { .. } => 5,
        Check::DependentSchemas(_) => 5,
        Check::Properties(_) | Check::PropertyNames(_) => 6,
        Check::Items { .. } | Check::Contains { .. } => 6,
        Check::UnevaluatedItems(_) | Check::UnevaluatedProperties(_) => 7,
        _ => 2,
    }
}
