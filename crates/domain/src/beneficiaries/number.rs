//! The number by which people call a record: drawn by the service, and telling nothing but the province.

use crate::{
    reason::{Invalid, Reason},
    text_value::Format,
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&BENEFICIARY_NUMBER_MALFORMED];

/// The formats of this module.
pub const FORMATS: &[Format] = &[(BeneficiaryNumber::FORMAT, |text| BeneficiaryNumber::parse(text).map(drop))];

/// Not the form of a number.
pub const BENEFICIARY_NUMBER_MALFORMED: Reason = Reason {
    code: "beneficiary_number_malformed",
    id: "Nomor penerima manfaat berbentuk PM-35-000123.",
    en: "The number of a person in care looks like PM-35-000123.",
};

crate::text_value! {
    /// `PM-`, the province of the institution at registration, a serial number: `PM-35-000123`.
    BeneficiaryNumber, "beneficiary-number", 20, "PM-35-000123", |text| {
        let (province, serial) = text
            .strip_prefix("PM-")
            .and_then(|rest| rest.split_once('-'))
            .ok_or(Invalid(&BENEFICIARY_NUMBER_MALFORMED))?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if province.len() == 2 && digits(province) && (6..=14).contains(&serial.len()) && digits(serial) {
            Ok(text.to_owned())
        } else {
            Err(Invalid(&BENEFICIARY_NUMBER_MALFORMED))
        }
    }
}

impl BeneficiaryNumber {
    /// The number of a serial number drawn in a province (two digits).
    pub fn new(province: &str, serial: u64) -> Result<Self, Invalid> {
        Self::parse(&format!("PM-{province}-{serial:06}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_the_province_and_nothing_else() {
        assert_eq!(BeneficiaryNumber::new("35", 123).map(|number| number.to_string()), Ok("PM-35-000123".to_owned()));
        assert_eq!(
            BeneficiaryNumber::new("35", 1_234_567).map(|number| number.to_string()),
            Ok("PM-35-1234567".to_owned())
        );
        for wrong in ["PM-35-123", "PM-3-000123", "AUM-35-00042", "PM-35", "PM-35-00012x", ""] {
            assert!(BeneficiaryNumber::parse(wrong).is_err(), "{wrong}");
        }
    }
}
