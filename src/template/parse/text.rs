//! Text, and where it stops being text.

use crate::template::InvalidTemplate;
use crate::template::program::{Block, Node};

use super::directive::{Directive, word};
use super::{Origin, Parser};

/// What ended a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Text,
    End,
    Else,
    ElseIf,
}

/// Nodes with the text that is still growing.
#[derive(Default)]
pub(super) struct Nodes {
    list: Vec<Node>,
    text: String,
}

impl Nodes {
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, node: Node) {
        self.flush();
        self.list.push(node);
    }

    /// Takes the backslashes off the end of what was read since `from`.
    fn backslashes(&mut self, piece: &str) -> usize {
        let count = piece.bytes().rev().take_while(|byte| *byte == b'\\').count();
        self.text.truncate(self.text.len() - count);
        count
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.list.push(Node::Text(std::mem::take(&mut self.text).into()));
        }
    }

    fn block(mut self) -> Block {
        self.flush();
        Block(self.list.into())
    }
}

impl Parser<'_, '_> {
    /// A whole text: nothing may end it early.
    pub(super) fn whole(&mut self) -> Result<Block, InvalidTemplate> {
        let (block, ended, at) = self.block()?;
        match ended {
            Ended::Text => Ok(block),
            Ended::End => Err(self.refuse(at, "#end ends nothing; write \\#end for the text")),
            Ended::Else => Err(self.refuse(at, "#else belongs to no #if; write \\#else for the text")),
            Ended::ElseIf => Err(self.refuse(at, "#elseif belongs to no #if; write \\#elseif for the text")),
        }
    }

    /// Nodes up to the end of the text or to a directive that ends a block; and where that one starts.
    pub(super) fn block(&mut self) -> Result<(Block, Ended, usize), InvalidTemplate> {
        let mut nodes = Nodes::default();
        loop {
            let rest = self.rest();
            let piece = &rest[..memchr::memchr2(b'$', b'#', rest.as_bytes()).unwrap_or(rest.len())];
            nodes.text(piece);
            self.at += piece.len();
            let start = self.at;
            match self.byte() {
                None => return Ok((nodes.block(), Ended::Text, start)),
                Some(b'$') => self.dollar(piece, &mut nodes)?,
                Some(_) => {
                    if let Some(ended) = self.hash(piece, &mut nodes)? {
                        return Ok((nodes.block(), ended, start));
                    }
                }
            }
        }
    }

    /// At a `$`, after `piece` of text.
    fn dollar(&mut self, piece: &str, nodes: &mut Nodes) -> Result<(), InvalidTemplate> {
        let start = self.at;
        if !self.at_reference() {
            let after = self.text[start + 1..].trim_start_matches(['!', '{']);
            if after.is_empty() && matches!(self.origin, Origin::Template(_, 0)) {
                // Recorded: such a template is kept, and every rendering of it fails.
                nodes.push(Node::Cut(self.place(start)));
                self.at = self.text.len();
                return Ok(());
            }
            nodes.text("$");
            self.at += 1;
            return Ok(());
        }
        let backslashes = nodes.backslashes(piece);
        let reference = self.reference()?;
        nodes.push(match backslashes {
            0 => Node::Reference(reference),
            _ => Node::Escaped { backslashes, reference, text: self.text[start..self.at].into() },
        });
        Ok(())
    }

    /// At a `#`, after `piece` of text: what it ends, if it ends something.
    fn hash(&mut self, piece: &str, nodes: &mut Nodes) -> Result<Option<Ended>, InvalidTemplate> {
        let start = self.at;
        match self.byte_after(1) {
            Some(b'#') => {
                let rest = self.rest();
                self.at += memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
                self.line_end();
                return Ok(None);
            }
            Some(b'*') => {
                let end = self.text[start + 2..].find("*#");
                let end = end.ok_or_else(|| self.refuse(start, "a comment that #* opens is closed by *#"))?;
                self.at = start + 2 + end + 2;
                return Ok(None);
            }
            Some(b'[') if self.byte_after(2) == Some(b'[') => {
                let end = self.text[start + 3..].find("]]#");
                let end = end.ok_or_else(|| self.refuse(start, "a text that #[[ opens is closed by ]]#"))?;
                nodes.text(&self.text[start + 3..start + 3 + end]);
                self.at = start + 3 + end + 3;
                return Ok(None);
            }
            _ => {}
        }
        let Some((name, length)) = word(&self.text[start + 1..]) else {
            nodes.text("#");
            self.at += 1;
            return Ok(None);
        };
        self.at += 1 + length;
        let Some(directive) = Directive::from_name(name) else {
            // A call of a macro, a colour, a heading: text, up to here.
            nodes.text(&self.text[start..self.at]);
            return Ok(None);
        };
        let backslashes = nodes.backslashes(piece);
        for _ in 0..backslashes / 2 {
            nodes.text("\\");
        }
        if backslashes % 2 == 1 {
            nodes.text(&self.text[start..self.at]);
            return Ok(None);
        }
        self.directive(directive, start, nodes)
    }
}
