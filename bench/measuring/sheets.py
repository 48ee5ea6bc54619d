"""Sheets of invented institutions, as councils collect them and `aumsos import` reads them.

The same number of institutions is always the same institutions: nothing here depends on the day or on chance that is
not seeded.
"""

import csv
import itertools
import random

from . import names
from .places import PROVINCES, spread

# `aumsos import` takes 100,000 rows and 32 MiB; smaller sheets bound what one of them needs in memory.
ROWS_A_SHEET = 20_000
COLUMNS = (
    "No;Nama Lembaga;Jenis;Pengelola;Alamat;RT/RW;Desa/Kelurahan;Kecamatan;Kabupaten/Kota;Provinsi;Kode Pos;No. Telp;"
    "Email;Website;Tanggal Berdiri;No. Akta;No. SK;No. Tanda Daftar LKS;NPWP;No. Izin Operasional;Kapasitas;"
    "Kapasitas L;Kapasitas P;Dalam Panti L;Dalam Panti P;Luar Panti L;Luar Panti P;Jumlah Pengasuh;Pekerja Sosial;"
    "Pekerja Sosial Bersertifikat;Akreditasi;Akreditasi Berlaku s.d.;Lintang;Bujur;Nama Pimpinan;HP Pimpinan"
).split(";")
ROADS = ["KH Ahmad Dahlan", "Diponegoro", "Masjid", "Pahlawan", "Sudirman", "Merdeka", "Siti Walidah", "Pemuda"]
GRADES = [("Terakreditasi A", 46), ("Terakreditasi B", 95), ("Terakreditasi C", 18), ("Dalam proses", 37), ("", 354)]


def institutions(count, beginning=0):
    """The rows of so many institutions, in the order of their regencies. With another beginning they are others."""
    chance = random.Random(count)
    for _, there in itertools.groupby(spread(count), key=lambda village: village.regency_code):
        for number, village in enumerate(there, beginning):
            yield institution(chance, number, village)


def institution(chance, number, village):
    """What a sheet says of one institution: of those in its regency the one with this number."""
    chosen = lambda weighed: chance.choices([one for one, _ in weighed], [weight for _, weight in weighed])[0]
    kind, operator, grade = chosen(names.KINDS), chosen(names.OPERATORS), chosen(GRADES)
    founded, road = chance.randint(1920, 2019), chance.choice(ROADS)
    # Its place in the country tells an institution's numbers from all others.
    own = village.code.replace(".", "")[:6] + f"{number:05}"
    girls, boys = chance.randint(5, 60), chance.randint(5, 60)
    _, north, east = PROVINCES[village.code[:2]]
    has_position, is_graded = chance.random() < 0.6, grade.startswith("Terakreditasi")
    return [
        f"{kind} {operator} {names.telling(number)} {village.village}",
        kind,
        operator,
        f"Jl. {road} No. {number + 1}",
        f"{chance.randint(1, 12):03}/{chance.randint(1, 9):03}",
        village.village,
        village.district,
        village.regency,
        village.province,
        chance.randint(10_000, 99_999),
        f"+62812{own[:4]}{number:05}",
        f"kantor.{own}@contoh.or.id",
        f"https://{own}.contoh.or.id",
        f"{founded}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        f"{number + 1}/AKTA/{founded}",
        f"{number + 1}/SK-PP/III.A/1.d/{founded}",
        f"{number + 1}/TD-LKS/{chance.randint(2008, 2024)}",
        f"{number % 100:02}.{own[:3]}.{own[3:6]}.{number % 10}-{own[:3]}.000",
        f"{number + 1}/IZIN/{chance.randint(2008, 2024)}",
        girls + boys,
        boys,
        girls,
        chance.randint(0, boys),
        chance.randint(0, girls),
        chance.randint(0, 40),
        chance.randint(0, 40),
        chance.randint(1, 20),
        chance.randint(0, 4),
        0,
        grade,
        f"{chance.randint(2027, 2031)}-{chance.randint(1, 12):02}-28" if is_graded else "",
        f"{north + chance.uniform(-0.6, 0.6):.6f}" if has_position else "",
        f"{east + chance.uniform(-0.6, 0.6):.6f}" if has_position else "",
        names.head(chance),
        f"+62857{own[:4]}{number:05}",
    ]


def write_sheets(count, folder, beginning=0):
    """Writes so many institutions as sheets into a folder; gives their paths and numbers of rows."""
    rows, sheets = institutions(count, beginning), []
    while part := list(itertools.islice(rows, ROWS_A_SHEET)):
        path = folder / f"sheet-{len(sheets) + 1:03}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(COLUMNS)
            sheet.writerows([number, *row] for number, row in enumerate(part, 1))
        sheets.append((path, len(part)))
    return sheets
