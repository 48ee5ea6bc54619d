//! Hashing of passwords: Argon2id with the parameters of OWASP, away from the threads that serve, few at a time.

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use crate::StoreError;

/// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long a check may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the password of nobody is checked against, so that it takes as long: the hash of chance that nobody kept.
const OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$q0NSvo67srDrnPz6x2kp9Q$tWhbJcHXFMMDFT9v6I6xRz2Jhstud6jqDfcFsbSpIFY";

const FAILED: StoreError = StoreError::Unreadable("a password's hash");

/// Hashes and checks passwords, a bounded number at once. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// For at most `at_once` checks at once; each holds 19 MiB while it runs.
    pub fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// The hash of a password, in the PHC string format.
    pub async fn hash(&self, password: &str) -> Result<String, StoreError> {
        let password = password.to_owned();
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether a password is the one of a hash. Without a hash it is not, and that takes as long.
    pub async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool, StoreError> {
        let (is_known, against) = (hash.is_some(), hash.unwrap_or(OF_NOBODY).to_owned());
        let password = password.to_owned();
        let is_same = self.in_turn(move || is_same(&password, &against)).await?;
        Ok(is_same && is_known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(StoreError::Unavailable)?;
        let done = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| FAILED)
    }
}

fn argon2() -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| FAILED)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, StoreError> {
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| FAILED)?;
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| FAILED)?;
    Ok(hash.to_string())
}

fn is_same(password: &str, hash: &str) -> bool {
    argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), hash).is_ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_one() {
        let passwords = Passwords::new(2);
        let hash = passwords.hash("kuda staples benar").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("kuda staples benar").await.unwrap());
        assert!(passwords.is_right("kuda staples benar", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("kuda staples salah", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("nobody has this password", None).await.unwrap());
        assert!(!passwords.is_right("kuda staples benar", None).await.unwrap());
        // The work for nobody is the work for somebody.
        let work = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
        assert_eq!(work(OF_NOBODY), work(&hash));
        assert_eq!(OF_NOBODY.len(), hash.len());
    }
}
