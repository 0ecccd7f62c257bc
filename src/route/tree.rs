//! One API's resources as a tree that finds the method for a path and a verb.

use crate::model::{PathPart, Verb};

use super::{Few, RequestPath};

/// A place in a [`Tree`], given by its builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeId(u32);

impl NodeId {
    /// The root, which matches `/`.
    pub const ROOT: Self = Self(0);
    const NONE: Self = Self(u32::MAX);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// The resources of an API, with a value of type `T` per method.
///
/// # What it promises
/// - Path and verb are matched together. The answer is the most specific resource that can answer the verb, by
///   its own method or by `ANY`; specific means, from the first segment on, a literal before `{param}` before
///   `{name+}`. A resource that lies on a more specific path and cannot answer the verb is passed over, and the
///   search goes back to the next less specific branch: with `POST /test` and `OPTIONS /{proxy+}`, `OPTIONS /test`
///   reaches `/{proxy+}` (recorded of Amazon API Gateway, whose documents say otherwise).
/// - `ANY` stands for the seven verbs of [`Verb::CONCRETE`]. There is no implied `HEAD` or `OPTIONS`.
/// - Segments are compared raw, byte by byte: `%2F` splits nothing and `%41` is no `A`. Values of parameters stay
///   as they were sent.
/// - `{param}` takes exactly one segment that is not empty; `{name+}` takes all that remains, at least one
///   character of it, `//` inside included. A trailing slash belongs to no value.
/// - `.` and `..` are segments like others. They equal no literal and are never resolved.
/// - A path and a verb that nothing answers give `None`, whichever of the two was at fault.
///
/// # What it costs
/// One hash look-up per segment, whatever the number of resources; a branch is entered only if something below
/// it answers the verb. No allocation for paths with up to eight parameters. Immutable: a change is a new tree.
#[derive(Debug)]
pub struct Tree<T> {
    nodes: Box<[Node]>,
    /// Literals and parameter names, end to end.
    text: Box<str>,
    /// Literal children of all nodes, by hash of parent and literal; at most half full.
    slots: Box<[NodeId]>,
    /// The methods of all nodes, a run per node.
    methods: Box<[(Verb, T)]>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    /// What this node's methods answer.
    own: VerbSet,
    /// What this node or any below it answers.
    below: VerbSet,
    method_count: u8,
    first_method: u32,
    parent: NodeId,
    /// The child `{param}` or `{name+}`; a resource has at most one of them.
    variable: NodeId,
    text_start: u32,
    text_len: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    Literal,
    Param,
    Greedy,
}

/// A set of the seven verbs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct VerbSet(u8);

impl VerbSet {
    const ALL: Self = Self(0x7f);

    fn of(verb: Verb) -> Self {
        match verb {
            Verb::Any => Self::ALL,
            Verb::Delete => Self(1),
            Verb::Get => Self(1 << 1),
            Verb::Head => Self(1 << 2),
            Verb::Options => Self(1 << 3),
            Verb::Patch => Self(1 << 4),
            Verb::Post => Self(1 << 5),
            Verb::Put => Self(1 << 6),
        }
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn answers(self, verb: Self) -> bool {
        self.0 & verb.0 == verb.0
    }
}

/// Where a parameter's value stands in the path.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

/// A variable child that a search may still enter with the segment at `start`.
#[derive(Clone, Copy, Debug, Default)]
struct Branch {
    child: NodeId,
    start: u32,
    /// How many parameters had a value before it.
    values: u32,
}

/// A method that answers a path and a verb.
#[derive(Clone, Debug)]
pub struct Match<'t, 'p, T> {
    tree: &'t Tree<T>,
    path: &'p str,
    node: NodeId,
    /// What the method is stored under: the request's verb or `ANY`.
    pub verb: Verb,
    /// The method's value.
    pub value: &'t T,
    values: Few<Span, 8>,
}

impl<'t, 'p, T> Match<'t, 'p, T> {
    /// The place of the resource.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The value of the path parameter `name`, as it was sent.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'p str> {
        self.rising().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// All path parameters with their values as they were sent, in the order of the path.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'t str, &'p str)> {
        let mut found: Vec<_> = self.rising().collect();
        found.reverse();
        found
    }

    /// Where the values of the path parameters stand; `None` if there are none.
    #[must_use]
    pub fn spans(&self) -> Option<Spans> {
        let mut values = Few::default();
        (0..self.values.len()).filter_map(|at| self.values.get(at)).for_each(|span| values.push(span));
        (!values.is_empty()).then_some(Spans { node: self.node, values })
    }

    /// The parameters from the last one up to the first.
    fn rising(&self) -> impl Iterator<Item = (&'t str, &'p str)> + '_ {
        self.tree.rising(self.path, self.node, &self.values)
    }
}

