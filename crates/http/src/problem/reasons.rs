//! The reasons that HTTP itself has for not answering as asked; those of the rules stand beside their rules.

use aumsos_domain::Reason;

macro_rules! reasons {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal, $id:literal, $en:literal; )+) => {
        $( $(#[doc = $doc])+ pub const $name: Reason = Reason { code: $code, id: $id, en: $en }; )+

        /// The reasons of this module.
        pub const REASONS: &[&Reason] = &[ $( &$name, )+ ];
    };
}

reasons! {
    /// No such record, or none that the caller may know of.
    NOT_FOUND = "not_found", "Tidak ada apa-apa di alamat ini.", "There is nothing at this address.";
    /// A value names no record, or none that the caller may know of.
    RECORD_UNKNOWN = "record_unknown",
        "Tidak ada data dengan id ini, atau tidak ada yang boleh Anda ketahui.",
        "There is no such record, or none that you may know of.";
    /// A tombstone.
    GONE = "gone", "Data ini sudah dihapus.", "This record was deleted.";
    /// The method is not among those of the path.
    METHOD_NOT_ALLOWED = "method_not_allowed",
        "Alamat ini tidak menerima metode tersebut; lihat kepala Allow.",
        "This address does not take that method; see the Allow header.";
    /// The body is not JSON.
    BODY_UNREADABLE = "body_unreadable", "Isi permintaan bukan JSON yang sah.", "The body is not valid JSON.";
    /// The query string cannot be decoded.
    QUERY_UNREADABLE = "query_unreadable", "Query URL tidak terbaca.", "The query string cannot be read.";
    /// Anything else that cannot be read.
    REQUEST_UNREADABLE = "request_unreadable", "Permintaan tidak terbaca.", "The request cannot be read.";
    /// Some values break rules.
    INVALID_VALUES = "invalid_values",
        "Beberapa nilai tidak sah; lihat errors.", "Some values are not valid; see errors.";
    /// No token.
    TOKEN_MISSING = "token_missing",
        "Sertakan token: Authorization: Bearer …", "Send a token: Authorization: Bearer …";
    /// A token that is not good, for whatever reason.
    TOKEN_INVALID = "token_invalid",
        "Token tidak berlaku; minta yang baru di /oauth/token.",
        "The token is not valid; get a new one at /oauth/token.";
    /// The roles of the caller do not hold the permission.
    PERMISSION_MISSING = "permission_missing",
        "Peran Anda tidak memiliki izin untuk ini.", "Your roles do not hold the permission for this.";
    /// A read-only credential tries to write.
    READ_ONLY_CLIENT = "read_only_client",
        "Klien ini hanya boleh membaca.", "This client may only read.";
    /// A field is needed.
    REQUIRED = "required", "Wajib diisi.", "This field is required.";
    /// A field that does not exist.
    UNKNOWN_FIELD = "unknown_field", "Isian ini tidak dikenal.", "There is no such field.";
    /// A parameter that does not exist.
    UNKNOWN_PARAMETER = "unknown_parameter", "Parameter ini tidak dikenal.", "There is no such parameter.";
    /// A parameter that can be given once was given twice.
    PARAMETER_REPEATED = "parameter_repeated",
        "Parameter ini hanya boleh disebut sekali.", "This parameter can be given only once.";
    /// Another type of value.
    WRONG_TYPE = "wrong_type", "Jenis nilainya lain.", "The value is of another type.";
    /// Not one of the known values.
    UNKNOWN_VALUE = "unknown_value",
        "Nilai ini tidak ada dalam daftar kode.", "This value is not in the code list.";
    /// A key of a sort that stands in it already.
    SORT_REPEATED = "sort_repeated",
        "Kunci urutan ini disebut dua kali.", "This key of the sort is named twice.";
    /// A parameter of pages beside a form that gives the whole list.
    ONLY_FOR_PAGES = "only_for_pages",
        "Parameter ini hanya untuk halaman JSON; bentuk jawaban ini memuat seluruh daftar.",
        "This parameter is only for pages of JSON; this form of the answer holds the whole list.";
    /// Smaller than allowed.
    TOO_SMALL = "too_small", "Nilai terlalu kecil.", "The value is too small.";
    /// Larger than allowed.
    TOO_LARGE = "too_large", "Nilai terlalu besar.", "The value is too large.";
    /// Shorter than allowed.
    TOO_SHORT = "too_short", "Terlalu pendek.", "It is too short.";
    /// Longer than allowed.
    TOO_LONG = "too_long", "Terlalu panjang.", "It is too long.";
    /// Fewer items than allowed.
    TOO_FEW = "too_few", "Terlalu sedikit.", "There are too few.";
    /// More items than allowed.
    TOO_MANY = "too_many", "Terlalu banyak.", "There are too many.";
    /// Not in the form that is asked for.
    WRONG_FORMAT = "wrong_format", "Bentuknya tidak sesuai.", "It is not in the form that is asked for.";
    /// Any other rule of the schema.
    NOT_ALLOWED_HERE = "not_allowed_here", "Nilai ini tidak berlaku di sini.", "This value does not apply here.";
    /// An id that is not a `UUIDv7`.
    ID_NOT_V7 = "id_not_v7", "Id harus UUID versi 7.", "The id must be a UUID of version 7.";
    /// Somebody's record has this id.
    ID_TAKEN = "id_taken", "Id atau nomor ini sudah dipakai.", "This id or number is taken.";
    /// A body in a form that is not taken here.
    MEDIA_TYPE_UNSUPPORTED = "media_type_unsupported",
        "Kirim isi sebagai application/json.", "Send the body as application/json.";
    /// A file of another type.
    FILE_TYPE_UNSUPPORTED = "file_type_unsupported",
        "Unggah foto JPEG, PNG, WebP atau dokumen PDF; jenisnya dibaca dari isi berkas.",
        "Upload a JPEG, PNG or WebP image or a PDF document; the type is read from the file itself.";
    /// A body that is encoded.
    ENCODING_UNSUPPORTED = "encoding_unsupported",
        "Kirim isi tanpa Content-Encoding.", "Send the body without a Content-Encoding.";
    /// More than the limit.
    BODY_TOO_LARGE = "body_too_large", "Isi permintaan terlalu besar.", "The body is too large.";
    /// The body did not come in time.
    BODY_TOO_SLOW = "body_too_slow", "Isi permintaan tidak selesai dikirim.", "The body did not come in time.";
    /// A form of the answer that does not exist here.
    NOT_ACCEPTABLE = "not_acceptable",
        "Bentuk jawaban ini tidak tersedia di sini.", "This form of the answer is not offered here.";
    /// A write without the version it was made on.
    IF_MATCH_MISSING = "if_match_missing",
        "Sertakan If-Match dengan ETag data yang Anda ubah.",
        "Send If-Match with the ETag of the record that you change.";
    /// No entity tag in `If-Match`.
    IF_MATCH_UNREADABLE = "if_match_unreadable",
        "If-Match tidak terbaca: tulis ETag dalam tanda kutip sebagaimana diterima, misalnya \"3\", atau *.",
        "If-Match cannot be read: write the ETag in quotes as it came, for example \"3\", or *.";
    /// The record moved on.
    VERSION_STALE = "version_stale",
        "Data sudah berubah sejak Anda membacanya; ambil lagi lalu ulangi.",
        "The record changed since you read it; get it again and repeat.";
    /// A cursor that was not given for this list and caller.
    CURSOR_INVALID = "cursor_invalid",
        "Cursor ini bukan dari daftar ini; mulai lagi tanpa cursor.",
        "This cursor is not from this list; begin again without one.";
    /// A cursor into a feed that does not exist any more.
    FEED_CURSOR_TOO_OLD = "feed_cursor_too_old",
        "Posisi ini tidak lagi berlaku; ambil daftar lengkap, lalu ikuti perubahan dari Feed-Cursor jawaban itu.",
        "This position is no longer valid; take the whole list, then follow from the Feed-Cursor of that answer.";
    /// No place for another stream.
    TOO_MANY_STREAMS = "too_many_streams",
        "Terlalu banyak aliran peristiwa terbuka; tutup yang tidak dipakai, lalu coba lagi.",
        "Too many streams of events are open; close those that are not needed and try again.";
    /// A distance from nowhere.
    NEAR_MISSING = "near_missing",
        "Jarak memerlukan titik: sertakan near=lintang,bujur.",
        "A distance needs a point: give near=latitude,longitude.";
    /// One of several changes was refused, and so none was made.
    BULK_NOT_APPLIED = "bulk_not_applied",
        "Sebagian ditolak, maka tidak satu pun dilaksanakan; lihat details.",
        "Some were refused, and so none was carried out; see details.";
    /// What a read is for, and cannot be kept.
    PURPOSE_UNREADABLE = "purpose_unreadable",
        "X-Purpose terdiri dari 1–200 karakter, dalam persen-enkode UTF-8 di luar ASCII.",
        "An X-Purpose has 1–200 characters, percent-encoded UTF-8 where they are not ASCII.";
    /// An idempotency key that is no key.
    IDEMPOTENCY_KEY_MALFORMED = "idempotency_key_malformed",
        "Idempotency-Key terdiri dari 1–255 karakter ASCII.",
        "An Idempotency-Key has 1–255 printable ASCII characters.";
    /// The key was used for another request.
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused",
        "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
        "This Idempotency-Key was used for another request.";
    /// The first request with the key is still being answered.
    TWIN_RUNNING = "twin_running",
        "Permintaan dengan Idempotency-Key yang sama masih berjalan.",
        "A request with the same Idempotency-Key is still running.";
    /// Too many requests.
    RATE_LIMITED = "rate_limited",
        "Terlalu banyak permintaan; tunggu sesuai Retry-After.",
        "Too many requests; wait as Retry-After says.";
    /// The client's id and secret are not right.
    CLIENT_INVALID = "client_invalid", "Klien atau rahasianya salah.", "The client or its secret is wrong.";
    /// Numbers about people that the caller may not see.
    STATISTICS_RESTRICTED = "statistics_restricted",
        "Angka tentang orang hanya untuk yang boleh membaca sensusnya.",
        "Numbers about people are only for those who may read the census.";
    /// Words would have to be looked for in too many institutions at once.
    SEARCH_TOO_WIDE = "search_too_wide",
        "Pencarian nama meliputi terlalu banyak lembaga; persempit dengan institution_id atau unit.",
        "Names would be looked for in too many institutions; narrow it by institution_id or unit.";
    /// The database is away.
    STORE_UNAVAILABLE = "store_unavailable",
        "Basis data sedang tidak terjangkau; coba lagi sebentar.",
        "The database cannot be reached; try again in a moment.";
    /// The store of photos and documents is away, or refuses.
    FILES_UNAVAILABLE = "files_unavailable",
        "Penyimpanan berkas sedang tidak terjangkau; coba lagi sebentar.",
        "The store of photos and documents cannot be reached; try again in a moment.";
    /// A range of bytes that the file does not have.
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable",
        "Berkas ini lebih pendek; lihat Content-Range.", "The file is shorter than that; see Content-Range.";
    /// Other work is in the way.
    STORE_BUSY = "store_busy",
        "Data sedang diubah permintaan lain; coba lagi sebentar.",
        "Other requests are changing the same data; try again in a moment.";
    /// The disk is full.
    STORE_FULL = "store_full", "Tidak ada ruang untuk menyimpan.", "There is no room to write.";
    /// The service is stopping.
    STOPPING = "stopping", "Layanan sedang berhenti.", "The service is stopping.";
    /// Something broke.
    INTERNAL = "internal",
        "Terjadi kesalahan; sebutkan request_id bila melapor.",
        "Something failed; name the request_id when you report it.";
}
