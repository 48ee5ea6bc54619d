//! Why a whole file is refused, whatever its rows say.

use crate::reason::Reason;

/// Nothing in it.
pub const IMPORT_FILE_EMPTY: Reason =
    Reason { code: "import_file_empty", id: "Berkas ini kosong.", en: "The file is empty." };
/// More bytes than are taken.
pub const IMPORT_FILE_TOO_LARGE: Reason = Reason {
    code: "import_file_too_large",
    id: "Berkas terlalu besar; bagi menjadi beberapa berkas.",
    en: "The file is too large; part it into several.",
};
/// Neither CSV nor XLSX.
pub const IMPORT_FORMAT_NOT_SUPPORTED: Reason = Reason {
    code: "import_format_not_supported",
    id: "Berkas ini bukan CSV atau XLSX; simpan ulang sebagai XLSX atau CSV, tanpa kata sandi.",
    en: "The file is neither CSV nor XLSX; save it as one of them, without a password.",
};
/// It calls itself a workbook and is none.
pub const IMPORT_FILE_DAMAGED: Reason = Reason {
    code: "import_file_damaged",
    id: "Berkas rusak dan tidak dapat dibaca; simpan ulang.",
    en: "The file is damaged and cannot be read; save it anew.",
};
/// Bytes that are no text.
pub const IMPORT_ENCODING_BROKEN: Reason = Reason {
    code: "import_encoding_broken",
    id: "Pengodean teks rusak; simpan ulang sebagai CSV UTF-8.",
    en: "The encoding of the text is broken; save it as CSV in UTF-8.",
};
/// A small file that unpacks to a huge one.
pub const IMPORT_FILE_SWELLS: Reason = Reason {
    code: "import_file_swells",
    id: "Isi berkas setelah dibuka jauh lebih besar dari yang wajar.",
    en: "The file unpacks to far more than is plausible.",
};
/// A quotation mark opens a cell that never ends, or takes in the rows below it.
pub const IMPORT_QUOTE_NOT_CLOSED: Reason = Reason {
    code: "import_quote_not_closed",
    id: "Ada tanda kutip yang tidak ditutup, sehingga baris-baris di bawahnya ikut masuk ke selnya; \
         tutup atau hapus tanda kutip itu.",
    en: "A quotation mark is not closed and takes the rows below it into its cell; close or remove it.",
};
/// More columns than any such sheet has.
pub const IMPORT_TOO_MANY_COLUMNS: Reason = Reason {
    code: "import_too_many_columns",
    id: "Kolom terlalu banyak; hapus kolom yang tidak diperlukan.",
    en: "There are too many columns; remove those that are not needed.",
};
/// More rows than are taken at once.
pub const IMPORT_TOO_MANY_ROWS: Reason = Reason {
    code: "import_too_many_rows",
    id: "Baris terlalu banyak; bagi menjadi beberapa berkas.",
    en: "There are too many rows; part the file into several.",
};
/// A cell with more text than any cell has.
pub const IMPORT_CELL_TOO_LONG: Reason = Reason {
    code: "import_cell_too_long",
    id: "Ada sel dengan teks yang terlalu panjang; mungkin tanda kutip tidak ditutup.",
    en: "A cell holds too much text; perhaps a quotation mark is not closed.",
};
