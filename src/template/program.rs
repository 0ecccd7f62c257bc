//! A template as it is run: parsed, its names turned into numbers, its constant patterns compiled.

use regex::Regex;

use crate::mapping::{ContextVariable, JsonPath};

use super::Place;
use super::methods::Method;

/// Nodes that are rendered one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Block(pub(super) Box<[Node]>);

/// A variable, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

/// The variables that mean something before a template sets any, in the order of their slots.
pub(super) const KNOWN: [&str; 7] =
    ["input", "util", "context", "stageVariables", "foreach", "velocityCount", "velocityHasNext"];

impl Slot {
    pub(super) const INPUT: Self = Self(0);
    pub(super) const UTIL: Self = Self(1);
    pub(super) const CONTEXT: Self = Self(2);
    pub(super) const STAGE_VARIABLES: Self = Self(3);
    pub(super) const FOREACH: Self = Self(4);
    pub(super) const COUNT: Self = Self(5);
    pub(super) const HAS_NEXT: Self = Self(6);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(Box<str>),
    Reference(Reference),
    /// A reference behind backslashes. An odd number escapes it: its text is printed if it has a value.
    Escaped {
        backslashes: usize,
        reference: Reference,
        text: Box<str>,
    },
    Set {
        target: Reference,
        value: Expression,
    },
    If {
        arms: Box<[(Expression, Block)]>,
        otherwise: Block,
    },
    Foreach {
        place: Place,
        variable: Slot,
        list: Expression,
        body: Block,
    },
    /// `#define`: a block that is rendered wherever its variable is printed.
    Define {
        variable: Slot,
        body: Block,
    },
    Break,
    Stop,
    /// A `$` that the template ends in: reading fails there, for every request.
    Cut(Place),
}

/// `$name` with what follows it.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) place: Place,
    pub(super) root: Slot,
    pub(super) steps: Box<[Step]>,
    /// The context variable that root and the first steps name, and how many steps those are.
    pub(super) context: Option<(ContextVariable, usize)>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Property(Box<str>),
    Index(Expression),
    Call(Box<Call>),
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `None` for a name that no type has: it gives nothing.
    pub(super) method: Option<Method>,
    pub(super) arguments: Box<[Expression]>,
    pub(super) compiled: Compiled,
}

/// A constant first argument, compiled.
#[derive(Clone, Debug)]
pub(super) enum Compiled {
    Nothing,
    Regex(Regex),
    Path(JsonPath),
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Null,
    Bool(bool),
    Int(i128),
    Double(f64),
    Text(Box<str>),
    /// A double-quoted text with something to render in it.
    Interpolated(Block),
    Reference(Box<Reference>),
    List(Box<[Expression]>),
    Range(i64, i64),
    Map(Box<[(Expression, Expression)]>),
    Not(Box<Expression>),
    /// Operators of one precedence, from left to right: flat, so that a long one does not nest.
    Chain(Box<Expression>, Box<[(Operator, Expression)]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Block {
    /// The text that it always gives, if that is so.
    pub(super) fn constant(&self) -> Option<&str> {
        match &self.0[..] {
            [] => Some(""),
            // Neighbouring texts are one node.
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }
}
