//! What the pages say, in both languages.

use aumsos_domain::Language;

/// Declares every text once, with its two forms side by side.
macro_rules! texts {
    ($( $name:ident: $id:literal, $en:literal; )+) => {
        /// Every text of the pages in one language.
        #[derive(Debug)]
        pub(super) struct Texts {
            /// The BCP 47 tag.
            pub(super) tag: &'static str,
            $( pub(super) $name: &'static str, )+
        }

        const INDONESIAN: Texts = Texts { tag: "id", $( $name: $id, )+ };
        const ENGLISH: Texts = Texts { tag: "en", $( $name: $en, )+ };
    };
}

impl Texts {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Indonesian => &INDONESIAN,
            Language::English => &ENGLISH,
        }
    }
}

texts! {
    service: "AUMSOS · Layanan Sosial Muhammadiyah", "AUMSOS · Muhammadiyah Social Services";
    other_language: "English", "Bahasa Indonesia";
    skip_to_content: "Langsung ke isi", "Skip to content";

    sign_in: "Masuk", "Sign in";
    email: "Alamat surel", "Email address";
    password: "Kata sandi", "Password";
    forgot_password: "Lupa kata sandi?", "Forgot your password?";
    wrong_sign_in: "Alamat surel atau kata sandi salah.", "The email address or the password is wrong.";
    too_many_tries: "Terlalu banyak percobaan. Tunggu sebentar, atau setel ulang kata sandi lewat surel.",
        "Too many tries. Wait a while, or reset the password by email.";

    second_factor: "Faktor kedua", "Second factor";
    second_factor_hint: "Ketik enam angka dari aplikasi autentikator Anda, atau satu kode pemulihan.",
        "Type the six digits from your authenticator app, or one recovery code.";
    code: "Kode", "Code";
    proceed: "Lanjut", "Continue";
    wrong_code: "Kode itu salah atau sudah dipakai. Tunggu kode berikutnya.",
        "That code is wrong or was used already. Wait for the next one.";

    allow_title: "Izinkan aplikasi ini?", "Allow this app?";
    allow_lead: "meminta izin bertindak atas nama Anda. Aplikasi ini tidak melihat kata sandi Anda.",
        "asks to act on your behalf. It does not see your password.";
    allow_everything: "Semua yang boleh Anda lakukan di layanan ini", "Everything that you may do in this service";
    allow_list: "Aplikasi ini boleh, sejauh Anda sendiri boleh:", "The app may, as far as you may yourself:";
    allow_returns_to: "Setelah itu Anda kembali ke", "Then you return to";
    allow: "Izinkan", "Allow";
    deny: "Tolak", "Deny";
    signed_in_as: "Anda masuk sebagai", "You are signed in as";
    not_you: "Bukan Anda? Keluar", "Not you? Sign out";

    choose_password: "Pilih kata sandi", "Choose a password";
    new_password: "Kata sandi baru", "New password";
    current_password: "Kata sandi sekarang", "Current password";
    password_hint: "Sedikitnya 15 karakter; rangkaian beberapa kata mudah diingat. Dengan faktor kedua cukup 8.",
        "At least 15 characters; several words in a row are easy to remember. With a second factor 8 will do.";
    password_wrong: "Kata sandi sekarang salah.", "The current password is wrong.";
    password_again: "Peramban yang terbuka belum menunjukkan bahwa ini Anda; karena itu kata sandi diminta sekali lagi.",
        "An open browser does not show that it is you, so the password is asked for once more.";
    save: "Simpan", "Save";

    welcome: "Selamat datang", "Welcome";
    invitation_lead: "Akun untuk alamat ini siap dipakai begitu Anda memilih kata sandi:",
        "The account for this address can be used once you have chosen a password:";

    reset_title: "Setel ulang kata sandi", "Reset the password";
    reset_lead: "Kami mengirim tautan yang berlaku 30 menit ke alamat surel akun Anda.",
        "We send a link that is good for 30 minutes to the address of your account.";
    reset_send: "Kirim tautan", "Send the link";
    reset_sent: "Jika ada akun dengan alamat itu, tautannya sedang dikirim. Periksa juga folder spam.",
        "If there is an account with that address, the link is on its way. Look into the spam folder too.";
    reset_no_mail: "Layanan ini belum dapat mengirim surel. Hubungi administrator Anda.",
        "This service cannot send mail yet. Ask your administrator.";
    reset_mail_subject: "Setel ulang kata sandi AUMSOS", "Reset your AUMSOS password";
    reset_mail_text: "Seseorang, mungkin Anda, meminta kata sandi baru. Buka tautan ini dalam 30 menit:",
        "Somebody, perhaps you, asked for a new password. Open this link within 30 minutes:";
    reset_mail_ignore: "Jika bukan Anda, abaikan surel ini: kata sandi Anda tidak berubah.",
        "If it was not you, ignore this mail: your password has not changed.";

    first_title: "Administrator pertama", "The first administrator";
    first_lead: "Layanan ini masih kosong. Buat akun administrator sistem yang pertama.",
        "This service is still empty. Make the account of its first system administrator.";
    name: "Nama", "Name";

    account: "Akun Anda", "Your account";
    devices: "Peramban tempat Anda masuk", "Browsers in which you are signed in";
    this_device: "peramban ini", "this browser";
    apps: "Aplikasi yang Anda izinkan", "Apps that you allowed";
    no_apps: "Belum ada.", "None yet.";
    last_used: "terakhir dipakai", "last used";
    end: "Akhiri", "End";
    change_password: "Ganti kata sandi", "Change the password";
    sign_out: "Keluar", "Sign out";

    factor_on: "Faktor kedua aktif.", "The second factor is on.";
    factor_off: "Faktor kedua belum aktif.", "The second factor is off.";
    factor_set_up: "Aktifkan faktor kedua", "Set up a second factor";
    factor_remove: "Matikan faktor kedua", "Turn the second factor off";
    factor_remove_hint: "Kata sandi Anda harus sedikitnya 15 karakter untuk berdiri sendiri.",
        "Your password must have at least 15 characters to stand alone.";
    factor_required: "Peran Anda melihat data pribadi, atau kata sandi Anda terlalu pendek untuk berdiri sendiri; karena itu faktor kedua wajib.",
        "Your roles see personal data, or your password is too short to stand alone, so a second factor is compulsory.";
    factor_scan: "Pindai kode ini dengan aplikasi autentikator, atau ketik kuncinya:",
        "Scan this code with an authenticator app, or type its key:";
    factor_key: "Kunci", "Key";
    factor_confirm: "Lalu ketik kode enam angka yang ditampilkan aplikasi itu:", "Then type the six digits that the app shows:";
    factor_done: "Faktor kedua aktif", "The second factor is on";
    recovery_lead: "Simpan kode pemulihan ini di tempat aman. Masing-masing berlaku sekali, dan tidak ditampilkan lagi.",
        "Keep these recovery codes in a safe place. Each is good once, and they are not shown again.";

    failed: "Tidak dapat dilanjutkan", "This cannot go on";
    form_old: "Halaman ini terlalu lama terbuka atau dibuka dari tempat lain. Kembali dan coba lagi.",
        "This page was open for too long, or was opened from elsewhere. Go back and try again.";
    link_over: "Tautan ini salah, sudah dipakai, atau sudah lewat waktunya. Minta yang baru.",
        "This link is wrong, was used or is over. Ask for a new one.";
    client_unknown: "Aplikasi yang mengirim Anda ke sini tidak terdaftar, atau alamat kembalinya tidak terdaftar.",
        "The app that sent you here is not registered, or its return address is not.";
    service_failed: "Layanan sedang bermasalah. Coba lagi sebentar lagi.", "The service has a problem. Try again soon.";
}