/// Where a match's path parameters stand in its path, without the tree and the path.
#[derive(Clone, Debug)]
pub struct Spans {
    node: NodeId,
    values: Few<Span, 3>,
}

impl<T> Tree<T> {
    /// The method that answers `verb` on `path`; `verb` is a concrete one ([`Verb::of`]), never `ANY`.
    #[must_use]
    pub fn find<'t, 'p>(&'t self, path: RequestPath<'p>, verb: Verb) -> Option<Match<'t, 'p, T>> {
        let path = path.as_str();
        let wanted = VerbSet::of(verb);
        let mut values = Few::<Span, 8>::default();
        let mut untried = Few::<Branch, 8>::default();
        let mut node = NodeId::ROOT;
        // Where the next segment starts; `None` when none is left.
        let mut next = if path.is_empty() { None } else { Some(0) };
        loop {
            let here = &self.nodes[node.index()];
            let mut branch = None;
            match next {
                None if here.own.answers(wanted) => return self.matched(path, node, verb, values),
                None => {}
                Some(start) => {
                    let end = segment_end(path, start);
                    if here.variable != NodeId::NONE {
                        let child = here.variable;
                        branch = Some(Branch { child, start: index(start), values: index(values.len()) });
                    }
                    let literal = self.literal(node, &path[start..end]);
                    if let Some(child) = literal.filter(|id| self.nodes[id.index()].below.answers(wanted)) {
                        branch.into_iter().for_each(|branch| untried.push(branch));
                        node = child;
                        next = after(path, end);
                        continue;
                    }
                }
            }
            // No literal: into the variable child, else back to the last one that was passed over.
            loop {
                let Branch { child, start, values: before } = branch.take().or_else(|| untried.pop())?;
                values.truncate(before as usize);
                let start = start as usize;
                let below = &self.nodes[child.index()];
                let end = if below.kind == Kind::Greedy { path.len() } else { segment_end(path, start) };
                if end > start && below.below.answers(wanted) {
                    values.push(Span { start: index(start), end: index(end) });
                    node = child;
                    next = after(path, end);
                    break;
                }
            }
        }
    }

    /// The path parameters of a match, from the last one up to the first: names, and values as they were sent.
    /// `path` is the one that was matched.
    pub fn parameters<'t, 'p>(
        &'t self,
        path: RequestPath<'p>,
        spans: &'p Spans,
    ) -> impl Iterator<Item = (&'t str, &'p str)> {
        self.rising(path.as_str(), spans.node, &spans.values)
    }

