//! People in the care of institutions: what is recorded of them, what may happen to the record, who agreed to what, and
//! how it is opened in an emergency.
//!
//! Everything that tells who somebody is ([`Profile`], notes, consents, reasons) is sealed wherever it is kept; what is
//! left in the open counts and does not name.

pub mod consent;
pub mod emergency_access;
pub mod health_note;
pub mod identity_number;
pub mod life;
pub mod lookup;
pub mod number;
pub mod profile;
pub mod rules;

pub use consent::{Consent, ConsentProfile};
pub use emergency_access::{EmergencyAccess, EmergencyReason};
pub use health_note::{HealthNote, HealthNoteProfile};
pub use identity_number::{FamilyCardNumber, Nik};
pub use life::{Beneficiary, BeneficiaryStatus, Departure};
pub use lookup::{Lookup, LookupProfile};
pub use number::BeneficiaryNumber;
pub use profile::Profile;
