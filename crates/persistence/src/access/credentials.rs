//! What people sign in with: a password and a second factor (RFC 6238). The key of the second factor is sealed under
//! the master key; of recovery codes only keyed hashes are kept.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use data_encoding::{BASE32_NOPAD, Encoding};
use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use aumsos_domain::{Language, RecordKind};

use super::{
    EndReason,
    entity::{person, person_secret as secret, recovery_code},
};
use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
    ledger::{Change, State},
    vault::place,
};

/// How many codes stand in for a lost second factor.
const RECOVERY_CODES: usize = 10;
/// 160 bits (RFC 4226 §4).
const KEY_BYTES: usize = 20;

const DAMAGED: StoreError = StoreError::Unreadable("a second factor");

/// A person as they sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInRecord {
    /// Who.
    pub person: Uuid,
    /// What the person is called.
    pub name: String,
    /// What the person signs in with.
    pub email: String,
    /// The language of the person's mail.
    pub language: Language,
    /// Whether the person may come in.
    pub is_active: bool,
    /// The hash of the password; none before the first sign-in.
    pub password_hash: Option<String>,
    /// Whether a second factor is set up.
    pub has_second_factor: bool,
    /// Whether the password is long enough to stand without one.
    pub password_stands_alone: bool,
}

impl std::fmt::Debug for SignInRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInRecord").field("person", &self.person).finish_non_exhaustive()
    }
}

impl SignInRecord {
    fn of(who: person::Model, secret: Option<secret::Model>) -> Self {
        Self {
            person: who.id,
            name: who.name,
            email: who.email,
            language: Language::negotiate(&who.language),
            is_active: who.is_active,
            has_second_factor: secret.as_ref().is_some_and(|secret| secret.totp_confirmed_at.is_some()),
            password_stands_alone: secret.as_ref().is_none_or(|secret| secret.password_stands_alone),
            password_hash: secret.and_then(|secret| secret.password_hash),
        }
    }
}

impl Store {
    /// The person of an email address in its canonical form.
    pub async fn sign_in_record(&self, email: &str) -> Result<Option<SignInRecord>, StoreError> {
        let found = person::Entity::find().filter(person::Column::Email.eq(email)).one(&self.read).await?;
        self.with_secret(found).await
    }

    /// A person by their id.
    pub async fn sign_in_record_of(&self, person: Uuid) -> Result<Option<SignInRecord>, StoreError> {
        let found = person::Entity::find_by_id(person).one(&self.read).await?;
        self.with_secret(found).await
    }

    async fn with_secret(&self, found: Option<person::Model>) -> Result<Option<SignInRecord>, StoreError> {
        let Some(who) = found else { return Ok(None) };
        let secret = secret::Entity::find_by_id(who.id).one(&self.read).await?;
        Ok(Some(SignInRecord::of(who, secret)))
    }

    /// Whether a person may come in.
    pub async fn is_person_active(&self, person: Uuid) -> Result<bool, StoreError> {
        let found = person::Entity::find_by_id(person).one(&self.read).await?;
        Ok(found.is_some_and(|who| who.is_active))
    }

    /// The key of a second factor that is not in force yet, in base 32.
    pub async fn pending_second_factor(&self, person: Uuid) -> Result<Option<String>, StoreError> {
        let found = secret::Entity::find_by_id(person).one(&self.read).await?;
        let waiting = found.filter(|row| row.totp_confirmed_at.is_none()).and_then(|row| row.totp_sealed);
        let Some(sealed) = waiting else { return Ok(None) };
        let key = self.vault.open_own(&place("person_secret.totp_sealed", person.as_bytes()), &sealed)?;
        Ok(Some(BASE32_NOPAD.encode(&key)))
    }

    fn recovery_mac(&self, person: Uuid, code: &str) -> String {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_uppercase).collect();
        self.vault.secret_mac(&format!("recovery_code:{person}"), &plain)
    }
}

impl Work {
    /// Sets a password; all that let the person in before ends.
    pub async fn set_password(&mut self, person: Uuid, hash: String, stands_alone: bool) -> Result<(), StoreError> {
        let row = secret::ActiveModel {
            person_id: ActiveValue::Set(person),
            password_hash: ActiveValue::Set(Some(hash)),
            password_stands_alone: ActiveValue::Set(stands_alone),
            password_changed_at: ActiveValue::Set(Some(to_micros(self.at))),
            totp_sealed: ActiveValue::Set(None),
            totp_confirmed_at: ActiveValue::Set(None),
            totp_last_step: ActiveValue::Set(0),
        };
        let written = OnConflict::column(secret::Column::PersonId)
            .update_columns([
                secret::Column::PasswordHash,
                secret::Column::PasswordStandsAlone,
                secret::Column::PasswordChangedAt,
            ])
            .to_owned();
        secret::Entity::insert(row).on_conflict(written).exec_without_returning(&self.transaction).await?;
        self.end_access_of(person, EndReason::PasswordChanged).await?;
        self.note_credential(person, "password_set").await
    }

    /// Makes the key of a second factor, which is not in force before [`Self::confirm_second_factor`]; gives it in
    /// base 32, as apps take it.
    pub async fn begin_second_factor(&mut self, person: Uuid) -> Result<String, StoreError> {
        let mut key = [0; KEY_BYTES];
        SystemRandom::new().fill(&mut key).map_err(|_| DAMAGED)?;
        let sealed = self.store.vault.seal_own(&place("person_secret.totp_sealed", person.as_bytes()), &key)?;
        secret::Entity::update_many()
            .col_expr(secret::Column::TotpSealed, Expr::value(sealed))
            .col_expr(secret::Column::TotpLastStep, Expr::value(0))
            .filter(secret::Column::PersonId.eq(person))
            .filter(secret::Column::TotpConfirmedAt.is_null())
            .exec(&self.transaction)
            .await?;
        Ok(BASE32_NOPAD.encode(&key))
    }

