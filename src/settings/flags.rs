//! The flags of `postern serve`, made from the table of settings.

use std::collections::BTreeMap;
use std::fmt;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::table::TABLE;

/// What was typed on the command line, as text.
#[derive(Clone, Default)]
pub struct Flags {
    pub(super) config: Option<String>,
    pub(super) texts: BTreeMap<&'static str, Vec<String>>,
}

impl Flags {
    /// These flags with `key` set to `values`, as if they had been typed.
    #[must_use]
    pub fn with(mut self, key: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.texts.insert(key, values.into_iter().map(Into::into).collect());
        self
    }
}

/// Which flags were typed; not their texts, one of which may be a secret.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.texts.keys()).finish()
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self { config: matches.get_one::<String>("config").cloned(), texts: BTreeMap::new() };
        for setting in TABLE {
            if let Some(values) = matches.get_many::<String>(setting.key) {
                flags.texts.insert(setting.key, values.cloned().collect());
            }
        }
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config").long("config").value_name("FILE").help(
            "TOML file with settings: a flag's name without its dashes is the key [env: POSTERN_CONFIG]",
        );
        TABLE.iter().fold(command.arg(config), |command, setting| {
            let default = setting.default.map_or_else(String::new, |text| format!(" [default: {text}]"));
            let action = if setting.many { ArgAction::Append } else { ArgAction::Set };
            command.arg(
                Arg::new(setting.key)
                    .long(setting.key)
                    .value_name(setting.value_name)
                    .action(action)
                    .value_delimiter(setting.many.then_some(','))
                    .help(format!("{}{default} [env: {}]", setting.help, setting.variable())),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
