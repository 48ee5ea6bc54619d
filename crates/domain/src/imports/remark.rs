//! What is told of a cell: why it is refused, or what was left out.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ImportField;
use crate::reason::Reason;

/// The cell must say something.
pub const IMPORT_CELL_REQUIRED: Reason =
    Reason { code: "import_cell_required", id: "Sel ini wajib diisi.", en: "The cell must be filled." };
/// A formula where text belongs.
pub const IMPORT_CELL_IS_FORMULA: Reason = Reason {
    code: "import_cell_is_formula",
    id: "Sel ini berisi rumus; tempelkan nilainya sebagai teks.",
    en: "The cell holds a formula; paste its value as text.",
};
/// A formula that failed.
pub const IMPORT_CELL_IS_ERROR: Reason = Reason {
    code: "import_cell_is_error",
    id: "Rumus pada sel ini gagal; tulis nilainya.",
    en: "The formula of the cell failed; write its value.",
};
/// There is no such region.
pub const IMPORT_REGION_NOT_FOUND: Reason = Reason {
    code: "import_region_not_found",
    id: "Wilayah ini tidak dikenal; periksa ejaannya di /v1/regions.",
    en: "There is no such region; look its name up at /v1/regions.",
};
/// The parts of the place do not lie in each other.
pub const IMPORT_REGION_CONTRADICTS: Reason = Reason {
    code: "import_region_contradicts",
    id: "Wilayah ini tidak berada di wilayah lain yang tertulis pada baris yang sama.",
    en: "The region does not lie in the others that the row names.",
};
/// More than one region has the name.
pub const IMPORT_REGION_AMBIGUOUS: Reason = Reason {
    code: "import_region_ambiguous",
    id: "Lebih dari satu wilayah bernama ini; tulis juga provinsi, dan Kab. atau Kota.",
    en: "More than one region has this name; write the province too, and Kab. or Kota.",
};
/// The code is not one of the register's.
pub const IMPORT_CODE_NOT_OURS: Reason = Reason {
    code: "import_code_not_ours",
    id: "Kode ini bukan kode AUMSOS dan diabaikan.",
    en: "The code is not one of the register's and is left out.",
};
/// A phone of nobody.
pub const IMPORT_HEAD_NAME_MISSING: Reason = Reason {
    code: "import_head_name_missing",
    id: "Telepon pimpinan diabaikan karena namanya tidak tertulis.",
    en: "The phone of the head is left out, for the name is missing.",
};

/// Something about a cell, as it is told to whoever looks the import over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The cell as spreadsheets name it; none if it is about a column that the sheet does not have.
    pub cell: Option<String>,
    /// What the cell should say.
    pub field: Option<ImportField>,
    /// Why.
    #[serde(rename = "code", serialize_with = "write_reason", deserialize_with = "read_reason")]
    pub reason: &'static Reason,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn write_reason<S: Serializer>(reason: &&'static Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code)
}

fn read_reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Reason, D::Error> {
    let code = String::deserialize(deserializer)?;
    super::reason_of(&code).ok_or_else(|| serde::de::Error::custom("an unknown reason"))
}
