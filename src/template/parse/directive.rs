//! Directives: `#set`, `#if`, `#foreach` and the others.

use crate::template::InvalidTemplate;
use crate::template::program::{Block, Expression, Node, Reference, Slot};

use super::Parser;
use super::text::{Ended, Nodes};

/// The words after `#` that mean something. Every other one is text, calls of macros among them: API Gateway runs no
/// macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Set,
    If,
    ElseIf,
    Else,
    End,
    Foreach,
    Break,
    Stop,
    Define,
    Macro,
    Include,
    Parse,
}

impl Directive {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "set" => Self::Set,
            "if" => Self::If,
            "elseif" => Self::ElseIf,
            "else" => Self::Else,
            "end" => Self::End,
            "foreach" => Self::Foreach,
            "break" => Self::Break,
            "stop" => Self::Stop,
            "define" => Self::Define,
            "macro" => Self::Macro,
            "include" => Self::Include,
            "parse" => Self::Parse,
            _ => return None,
        })
    }
}

/// The word that follows a `#`, bare or in braces, and the length of both.
pub(super) fn word(rest: &str) -> Option<(&str, usize)> {
    let braced = rest.starts_with('{');
    let inner = rest.strip_prefix('{').unwrap_or(rest);
    let end =
        inner.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(inner.len());
    let name = &inner[..end];
    if end == 0 || braced && !inner[end..].starts_with('}') {
        return None;
    }
    Some((name, if braced { end + 2 } else { end }))
}

impl Parser<'_, '_> {
    /// What follows the name of a directive that starts at `start`.
    pub(super) fn directive(
        &mut self,
        directive: Directive,
        start: usize,
        nodes: &mut Nodes,
    ) -> Result<Option<Ended>, InvalidTemplate> {
        match directive {
            Directive::Set => self.set(start).map(|node| nodes.push(node))?,
            Directive::If => self.nested(|parser| parser.condition(start)).map(|node| nodes.push(node))?,
            Directive::Foreach => self.nested(|parser| parser.foreach(start)).map(|node| nodes.push(node))?,
            Directive::Define => self.nested(|parser| parser.define(start)).map(|node| nodes.push(node))?,
            Directive::Macro => self.nested(|parser| parser.skip_macro(start))?,
            Directive::Break => nodes.push(Node::Break),
            Directive::Stop => nodes.push(Node::Stop),
            Directive::Include | Directive::Parse => {
                return Err(
                    self.refuse(start, "#include and #parse read files, which there are none of here")
                );
            }
            Directive::ElseIf => return Ok(Some(Ended::ElseIf)),
            Directive::Else => {
                self.line_end();
                return Ok(Some(Ended::Else));
            }
            Directive::End => {
                self.line_end();
                return Ok(Some(Ended::End));
            }
        }
        Ok(None)
    }

    /// `#set($target = value)`
    fn set(&mut self, start: usize) -> Result<Node, InvalidTemplate> {
        self.open(start)?;
        self.space();
        let target = self.target(start)?;
        self.expect("=", "#set is written #set($name = value)")?;
        let value = self.expression()?;
        self.close()?;
        self.overriding(&target);
        Ok(Node::Set { target, value })
    }

    fn target(&mut self, start: usize) -> Result<Reference, InvalidTemplate> {
        if !self.at_reference() {
            return Err(self.refuse(start, "#set is written #set($name = value)"));
        }
        let target = self.reference()?;
        if let Some(crate::template::program::Step::Call(_)) = target.steps.last() {
            return Err(self.refuse(start, "#set sets a variable, a property or an element, not a call"));
        }
        Ok(target)
    }

    /// `#if(condition)…#elseif(condition)…#else…#end`
    fn condition(&mut self, start: usize) -> Result<Node, InvalidTemplate> {
        let mut arms = Vec::new();
        loop {
            self.open(start)?;
            let condition = self.expression()?;
            self.close()?;
            let (block, ended, _) = self.block()?;
            arms.push((condition, block));
            match ended {
                Ended::ElseIf => {}
                Ended::End => return Ok(Node::If { arms: arms.into(), otherwise: Block::default() }),
                Ended::Else => {
                    let otherwise = self.body(start, "#if")?;
                    return Ok(Node::If { arms: arms.into(), otherwise });
                }
                Ended::Text => return Err(self.unended(start, "#if")),
            }
        }
    }

    /// `#foreach($name in list)…#end`
    fn foreach(&mut self, start: usize) -> Result<Node, InvalidTemplate> {
        const FORM: &str = "#foreach is written #foreach($name in $list)";
        self.open(start)?;
        let variable = self.variable(FORM)?;
        self.space();
        if self.name() != Some("in") {
            return Err(self.refuse(self.at, FORM));
        }
        let list: Expression = self.expression()?;
        self.close()?;
        let body = self.body(start, "#foreach")?;
        Ok(Node::Foreach { place: self.place(start), variable, list, body })
    }

    /// `#define($name)…#end`
    fn define(&mut self, start: usize) -> Result<Node, InvalidTemplate> {
        self.open(start)?;
        let variable = self.variable("#define is written #define($name)")?;
        self.close()?;
        Ok(Node::Define { variable, body: self.body(start, "#define")? })
    }

    /// `#macro(…)…#end`, which does nothing.
    fn skip_macro(&mut self, start: usize) -> Result<(), InvalidTemplate> {
        self.open(start)?;
        let end = self.rest().find(')').ok_or_else(|| self.refuse(start, "a ) is missing"))?;
        self.at += end;
        self.close()?;
        self.body(start, "#macro").map(drop)
    }

    /// A block up to its `#end`.
    fn body(&mut self, start: usize, directive: &'static str) -> Result<Block, InvalidTemplate> {
        let (block, ended, at) = self.block()?;
        match ended {
            Ended::End => Ok(block),
            Ended::Text => Err(self.unended(start, directive)),
            Ended::Else | Ended::ElseIf => {
                Err(self.refuse(at, format!("an #else within {directive} that belongs to no #if")))
            }
        }
    }

    fn unended(&self, start: usize, directive: &'static str) -> InvalidTemplate {
        self.refuse(start, format!("{directive} has no #end"))
    }

    /// A plain variable: `$name` or `${name}`.
    fn variable(&mut self, form: &'static str) -> Result<Slot, InvalidTemplate> {
        self.space();
        let start = self.at;
        if !self.at_reference() {
            return Err(self.refuse(start, form));
        }
        let reference = self.reference()?;
        if reference.steps.is_empty() { Ok(reference.root) } else { Err(self.refuse(start, form)) }
    }

    fn open(&mut self, start: usize) -> Result<(), InvalidTemplate> {
        self.blanks();
        if self.take("(") {
            return Ok(());
        }
        let what = "a directive's ( is missing; write a backslash before the # for the text itself";
        Err(self.refuse(start, what))
    }

    /// The `)` of a directive, and the end of its line.
    fn close(&mut self) -> Result<(), InvalidTemplate> {
        self.expect(")", "expected ) here")?;
        self.line_end();
        Ok(())
    }
}
