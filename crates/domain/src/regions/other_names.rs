//! Names by which people call a region beside its official one.

use super::{RegionCode, history::former_names};

/// Short forms and everyday names, by code; in use in the press, in local government and in forms that people fill in.
const EVERYDAY: &[(&str, &[&str])] = &[
    ("11", &["NAD", "Nanggroe Aceh Darussalam", "Daerah Istimewa Aceh"]),
    ("12", &["Sumut", "Sumatra Utara"]),
    ("12.01", &["Tapteng"]),
    ("12.02", &["Taput"]),
    ("12.03", &["Tapsel"]),
    ("12.13", &["Madina"]),
    ("12.16", &["Humbahas"]),
    ("12.18", &["Sergai"]),
    ("12.20", &["Paluta"]),
    ("12.21", &["Palas"]),
    ("12.22", &["Labusel"]),
    ("12.23", &["Labura"]),
    ("13", &["Sumbar", "Sumatra Barat"]),
    ("14.02", &["Inhu"]),
    ("14.04", &["Inhil"]),
    ("14.06", &["Rohul"]),
    ("14.07", &["Rohil"]),
    ("14.09", &["Kuansing"]),
    ("15.06", &["Tanjabbar"]),
    ("15.07", &["Tanjabtim"]),
    ("16", &["Sumsel", "Sumatra Selatan"]),
    ("16.01", &["OKU"]),
    ("16.02", &["OKI"]),
    ("16.06", &["Muba"]),
    ("16.08", &["OKU Timur"]),
    ("16.09", &["OKU Selatan"]),
    ("16.12", &["PALI"]),
    ("16.13", &["Muratara"]),
    ("18.01", &["Lamsel"]),
    ("18.02", &["Lamteng"]),
    ("18.04", &["Lambar"]),
    ("18.07", &["Lamtim"]),
    ("18.12", &["Tubaba"]),
    ("19", &["Babel", "Bangka Belitung"]),
    ("21", &["Kepri"]),
    ("31", &["DKI", "DKJ", "Jakarta", "JKT", "Daerah Khusus Ibukota Jakarta", "Daerah Khusus Jakarta"]),
    ("31.01", &["Pulau Seribu"]),
    ("31.71", &["Jakpus"]),
    ("31.72", &["Jakut"]),
    ("31.73", &["Jakbar"]),
    ("31.74", &["Jaksel"]),
    ("31.75", &["Jaktim"]),
    ("32", &["Jabar"]),
    ("33", &["Jateng"]),
    ("33.72", &["Kota Solo"]),
    ("34", &["DIY", "Yogyakarta", "Jogja", "Jogjakarta", "Daerah Istimewa Yogyakarta"]),
    ("34.71", &["Kota Jogja", "Kota Jogjakarta"]),
    ("35", &["Jatim"]),
    ("36.74", &["Tangsel"]),
    ("52", &["NTB"]),
    ("53", &["NTT"]),
    ("53.02", &["TTS"]),
    ("53.03", &["TTU"]),
    ("61", &["Kalbar"]),
    ("62", &["Kalteng"]),
    ("62.01", &["Kobar"]),
    ("62.02", &["Kotim"]),
    ("63", &["Kalsel"]),
    ("63.04", &["Batola"]),
    ("63.06", &["HSS"]),
    ("63.07", &["HST"]),
    ("63.08", &["HSU"]),
    ("63.10", &["Tanbu"]),
    ("64", &["Kaltim"]),
    ("64.02", &["Kukar"]),
    ("64.07", &["Kubar"]),
    ("64.08", &["Kutim"]),
    ("64.09", &["PPU"]),
    ("65", &["Kaltara"]),
    ("71", &["Sulut"]),
    ("71.01", &["Bolmong"]),
    ("71.08", &["Bolmut"]),
    ("71.09", &["Sitaro"]),
    ("71.10", &["Boltim"]),
    ("71.11", &["Bolsel"]),
    ("72", &["Sulteng"]),
    ("72.08", &["Parimo"]),
    ("73", &["Sulsel"]),
    ("73.10", &["Pangkep"]),
    ("73.14", &["Sidrap"]),
    ("73.71", &["Kota Ujung Pandang"]),
    ("74", &["Sultra"]),
    ("76", &["Sulbar"]),
    ("76.04", &["Polman"]),
    ("82", &["Malut"]),
];

/// Every other name of a region, with its code.
pub(super) fn other_names() -> impl Iterator<Item = (RegionCode, &'static str)> {
    let everyday = EVERYDAY.iter().filter_map(|(code, names)| Some((RegionCode::parse(code).ok()?, *names)));
    everyday.flat_map(|(code, names)| names.iter().map(move |&name| (code, name))).chain(former_names())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::Regions;

    #[test]
    fn every_other_name_is_one_of_a_region() {
        assert!(other_names().count() > EVERYDAY.len());
        assert!(EVERYDAY.iter().all(|(code, _)| RegionCode::parse(code).is_ok()));
        assert!(other_names().all(|(code, _)| Regions::get().region(code).is_some()));
    }
}
