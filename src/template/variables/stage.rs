//! `$stageVariables`.

use crate::template::eval::{Entries, Exit, Render};
use crate::template::value::{Text, Value};

impl<'d> Render<'d> {
    /// All variables of the stage.
    pub(in crate::template) fn stage_entries(&mut self) -> Result<Entries<'d>, Exit> {
        let mut entries = Vec::new();
        self.environment.stage_variables(&mut |name, value| {
            entries.push((Text::Borrowed(name), Value::borrowed(value)));
        });
        self.charge(entries.len())?;
        Ok(entries)
    }
}