    fn rising<'t, 'p, 'f, const N: usize>(
        &'t self,
        path: &'p str,
        mut node: NodeId,
        values: &'f Few<Span, N>,
    ) -> impl Iterator<Item = (&'t str, &'p str)> + use<'t, 'p, 'f, T, N> {
        let mut left = values.len();
        std::iter::from_fn(move || {
            loop {
                let here = &self.nodes[node.index()];
                if here.kind == Kind::Root {
                    return None;
                }
                node = here.parent;
                if here.kind != Kind::Literal {
                    left = left.checked_sub(1)?;
                    let span = values.get(left)?;
                    return Some((self.text_of(here), path.get(span.start as usize..span.end as usize)?));
                }
            }
        })
    }

    /// How many resources it has, the root among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no method is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.methods.is_empty()
    }

    /// The values of all methods.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.methods.iter().map(|(_, value)| value)
    }

    fn matched<'t, 'p>(
        &'t self,
        path: &'p str,
        node: NodeId,
        verb: Verb,
        values: Few<Span, 8>,
    ) -> Option<Match<'t, 'p, T>> {
        let here = &self.nodes[node.index()];
        let first = here.first_method as usize;
        let methods = self.methods.get(first..first + usize::from(here.method_count))?;
        let own = methods.iter().find(|(v, _)| *v == verb);
        let (verb, value) = own.or_else(|| methods.iter().find(|(v, _)| *v == Verb::Any))?;
        Some(Match { tree: self, path, node, verb: *verb, value, values })
    }

    fn text_of(&self, node: &Node) -> &str {
        let start = node.text_start as usize;
        &self.text[start..start + usize::from(node.text_len)]
    }

    fn literal(&self, parent: NodeId, segment: &str) -> Option<NodeId> {
        let mask = self.slots.len() - 1;
        let mut slot = hash(parent, segment) & mask;
        loop {
            let id = self.slots[slot];
            if id == NodeId::NONE {
                return None;
            }
            let node = &self.nodes[id.index()];
            if node.parent == parent && self.text_of(node) == segment {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn segment_end(path: &str, start: usize) -> usize {
    memchr::memchr(b'/', &path.as_bytes()[start..]).map_or(path.len(), |length| start + length)
}

/// Where the segment after the one that ends at `end` starts.
fn after(path: &str, end: usize) -> Option<usize> {
    (end < path.len()).then_some(end + 1)
}

fn index(n: usize) -> u32 {
    u32::try_from(n).expect("request targets are far shorter than 4 GiB")
}

/// Multiplies words into a state, as rustc's own hasher does. Keys are the owner's path parts, never a caller's:
/// a caller can only miss.
fn hash(parent: NodeId, segment: &str) -> usize {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mix = |state: u64, word: u64| (state.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let mut state = mix(0, u64::from(parent.0));
    let mut words = segment.as_bytes().chunks_exact(8);
    for word in &mut words {
        state = mix(state, u64::from_le_bytes(word.try_into().expect("chunks of eight")));
    }
    let mut rest = [0; 8];
    rest[..words.remainder().len()].copy_from_slice(words.remainder());
    state = mix(state, u64::from_le_bytes(rest));
    state = mix(state, segment.len() as u64);
    // The high bits are the best mixed.
    usize::try_from(state >> 32).expect("32 bits fit")
}

/// Puts a [`Tree`] together: parents before children, methods after their resource.
#[derive(Debug)]
pub struct TreeBuilder<T> {
    nodes: Vec<Node>,
    text: String,
    methods: Vec<(NodeId, Verb, T)>,
}

impl<T> Default for TreeBuilder<T> {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new(Kind::Root, NodeId::NONE, 0, 0)],
            text: String::new(),
            methods: Vec::new(),
        }
    }
}

impl Node {
    fn new(kind: Kind, parent: NodeId, text_start: u32, text_len: u16) -> Self {
        Self {
            kind,
            own: VerbSet::default(),
            below: VerbSet::default(),
            method_count: 0,
            first_method: 0,
            parent,
            variable: NodeId::NONE,
            text_start,
            text_len,
        }
    }
}

impl<T> TreeBuilder<T> {
    /// Adds a resource below `parent`. That siblings differ and at most one of them is variable is the caller's
    /// promise, which [`Definition`](crate::model::Definition) keeps by construction.
    pub fn add(&mut self, parent: NodeId, part: &PathPart) -> NodeId {
        let id = NodeId(index(self.nodes.len()));
        let (kind, text) = match part {
            PathPart::Literal(text) => (Kind::Literal, &**text),
            PathPart::Param(name) => (Kind::Param, name.as_str()),
            PathPart::Greedy(name) => (Kind::Greedy, name.as_str()),
        };
        let length = u16::try_from(text.len()).expect("path parts have at most 255 bytes");
        self.nodes.push(Node::new(kind, parent, index(self.text.len()), length));
        self.text.push_str(text);
        if kind != Kind::Literal {
            self.nodes[parent.index()].variable = id;
        }
        id
    }

    /// Gives the resource at `node` a method.
    pub fn method(&mut self, node: NodeId, verb: Verb, value: T) {
        self.methods.push((node, verb, value));
    }

    /// The tree.
    #[must_use]
    pub fn finish(mut self) -> Tree<T> {
        self.methods.sort_by_key(|(node, verb, _)| (*node, *verb));
        for (at, (node, verb, _)) in self.methods.iter().enumerate() {
            let node = &mut self.nodes[node.index()];
            if node.method_count == 0 {
                node.first_method = index(at);
            }
            node.method_count += 1;
            node.own = node.own.with(VerbSet::of(*verb));
        }
        // Children come after their parents, so one pass from the end carries all verbs up.
        for at in (0..self.nodes.len()).rev() {
            let node = &mut self.nodes[at];
            node.below = node.below.with(node.own);
            let (parent, below) = (node.parent, node.below);
            if parent != NodeId::NONE {
                let parent = &mut self.nodes[parent.index()];
                parent.below = parent.below.with(below);
            }
        }
        let literals = self.nodes.iter().filter(|node| node.kind == Kind::Literal).count();
        let mut tree = Tree {
            slots: vec![NodeId::NONE; (literals * 2 + 1).next_power_of_two()].into(),
            nodes: self.nodes.into(),
            text: self.text.into(),
            methods: self.methods.into_iter().map(|(_, verb, value)| (verb, value)).collect(),
        };
        let mask = tree.slots.len() - 1;
        for at in 0..tree.nodes.len() {
            let node = tree.nodes[at];
            if node.kind == Kind::Literal {
                let mut slot = hash(node.parent, tree.text_of(&node)) & mask;
                while tree.slots[slot] != NodeId::NONE {
                    slot = (slot + 1) & mask;
                }
                tree.slots[slot] = NodeId(index(at));
            }
        }
        tree
    }
}
