//! What a person types: the subcommands with their help, and how a command ends.

#![allow(clippy::doc_markdown, reason = "doc comments are the help that people read on a terminal")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    commands::{audit, backup, client, config, export, import, keys, migrate, openapi, serve, user},
    failure::Failure,
};

/// The living registry of AUMSOS, the social-welfare institutions of Muhammadiyah and 'Aisyiyah
///
/// To look at it with invented data: `aumsos serve --demo`, then open http://127.0.0.1:8080/docs.
///
/// Every command reads its configuration from aumsos.toml in the working directory, from AUMSOS_* variables and from
/// its flags, in that order; `aumsos config` shows what is in force.
#[derive(Debug, Parser)]
#[command(name = "aumsos", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Audit(audit::Audit),
    User(user::User),
    Client(client::Client),
    Keys(keys::Keys),
    Config(config::Show),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
}

/// Reads the command line, runs the command and says how it ended: 0 when it did what was asked, 1 when it could not,
/// 2 when the arguments or the configuration are wrong.
pub fn run() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Serve(command) => command.run(),
        Command::Migrate(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::User(command) => command.run(),
        Command::Client(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Config(command) => command.run(),
        Command::OpenApi(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Found) => ExitCode::from(Failure::Found.exit_code()),
        Err(failure) => {
            eprintln!("aumsos: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_and_every_flag_is_explained() {
        fn look(command: &clap::Command) {
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            for below in command.get_subcommands() {
                assert!(below.get_about().is_some(), "{}", below.get_name());
                look(below);
            }
        }
        let mut whole = CommandLine::command();
        whole.build();
        look(&whole);
    }
}
