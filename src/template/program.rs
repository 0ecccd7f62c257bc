//! A template, compiled.

use super::constant::constant;
use super::{Budget, Environment, InvalidTemplate, Needs, Overrides, RenderError};

/// A mapping template, compiled: parsed once at deployment, run for each request.
#[derive(Clone, Debug)]
pub struct Template {
    constant: Option<Box<str>>,
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
        let text = constant(text)?;
        Ok(Self { constant: Some(text.into()), needs: Needs::default() })
    }

    /// The text that it gives whatever the request, if that is so.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        self.constant.as_deref()
    }

    /// What has to be there before it runs.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The text for a request. What it sets on `$context` is added to `overrides`, also when it fails half way.
    ///
    /// # Errors
    /// What could not be evaluated, or went beyond the budget: the answer is then 500.
    pub fn render(
        &self,
        _environment: &dyn Environment,
        _overrides: &mut Overrides,
        _budget: &Budget,
    ) -> Result<String, RenderError> {
        Ok(self.constant.as_deref().unwrap_or_default().to_owned())
    }
}
