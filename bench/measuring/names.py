"""Names of invented institutions, unlike enough that no two near each other are taken for one."""

# No two words are a typo apart or sound alike, and hardly one is the name of a place: by such the service tells one
# institution from another.
FIRST = """
Darul Sinar Cahaya Tunas Mutiara Harapan Amal Miftahul Raudhatul Bustanul Wahana Griya Pelita
Permata Karya Bakti Darma Graha Kasih Lentera Nuansa Sahabat Sanggar Wisma Gema Embun Rembulan Bintang Samudra
Puspita Melati Kenanga Cempaka Mawar Anggrek Teratai Flamboyan Dahlia Kamboja Seroja Rahmatul Hidayatul Sirajul
Manbaul Riyadhul Ihyaul Tarbiyatul Jamiyatul Minhajul Wasilatul Khairul Zainul Syamsul Qamarul Badrul Fathul Hasanul
Izzatul Jannatul Kautsar Lailatul Mahabbatul Najmul Qurratul Sabilul Tsamratul Ulumul Wildanul Yaumul Dzikrul Fauzul
Ghufranul Hikmatul Ittihadul Kanzul Lisanul Muslihul Nahdatul Qasidul Rihlatul Syifaul Tanwirul Uswatul Wihdatul
Burhanul Bahtera Kencana Garuda Rajawali Merpati Cendrawasih Kutilang Elang Mahkota Pusaka Warisan Titian Jembatan
Gerbang Menara Tonggak Pilar Fondasi Perisai Payung Naungan
""".split()
SECOND = """
Huda Hikmah Iman Ikhlas Insani Mulia Utama Umat Bangsa Abadi Sejahtera Bahagia Sentosa Lestari Mandiri Cendekia
Pertiwi Nusantara Merdeka Perdana Gemilang Cemerlang Terpadu Bersama Persada Ceria Luhur Wijaya Kartika Pratama
Kusuma Saraswati Indah Permai Asri Damai Tentram Rukun Guyub Handayani Tuladha Pamong Wicaksana Waskita Prayoga
Santika Falah Taqwa Muttaqin Mukminin Shalihin Sabirin Muhsinin Muflihin Tawwabin Ulya Salam Rahim Karim Hakim Aziz
Latif Ghafur Wadud Majid Hamid Qadir Wahid Samad Zhahir Barri Rauf Malik Muqsit Jamil Ghani Mughni Hadi Warits
Rasyid Sabur Furqan Mulk Kahfi Rum Luqman Yasin Zumar Fath Hujurat Najm Hasyr Insyirah Fajri Lail Dhuha Bayyinah
Firdaus Salsabil Tasnim Rayyan Zamzam Marwah Arafah Madinah Quba Hijrah Khandaq Tabuk Hunain Dahlan Walidah Sudirman
Hamka Kasman Fachruddin Djarnawi Mansur Hisyam Ibrahim Yunus Syuaib Zakariya Ismail Ishaq Harun Dawud Sulaiman Ayyub
Idris Saleh Adam
""".split()

KINDS = [
    ("LKSA", 459),
    ("Santunan Keluarga", 28),
    ("Panti Werdha", 20),
    ("Asuhan Keluarga", 17),
    ("Bakesos", 16),
    ("Panti Disabilitas", 10),
]
OPERATORS = [("Muhammadiyah", 336), ("'Aisyiyah", 214)]


def telling(number):
    """Two words that tell an institution from the others of its regency: the same only after some thousands."""
    # Each step takes the next of both, and each round of the first begins the second one further on.
    rounds = number // len(FIRST)
    return f"{FIRST[number % len(FIRST)]} {SECOND[(number + rounds) % len(SECOND)]}"


def head(chance):
    """The name of a head."""
    given = ["Ahmad", "Siti", "Sri", "Nur", "Dewi", "Agus", "Endang", "Hasan", "Rina", "Joko", "Fitri", "Wahyu"]
    family = ["Fauzi", "Aminah", "Wahyuni", "Hidayat", "Lestari", "Santoso", "Rahman", "Hartati", "Kurniawan", "Utami"]
    return f"{chance.choice(given)} {chance.choice(family)}, {chance.choice(['S.Pd.', 'S.Sos.', 'M.Si.', 'S.Ag.'])}"