    /// Puts a second factor in force when its first code is right; gives the recovery codes, which are shown once.
    pub async fn confirm_second_factor(&mut self, person: Uuid, code: &str) -> Result<Option<Vec<String>>, StoreError> {
        if !self.take_code(person, code).await? {
            return Ok(None);
        }
        secret::Entity::update_many()
            .col_expr(secret::Column::TotpConfirmedAt, Expr::value(to_micros(self.at)))
            .filter(secret::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        let codes = (0..RECOVERY_CODES).map(|_| fresh_code()).collect::<Result<Vec<_>, _>>()?;
        let rows = codes.iter().map(|code| recovery_code::ActiveModel {
            person_id: ActiveValue::Set(person),
            mac: ActiveValue::Set(self.store.recovery_mac(person, code)),
            used_at: ActiveValue::Set(None),
        });
        recovery_code::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        self.note_credential(person, "second_factor_set").await?;
        Ok(Some(codes))
    }

    /// Whether a code of the second factor, or a recovery code, is right; neither is right twice.
    pub async fn check_second_factor(&mut self, person: Uuid, code: &str) -> Result<bool, StoreError> {
        if self.take_code(person, code).await? {
            return Ok(true);
        }
        let used = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::UsedAt, Expr::value(to_micros(self.at)))
            .filter(recovery_code::Column::PersonId.eq(person))
            .filter(recovery_code::Column::Mac.eq(self.store.recovery_mac(person, code)))
            .filter(recovery_code::Column::UsedAt.is_null())
            .exec(&self.transaction)
            .await?;
        if used.rows_affected == 1 {
            self.note_credential(person, "recovery_code_used").await?;
        }
        Ok(used.rows_affected == 1)
    }

    async fn take_code(&mut self, person: Uuid, code: &str) -> Result<bool, StoreError> {
        let found = secret::Entity::find_by_id(person).lock_exclusive().one(&self.transaction).await?;
        let Some(sealed) = found.and_then(|row| row.totp_sealed) else { return Ok(false) };
        let key = self.store.vault.open_own(&place("person_secret.totp_sealed", person.as_bytes()), &sealed)?;
        let now = u64::try_from(clock::now().timestamp()).unwrap_or_default();
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(step) = totp(key)?.check(&digits, now) else { return Ok(false) };
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let taken = secret::Entity::update_many()
            .col_expr(secret::Column::TotpLastStep, Expr::value(step))
            .filter(secret::Column::PersonId.eq(person))
            .filter(Expr::col(secret::Column::TotpLastStep).lt(step))
            .exec(&self.transaction)
            .await?;
        Ok(taken.rows_affected == 1)
    }

    /// Takes the second factor away; all that let the person in before ends.
    pub async fn remove_second_factor(&mut self, person: Uuid) -> Result<(), StoreError> {
        secret::Entity::update_many()
            .col_expr(secret::Column::TotpSealed, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(secret::Column::TotpConfirmedAt, Expr::value(Option::<i64>::None))
            .filter(secret::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        self.end_access_of(person, EndReason::SecondFactorChanged).await?;
        self.note_credential(person, "second_factor_removed").await
    }

    /// The ledger says that a credential changed, and nothing of what it is.
    async fn note_credential(&mut self, person: Uuid, action: &'static str) -> Result<(), StoreError> {
        let bumped = person::Entity::update_many()
            .col_expr(person::Column::Version, Expr::col(person::Column::Version).add(1))
            .col_expr(person::Column::UpdatedAt, Expr::value(to_micros(self.at)))
            .filter(person::Column::Id.eq(person))
            .exec_with_returning(&self.transaction)
            .await?;
        let Some(row) = bumped.first() else { return Ok(()) };
        let document = serde_json::json!({ "id": person }).to_string();
        self.append(Change {
            kind: RecordKind::Person,
            id: person,
            version: row.version,
            action,
            institution: None,
            before: None,
            after: Some(State { unit: None, is_public: false, document }),
        })
        .await
    }
}

fn totp(key: Vec<u8>) -> Result<Totp, StoreError> {
    Builder::new().with_secret(key).build().map_err(|_| DAMAGED)
}

/// Sixty bits of chance, in letters and digits that nobody mistakes for each other.
fn fresh_code() -> Result<String, StoreError> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| DAMAGED)?;
    let text: String = crockford()?.encode(&bytes).chars().take(12).collect();
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    Ok(groups.join("-"))
}

/// Crockford's alphabet has neither I, L, O nor U.
fn crockford() -> Result<Encoding, StoreError> {
    let mut specification = data_encoding::Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.encoding().map_err(|_| DAMAGED)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let totp = totp(b"12345678901234567890".to_vec()).unwrap();
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(totp.check(code, time), Some(time / 30), "{time}");
        }
        assert_eq!(totp.check("287082", 59 + 90), None);
    }

    #[test]
    fn a_recovery_code_is_twelve_signs_in_three_groups() {
        let code = fresh_code().unwrap();
        assert_eq!(code.len(), 14);
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
        assert_ne!(code, fresh_code().unwrap());
    }
}
