//! Who is calling: tokens and the identities behind them, checked once and remembered for a moment.

pub mod appointing;
pub mod caller;
pub mod identity;
mod key_ring;
pub mod outside;
pub mod tokens;

pub use caller::Caller;
pub use identity::Identity;
pub use outside::OutsideProvider;
pub use tokens::Tokens;
