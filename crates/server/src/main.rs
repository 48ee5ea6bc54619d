//! The binary `aumsos`: see `aumsos help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    aumsos_server::command_line::run()
}
