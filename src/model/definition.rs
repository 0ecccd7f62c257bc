//! A whole API: its settings, its tree of resources, and what these refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Api, GatewayResponse, GatewayResponseType, KeptName, Model, ModelName, PathPart, RequestValidator,
    RequestValidatorId, Resource, ResourceId, ResourcePath,
};

/// A rule of the path tree that a change would break (API Gateway, *Set up API Gateway resources*).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// The resource is not there.
    #[error("there is no resource {0} in this API")]
    NoSuchResource(ResourceId),
    /// The parent is not there.
    #[error("there is no resource {0} to be the parent")]
    NoSuchParent(ResourceId),
    /// A sibling has the same path part.
    #[error("another resource with the same parent already has this name: {0}")]
    DuplicateSibling(PathPart),
    /// A sibling is variable already.
    #[error("a sibling ({0}) of this resource already has a variable path part -- only one is allowed")]
    SecondVariable(PathPart),
    /// The parent is greedy.
    #[error("cannot create a child of a resource with a greedy path variable: {0}")]
    ChildOfGreedy(PathPart),
    /// A name that a part further up already has.
    #[error("the path parameter {0} is already used further up in this path")]
    DuplicateParameter(String),
    /// A resource cannot hang below itself.
    #[error("resources cannot be cyclical")]
    Cycle,
    /// The root cannot be removed.
    #[error("the root resource cannot be deleted")]
    Root,
}

/// A whole API, draft or deployment. Parts are shared, so that a copy is cheap and an edit touches one part.
///
/// The tree's rules hold by construction: one root, no duplicate siblings, at most one variable child, nothing
/// below a greedy part.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The API's own settings.
    pub api: Arc<Api>,
    /// Customised gateway responses.
    pub gateway_responses: BTreeMap<GatewayResponseType, Arc<GatewayResponse>>,
    /// Models, each under its own name.
    pub models: BTreeMap<ModelName, Arc<Model>>,
    /// Request validators, each under its own id.
    pub request_validators: BTreeMap<RequestValidatorId, Arc<RequestValidator>>,
    /// What is kept without effect: authorizers and documentation, as API Gateway's control plane shows them in JSON.
    pub kept: BTreeMap<KeptName, Arc<str>>,
    root: ResourceId,
    resources: BTreeMap<ResourceId, Arc<Resource>>,
    children: BTreeMap<ResourceId, BTreeMap<PathPart, ResourceId>>,
}

impl Definition {
    /// An API with nothing but a root resource and the default models.
    #[must_use]
    pub fn new(api: Api, root: ResourceId) -> Self {
        Self {
            api: Arc::new(api),
            gateway_responses: BTreeMap::new(),
            models: Model::defaults(),
            request_validators: BTreeMap::new(),
            kept: BTreeMap::new(),
            root,
            resources: BTreeMap::from([(root, Arc::new(Resource::new(root, None)))]),
            children: BTreeMap::new(),
        }
    }

    /// Puts an API together from its parts, in any order. It has the default models, no request validators and nothing
    /// that is kept.
    ///
    /// # Errors
    /// When the parts do not make a tree with exactly one root.
    pub fn from_parts(
        api: Arc<Api>,
        gateway_responses: BTreeMap<GatewayResponseType, Arc<GatewayResponse>>,
        resources: impl IntoIterator<Item = Arc<Resource>>,
    ) -> Result<Self, DefinitionError> {
        let resources: BTreeMap<_, _> = resources.into_iter().map(|r| (r.id, r)).collect();
        let mut roots = resources.values().filter(|r| r.place.is_none());
        let root = match (roots.next(), roots.next()) {
            (Some(root), None) => root.id,
            _ => return Err(DefinitionError::Root),
        };
        let mut children: BTreeMap<ResourceId, BTreeMap<PathPart, ResourceId>> = BTreeMap::new();
        for resource in resources.values() {
            if let Some((parent, part)) = &resource.place {
                let siblings = children.entry(*parent).or_default();
                if siblings.insert(part.clone(), resource.id).is_some() {
                    return Err(DefinitionError::DuplicateSibling(part.clone()));
                }
            }
        }
        let (models, request_validators, kept) = (Model::defaults(), BTreeMap::new(), BTreeMap::new());
        let whole =
            Self { api, gateway_responses, models, request_validators, kept, root, resources, children };
        // Every resource must be reachable, or a cycle or a missing parent hides in the parts.
        let reached = whole.walk().len();
        if reached == whole.resources.len() { Ok(whole) } else { Err(DefinitionError::Root) }
    }

