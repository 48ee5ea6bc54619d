//! Invented names. No institution and no person is meant; the phone numbers belong to nobody.

use aumsos_domain::{
    census::Sex,
    institutions::{InstitutionKind, Operator},
};

use super::chance::Chance;

const CALLED: [&str; 40] = [
    "Nurul Falah",
    "Al-Amin",
    "Harapan Bangsa",
    "Budi Mulia",
    "Sang Surya",
    "Ar-Rahmah",
    "Al-Ma'un",
    "Bina Insani",
    "Permata Hati",
    "Cahaya Umat",
    "Nurul Huda",
    "Al-Ikhlas",
    "Mentari",
    "Tunas Harapan",
    "Insan Mulia",
    "Ar-Royyan",
    "Ulul Albab",
    "Darul Arqam",
    "Bahrul Ulum",
    "Al-Hikmah",
    "Kasih Ibu",
    "Wisma Kasih",
    "Asy-Syifa",
    "Al-Kautsar",
    "Baitul Makmur",
    "Fajar Mulia",
    "Sinar Mentari",
    "Bina Sejahtera",
    "At-Taqwa",
    "As-Salam",
    "Al-Furqan",
    "Nurul Iman",
    "Rahmatan Lil Alamin",
    "Bustanul Yatama",
    "Darul Aitam",
    "Al-Mukhlisin",
    "Amanah Umat",
    "Citra Mandiri",
    "Pelita Hati",
    "Bina Amal",
];

const FOUNDERS: [&str; 8] = [
    "KH Ahmad Dahlan",
    "KH Mas Mansur",
    "Ki Bagus Hadikusumo",
    "AR Fachruddin",
    "Jenderal Sudirman",
    "KH Ibrahim",
    "Buya Hamka",
    "Ir Djuanda",
];

const FOUNDRESSES: [&str; 5] = ["Siti Walidah", "Siti Khadijah", "Siti Aisyah", "Siti Munjiyah", "Fatimah Az-Zahra"];

/// The name of an institution without its place.
pub(super) fn institution(kind: InstitutionKind, operator: Operator, chance: &mut Chance) -> String {
    let whose = match operator {
        Operator::Muhammadiyah => "Muhammadiyah",
        Operator::Aisyiyah => "'Aisyiyah",
    };
    let called = match (operator, chance.percent(25)) {
        (_, false) => chance.text(&CALLED),
        (Operator::Muhammadiyah, true) => chance.text(&FOUNDERS),
        (Operator::Aisyiyah, true) => chance.text(&FOUNDRESSES),
    };
    let what = match kind {
        InstitutionKind::Lksa => match (operator, chance.between(1, 10)) {
            (Operator::Muhammadiyah, 1) => return format!("Muhammadiyah Children Center {called}"),
            (_, 2..=4) => "Panti Asuhan",
            (Operator::Muhammadiyah, 5) => "Panti Asuhan Yatim",
            (Operator::Aisyiyah, 5) => "Panti Asuhan Putri",
            _ => "LKSA",
        },
        InstitutionKind::FamilyCare => "Asuhan Keluarga",
        InstitutionKind::FamilyAssistance => "Santunan Keluarga",
        InstitutionKind::PantiWerdha => chance.text(&["Panti Werdha", "Griya Lansia"]),
        InstitutionKind::PantiDisabilitas => "Panti Disabilitas",
        InstitutionKind::Bakesos => "Balai Kesejahteraan Sosial",
    };
    format!("{what} {whose} {called}")
}

const MEN: [&str; 24] = [
    "Ahmad", "Muhammad", "Abdul", "Slamet", "Agus", "Bambang", "Hadi", "Imam", "Joko", "Mulyono", "Nur", "Rahmat",
    "Sigit", "Sutrisno", "Teguh", "Wahyu", "Yusuf", "Zainal", "Ridwan", "Fauzan", "Hasan", "Ismail", "Dedi", "Arif",
];

const WOMEN: [&str; 24] = [
    "Siti", "Sri", "Nur", "Endang", "Dewi", "Rina", "Wati", "Lestari", "Umi", "Khadijah", "Fatimah", "Aminah",
    "Halimah", "Zahra", "Ratna", "Yuni", "Titik", "Hartini", "Maryam", "Laila", "Ida", "Rahma", "Nining", "Suryani",
];

const SECOND: [&str; 32] = [
    "Hidayat",
    "Santoso",
    "Wibowo",
    "Rahmawati",
    "Setiawan",
    "Nugroho",
    "Hasanah",
    "Fauzi",
    "Kurniawan",
    "Saputra",
    "Purnomo",
    "Wahyuni",
    "Handayani",
    "Maulana",
    "Firmansyah",
    "Susanto",
    "Utami",
    "Mahmudah",
    "Syafii",
    "Ramadhan",
    "Hakim",
    "Puspitasari",
    "Mustofa",
    "Anwar",
    "Basuki",
    "Iskandar",
    "Lubis",
    "Nasution",
    "Siregar",
    "Daeng",
    "Batubara",
    "Chaniago",
];

/// The name of a person.
pub(super) fn person(chance: &mut Chance) -> String {
    let first = if chance.percent(50) { chance.text(&MEN) } else { chance.text(&WOMEN) };
    let title = match chance.between(1, 10) {
        1 => "H. ",
        2 => "Hj. ",
        3 => "Drs. ",
        _ => "",
    };
    let degree = match chance.between(1, 10) {
        1 => ", S.Sos.",
        2 => ", S.Pd.I.",
        3 => ", M.Si.",
        _ => "",
    };
    format!("{title}{first} {}{degree}", chance.text(&SECOND))
}

/// The name of somebody in care.
pub(super) fn resident(sex: Sex, chance: &mut Chance) -> String {
    let first = if sex == Sex::Male { chance.text(&MEN) } else { chance.text(&WOMEN) };
    format!("{first} {}", chance.text(&SECOND))
}

const STREETS: [&str; 20] = [
    "KH Ahmad Dahlan",
    "Jenderal Sudirman",
    "Diponegoro",
    "Pahlawan",
    "Melati",
    "Mawar",
    "Kenanga",
    "Raya Timur",
    "Masjid Agung",
    "Gatot Subroto",
    "Veteran",
    "Imam Bonjol",
    "Teuku Umar",
    "Merdeka",
    "Cendana",
    "Flamboyan",
    "Hasanuddin",
    "Sultan Agung",
    "Pemuda",
    "Anggrek",
];

/// A street with a number, often with RT and RW.
pub(super) fn street(chance: &mut Chance) -> String {
    let street = format!("Jl. {} No. {}", chance.text(&STREETS), chance.between(1, 180));
    if chance.percent(60) {
        format!("{street}, RT {:02}/RW {:02}", chance.between(1, 12), chance.between(1, 9))
    } else {
        street
    }
}

/// A phone number that nobody has: mobile numbers that begin with 840 were never given out.
pub(super) fn phone(chance: &mut Chance) -> String {
    format!("+62840{}", chance.digits(8))
}

/// What a name looks like in an address of the internet: small letters alone.
pub(super) fn internet(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
}
