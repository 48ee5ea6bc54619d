//! The binary `aumsos`: see `aumsos help`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    aumsos_server::command_line::run()
}