    /// The root's id.
    #[must_use]
    pub fn root(&self) -> ResourceId {
        self.root
    }

    /// How many resources there are, the root among them.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.resources.len()
    }

    /// A resource by id.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Option<&Arc<Resource>> {
        self.resources.get(&id)
    }

    /// All resources, by id.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.values()
    }

    /// A resource's children, literals before variables as [`PathPart`] orders them.
    pub fn children(&self, id: ResourceId) -> impl Iterator<Item = (&PathPart, ResourceId)> {
        self.children.get(&id).into_iter().flatten().map(|(part, id)| (part, *id))
    }

    /// The child of a resource that adds `part` to the path.
    #[must_use]
    pub fn child(&self, id: ResourceId, part: &PathPart) -> Option<ResourceId> {
        self.children.get(&id)?.get(part).copied()
    }

    /// The path of a resource.
    #[must_use]
    pub fn path_of(&self, id: ResourceId) -> Option<ResourcePath> {
        let mut parts = Vec::new();
        let mut resource = self.resources.get(&id)?;
        while let Some((parent, part)) = &resource.place {
            parts.push(part.clone());
            resource = self.resources.get(parent)?;
        }
        Some(parts.into_iter().rev().collect())
    }

    /// The resource of a path, compared part by part.
    #[must_use]
    pub fn find(&self, path: &ResourcePath) -> Option<&Arc<Resource>> {
        let mut id = self.root;
        for part in path.parts() {
            id = *self.children.get(&id)?.get(part)?;
        }
        self.resources.get(&id)
    }

    /// Every resource with its path, parents before children, siblings in the order of their parts.
    #[must_use]
    pub fn walk(&self) -> Vec<(ResourcePath, &Arc<Resource>)> {
        let mut found = Vec::with_capacity(self.resources.len());
        let mut todo = vec![(ResourcePath::ROOT, self.root)];
        while let Some((path, id)) = todo.pop() {
            let Some(resource) = self.resources.get(&id) else { continue };
            let below = self.children(id).map(|(part, child)| (path.join(part.clone()), child));
            todo.extend(below.collect::<Vec<_>>().into_iter().rev());
            found.push((path, resource));
        }
        found
    }

    /// Adds an empty resource under `parent`.
    ///
    /// # Errors
    /// When a rule of the tree forbids it.
    pub fn add(&mut self, id: ResourceId, parent: ResourceId, part: PathPart) -> Result<(), DefinitionError> {
        self.check_place(parent, &part)?;
        self.children.entry(parent).or_default().insert(part.clone(), id);
        self.resources.insert(id, Arc::new(Resource::new(id, Some((parent, part)))));
        Ok(())
    }

    /// Moves or renames a resource, and all below it with it.
    ///
    /// # Errors
    /// When a rule of the tree forbids the new place; nothing has changed then.
    pub fn relocate(
        &mut self,
        id: ResourceId,
        parent: ResourceId,
        part: PathPart,
    ) -> Result<(), DefinitionError> {
        let resource = self.resources.get(&id).ok_or(DefinitionError::NoSuchResource(id))?;
        let (old_parent, old_part) = resource.place.clone().ok_or(DefinitionError::Root)?;
        let mut above = Some(parent);
        while let Some(ancestor) = above {
            if ancestor == id {
                return Err(DefinitionError::Cycle);
            }
            above = self.resources.get(&ancestor).and_then(|r| r.place.as_ref()).map(|(parent, _)| *parent);
        }
        let mut moved = self.clone();
        moved.detach(old_parent, &old_part);
        moved.check_place(parent, &part)?;
        if matches!(part, PathPart::Greedy(_)) && moved.children(id).next().is_some() {
            return Err(DefinitionError::ChildOfGreedy(part));
        }
        moved.check_names_below(id, parent, &part)?;
        moved.children.entry(parent).or_default().insert(part.clone(), id);
        if let Some(slot) = moved.resources.get_mut(&id) {
            Arc::make_mut(slot).place = Some((parent, part));
        }
        *self = moved;
        Ok(())
    }

    /// Takes a resource out of its parent's children.
    fn detach(&mut self, parent: ResourceId, part: &PathPart) {
        if let Some(siblings) = self.children.get_mut(&parent) {
            siblings.remove(part);
            // A leaf has no entry, so that equal trees are equal however they came to be.
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
    }

    /// No part below a resource that is moved may have the name of a part above its new place, or its own.
    fn check_names_below(
        &self,
        id: ResourceId,
        parent: ResourceId,
        part: &PathPart,
    ) -> Result<(), DefinitionError> {
        let path = self.path_of(parent).unwrap_or_default().join(part.clone());
        let name_of = |part: &PathPart| match part {
            PathPart::Param(name) | PathPart::Greedy(name) => Some(name.clone()),
            PathPart::Literal(_) => None,
        };
        let above: Vec<_> = path.parts().iter().filter_map(name_of).collect();
        let mut todo = vec![id];
        while let Some(at) = todo.pop() {
            for (part, child) in self.children(at) {
                if let Some(name) = name_of(part).filter(|name| above.contains(name)) {
                    return Err(DefinitionError::DuplicateParameter(name.to_string()));
                }
                todo.push(child);
            }
        }
        Ok(())
    }

    /// Whether the tree's rules let `parent` have another child `part`.
    fn check_place(&self, parent: ResourceId, part: &PathPart) -> Result<(), DefinitionError> {
        let above = self.resources.get(&parent).ok_or(DefinitionError::NoSuchParent(parent))?;
        if let Some((_, greedy @ PathPart::Greedy(_))) = &above.place {
            return Err(DefinitionError::ChildOfGreedy(greedy.clone()));
        }
        if let PathPart::Param(name) | PathPart::Greedy(name) = part {
            let path = self.path_of(parent).unwrap_or_default();
            let taken = path.parts().iter().any(|p| matches!(p, PathPart::Param(n) if n == name));
            if taken {
                return Err(DefinitionError::DuplicateParameter(name.to_string()));
            }
        }
        if let Some(siblings) = self.children.get(&parent) {
            if siblings.contains_key(part) {
                return Err(DefinitionError::DuplicateSibling(part.clone()));
            }
            if let Some(variable) = siblings.keys().find(|p| part.is_variable() && p.is_variable()) {
                return Err(DefinitionError::SecondVariable(variable.clone()));
            }
        }
        Ok(())
    }

    /// Replaces what a resource holds; its id and place stay.
    ///
    /// # Errors
    /// When there is no such resource.
    pub fn edit(
        &mut self,
        id: ResourceId,
        change: impl FnOnce(&mut Resource),
    ) -> Result<(), DefinitionError> {
        let slot = self.resources.get_mut(&id).ok_or(DefinitionError::NoSuchResource(id))?;
        let mut resource = Resource::clone(slot);
        let place = resource.place.clone();
        change(&mut resource);
        resource.id = id;
        resource.place = place;
        *slot = Arc::new(resource);
        Ok(())
    }

    /// Removes a resource and all below it; says which went.
    ///
    /// # Errors
    /// When there is no such resource, or it is the root.
    pub fn remove(&mut self, id: ResourceId) -> Result<Vec<ResourceId>, DefinitionError> {
        let resource = self.resources.get(&id).ok_or(DefinitionError::NoSuchResource(id))?;
        let (parent, part) = resource.place.clone().ok_or(DefinitionError::Root)?;
        self.detach(parent, &part);
        let mut gone = Vec::new();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            self.resources.remove(&id);
            gone.push(id);
            todo.extend(self.children.remove(&id).into_iter().flat_map(BTreeMap::into_values));
        }
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ApiId;
    use std::time::SystemTime;

    fn id(n: u8) -> ResourceId {
        ResourceId::from_random([n; 6])
    }

    fn empty() -> Definition {
        let api = Api::new(ApiId::from_random([1; 10]), "pets".into(), SystemTime::UNIX_EPOCH);
        Definition::new(api, id(0))
    }

    fn part(text: &str) -> PathPart {
        text.parse().expect("a path part")
    }

    #[test]
    fn the_trees_rules_hold() {
        let mut d = empty();
        d.add(id(1), id(0), part("pets")).expect("a first child");
        assert_eq!(d.add(id(2), id(0), part("pets")), Err(DefinitionError::DuplicateSibling(part("pets"))));
        d.add(id(2), id(0), part("{proxy+}")).expect("a greedy sibling");
        assert_eq!(d.add(id(3), id(0), part("{id}")), Err(DefinitionError::SecondVariable(part("{proxy+}"))));
        assert_eq!(d.add(id(3), id(2), part("x")), Err(DefinitionError::ChildOfGreedy(part("{proxy+}"))));
        assert_eq!(d.add(id(3), id(9), part("x")), Err(DefinitionError::NoSuchParent(id(9))));
        d.add(id(3), id(1), part("{id}")).expect("a grandchild");
        let twice = d.add(id(4), id(3), part("{id}"));
        assert_eq!(twice, Err(DefinitionError::DuplicateParameter("id".into())));
        assert_eq!(d.remove(id(0)), Err(DefinitionError::Root));
    }

    #[test]
    fn removing_a_resource_takes_its_subtree() {
        let mut d = empty();
        d.add(id(1), id(0), part("pets")).expect("a child");
        d.add(id(2), id(1), part("{id}")).expect("a grandchild");
        d.add(id(3), id(0), part("other")).expect("another child");
        let mut gone = d.remove(id(1)).expect("it is there");
        gone.sort();
        assert_eq!(gone, [id(1), id(2)]);
        let left: Vec<_> = d.walk().into_iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(left, ["/", "/other"]);
    }

    #[test]
    fn a_resource_moves_with_all_below_it_where_the_rules_let_it() {
        let mut d = empty();
        for (n, above, text) in
            [(1, 0, "a"), (2, 1, "{id}"), (3, 2, "c"), (4, 0, "b"), (5, 4, "{id}"), (6, 0, "{p+}")]
        {
            d.add(id(n), id(above), part(text)).expect("a tree");
        }
        let before = d.clone();
        for (n, above, text, fault) in [
            (0, 1, "x", DefinitionError::Root),
            (9, 0, "x", DefinitionError::NoSuchResource(id(9))),
            (1, 9, "x", DefinitionError::NoSuchParent(id(9))),
            (1, 3, "x", DefinitionError::Cycle),
            (1, 1, "x", DefinitionError::Cycle),
            (1, 0, "b", DefinitionError::DuplicateSibling(part("b"))),
            (1, 0, "{x}", DefinitionError::SecondVariable(part("{p+}"))),
            (3, 6, "x", DefinitionError::ChildOfGreedy(part("{p+}"))),
            (4, 2, "b", DefinitionError::DuplicateParameter("id".into())),
            (2, 1, "{q+}", DefinitionError::ChildOfGreedy(part("{q+}"))),
        ] {
            assert_eq!(d.relocate(id(n), id(above), part(text)), Err(fault), "{n} below {above} as {text}");
            assert_eq!(d, before);
        }
        d.relocate(id(1), id(4), part("moved")).expect("it may");
        assert_eq!(d.path_of(id(3)).map(|path| path.to_string()).as_deref(), Some("/b/moved/{id}/c"));
        assert_eq!(d.walk().len(), 7);
        d.relocate(id(1), id(0), part("a")).expect("and back");
        assert_eq!(d, before);
        d.relocate(id(2), id(1), part("{other}")).expect("its own name is no hindrance");
        assert_eq!(d.path_of(id(3)).map(|path| path.to_string()).as_deref(), Some("/a/{other}/c"));
    }

    #[test]
    fn a_tree_is_the_same_after_a_resource_came_and_went() {
        let mut d = empty();
        d.add(id(1), id(0), part("pets")).expect("a child");
        let before = d.clone();
        d.add(id(2), id(1), part("{id}")).expect("a grandchild");
        d.remove(id(2)).expect("it is there");
        assert_eq!(d, before);
    }

    #[test]
    fn parts_make_the_same_whole_again() {
        let mut d = empty();
        d.add(id(1), id(0), part("pets")).expect("a child");
        d.add(id(2), id(1), part("{id}")).expect("a grandchild");
        let again = Definition::from_parts(d.api.clone(), BTreeMap::new(), d.resources().cloned());
        assert_eq!(again.as_ref(), Ok(&d));
        assert_eq!(d.path_of(id(2)).map(|p| p.to_string()).as_deref(), Some("/pets/{id}"));
    }
}
