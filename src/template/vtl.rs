//! A mapping template: read once, rendered for each request.

use std::sync::Arc;

use super::program::Block;
use super::{Budget, Environment, InvalidTemplate, Needs, Overrides, Place, RenderError, eval, parse};

/// A mapping template in the Velocity Template Language as REST APIs run it, compiled: parsed once at deployment, run
/// for each request.
#[derive(Clone, Debug)]
pub struct Template {
    block: Arc<Block>,
    slots: usize,
    needs: Needs,
}

impl Template {
    /// The longest template, in bytes (API Gateway, *Quotas for configuring and running a REST API*).
    pub const MAX_BYTES: usize = 300 * 1024;

    /// Reads a template.
    ///
    /// # Errors
    /// The place of the first thing that is wrong, and what it is.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        if text.len() > Self::MAX_BYTES {
            let what = format!("a template has at most {} bytes, not {}", Self::MAX_BYTES, text.len());
            return Err(InvalidTemplate { place: Place { line: 1, column: 1 }, what: what.into() });
        }
        let parse::Parsed { block, needs, slots } = parse::parse(text)?;
        Ok(Self { block: Arc::new(block), slots, needs })
    }

    /// The text that it gives whatever the request, if it holds nothing to evaluate: comments and escapes are worked
    /// out already.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        self.block.constant()
    }

    /// What has to be there before it runs.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The text for a request. What it sets on `$context` goes into `overrides`, unless it fails.
    ///
    /// # Errors
    /// What could not be evaluated, or went beyond the budget; and a payload that is not UTF-8. The answer is then
    /// 500.
    pub fn render(
        &self,
        environment: &dyn Environment,
        overrides: &mut Overrides,
        budget: &Budget,
    ) -> Result<String, RenderError> {
        eval::render(&self.block, self.slots, environment, overrides, budget)
    }
}
