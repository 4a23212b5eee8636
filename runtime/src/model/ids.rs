//! The ids of steps: given, or made from the position (part 1, section 5.1).

use std::collections::HashMap;

use dataway_lang::source::Span;

/// Deepest nesting of containers.
pub const MAX_DEPTH: usize = 32;
/// Most steps of a flow.
pub const MAX_STEPS: usize = 5_000;

/// Where in a flow the reader is.
#[derive(Debug, Default)]
pub struct Ids {
    /// The components around, outermost first, each with the prefix of the ids inside it.
    containers: Vec<(&'static str, String)>,
    /// The branches entered since the innermost component.
    branch: Vec<String>,
    /// The ids that were given in this flow.
    seen: HashMap<String, Span>,
    /// Steps read so far.
    pub(super) count: usize,
}

impl Ids {
    /// The id of the step at position `n`, from 1.
    #[must_use]
    pub fn at(&self, n: usize) -> String {
        let mut id = self.containers.last().map_or_else(String::new, |(_, id)| format!("{id}/"));
        for branch in &self.branch {
            id.push_str(branch);
            id.push('/');
        }
        id.push_str(&n.to_string());
        id
    }

    /// Goes into a step.
    pub(super) fn enter(&mut self, component: &'static str, id: &str) -> Vec<String> {
        self.containers.push((component, id.to_owned()));
        std::mem::take(&mut self.branch)
    }

    /// Leaves it again; `branch` is what entering gave.
    pub(super) fn leave(&mut self, branch: Vec<String>) {
        self.containers.pop();
        self.branch = branch;
    }

    /// Goes into a branch such as `when-2`.
    pub(crate) fn enter_branch(&mut self, label: String) {
        self.branch.push(label);
    }

    /// Leaves it again.
    pub(crate) fn leave_branch(&mut self) {
        self.branch.pop();
    }

    /// The branch that the reader is in; empty in the plain `steps` of a container.
    #[must_use]
    pub fn branch(&self) -> String {
        self.branch.join("/")
    }

    /// Remembers a given id; the place of the first one if it was given before.
    pub(super) fn give(&mut self, id: &str, span: Span) -> Option<Span> {
        if let Some(first) = self.seen.get(id) {
            return Some(*first);
        }
        self.seen.insert(id.to_owned(), span);
        None
    }

    /// The components around, innermost first.
    pub fn around(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.containers.iter().rev().map(|(component, _)| *component)
    }

    /// Containers around.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.containers.len()
    }
}
