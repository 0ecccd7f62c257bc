//! Running a template.

mod access;
mod compare;
mod expression;
mod loops;
mod operators;
mod print;
mod reference;

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;

use super::program::{Block, Node, Slot};
use super::value::{Heap, MapId, Value};
use super::{Budget, Environment, Overrides, Place, RenderError};

use loops::Loop;

pub(super) use access::Entries;

/// Why a rendering ends before the end of its template.
#[derive(Debug)]
pub(super) enum Exit {
    /// `#stop`.
    Stop,
    Fault(Box<RenderError>),
}

/// What a block ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    /// `#break`.
    Break,
}

/// Bytes of text that count as one step.
const BYTES_A_STEP: usize = 32;

/// One rendering.
pub(super) struct Render<'d> {
    pub(super) environment: &'d dyn Environment,
    pub(super) heap: Heap<'d>,
    /// What was set on `$context`, once something was.
    pub(super) overlay: Option<MapId>,
    /// `$input.params()`, once asked for.
    pub(super) params: Option<MapId>,
    /// Whether the body was parsed, which is paid for once.
    pub(super) parsed: bool,
    pub(super) patterns: HashMap<(Rc<str>, bool), Regex>,
    budget: Budget,
    steps: u64,
    depth: usize,
    /// What is being worked on.
    at: Place,
    variables: Vec<Value<'d>>,
    loops: Vec<Loop>,
}

/// The text of a block for a request.
pub(super) fn render(
    block: &Block,
    slots: usize,
    environment: &dyn Environment,
    overrides: &mut Overrides,
    budget: &Budget,
) -> Result<String, RenderError> {
    let mut render = Render::new(slots, environment, budget);
    let mut out = String::new();
    let result = render.run(block, overrides, &mut out);
    match result {
        Ok(_) | Err(Exit::Stop) => Ok(out),
        Err(Exit::Fault(error)) => Err(*error),
    }
}

impl<'d> Render<'d> {
    fn new(slots: usize, environment: &'d dyn Environment, budget: &Budget) -> Self {
        let mut variables = vec![Value::Null; slots];
        for (slot, value) in [
            (Slot::INPUT, Value::Input),
            (Slot::UTIL, Value::Util),
            (Slot::CONTEXT, Value::Context),
            (Slot::STAGE_VARIABLES, Value::StageVariables),
        ] {
            if let Some(variable) = variables.get_mut(slot.index()) {
                *variable = value;
            }
        }
        Self {
            environment,
            heap: Heap::default(),
            overlay: None,
            params: None,
            parsed: false,
            patterns: HashMap::new(),
            budget: *budget,
            steps: budget.steps,
            depth: 0,
            at: Place { line: 1, column: 1 },
            variables,
            loops: Vec::new(),
        }
    }

    fn run(&mut self, block: &'d Block, overrides: &'d mut Overrides, out: &mut String) -> Result<(), Exit> {
        self.check_payload()?;
        self.restore(overrides)?;
        match self.block(block, out) {
            Ok(_) | Err(Exit::Stop) => {}
            Err(fault) => return Err(fault),
        }
        self.keep(overrides)
    }

    fn block(&mut self, block: &'d Block, out: &mut String) -> Result<Flow, Exit> {
        for node in &block.0 {
            if self.node(node, out)? == Flow::Break {
                return Ok(Flow::Break);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'d Node, out: &mut String) -> Result<Flow, Exit> {
        match node {
            Node::Text(text) => self.push(text, out)?,
            Node::Reference(reference) => {
                let value = self.reference(reference)?;
                self.print(&value, out)?;
            }
            Node::Escaped { backslashes, reference, text } => {
                let value = self.reference(reference)?;
                self.escaped(*backslashes, &value, text, out)?;
            }
            Node::Set { target, value } => {
                let value = self.expression(value)?;
                self.assign(target, value)?;
            }
            Node::If { arms, otherwise } => return self.condition(arms, otherwise, out),
            Node::Foreach { place, variable, list, body } => {
                self.nested(|render| render.foreach(*place, *variable, list, body, out))?;
            }
            Node::Define { variable, body } => self.variables[variable.index()] = Value::Block(body),
            Node::Break => return Ok(Flow::Break),
            Node::Stop => return Err(Exit::Stop),
            Node::Cut(place) => {
                self.at = *place;
                return Err(self.fault("a template may not end in a $"));
            }
        }
        Ok(Flow::Next)
    }

    fn condition(
        &mut self,
        arms: &'d [(super::program::Expression, Block)],
        otherwise: &'d Block,
        out: &mut String,
    ) -> Result<Flow, Exit> {
        for (condition, block) in arms {
            self.charge(1)?;
            if self.expression(condition)?.is_true() {
                return self.nested(|render| render.block(block, out));
            }
        }
        self.nested(|render| render.block(otherwise, out))
    }

    /// What stands at a reference behind backslashes. An even number of them halves, an odd number takes the value
    /// away; without a value there is nothing to escape, and they stay.
    fn escaped(
        &mut self,
        backslashes: usize,
        value: &Value<'d>,
        text: &str,
        out: &mut String,
    ) -> Result<(), Exit> {
        let (missing, odd) = (value.is_null(), backslashes % 2 == 1);
        let printed = if missing { backslashes } else { backslashes / 2 };
        self.push(&"\\".repeat(printed), out)?;
        if odd { self.push(text, out) } else { self.print(value, out) }
    }

    /// Pays for steps.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Exit> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(self.fault(format!("it takes more than {} steps", self.budget.steps)))
            }
        }
    }

    /// Pays for text that is made or looked through.
    pub(super) fn charge_text(&mut self, bytes: usize) -> Result<(), Exit> {
        self.charge(bytes / BYTES_A_STEP + 1)
    }

    /// Appends to what is being rendered.
    pub(super) fn push(&mut self, text: &str, out: &mut String) -> Result<(), Exit> {
        self.charge_text(text.len())?;
        self.room_for(text.len(), out)?;
        out.push_str(text);
        Ok(())
    }

    /// Refuses to make a text longer than the budget allows.
    pub(super) fn room_for(&self, more: usize, out: &str) -> Result<(), Exit> {
        if out.len().saturating_add(more) > self.budget.output_bytes {
            return Err(self.fault(format!("it renders more than {} bytes", self.budget.output_bytes)));
        }
        Ok(())
    }

    /// Runs `inner` one level deeper.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Exit>) -> Result<T, Exit> {
        if self.depth == self.budget.nesting {
            return Err(self.fault(format!("it nests deeper than {} levels", self.budget.nesting)));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// A fault at what is being worked on.
    pub(super) fn fault(&self, what: impl Into<Cow<'static, str>>) -> Exit {
        Exit::Fault(Box::new(RenderError { place: self.at, what: what.into() }))
    }
}
