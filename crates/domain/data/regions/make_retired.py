#!/usr/bin/env python3
"""Makes retired.csv.zst and former_names.csv from earlier editions of the ministry's list.

    git clone https://github.com/cahyadsn/wilayah
    python3 make_retired.py wilayah/db/archive        # after make_regions.py; needs the command zstd

retired.csv.zst: every code of a district or village that an earlier edition lists and regions.csv.zst does not, the
code that it has become, and the year of the first edition without it. A regency that has moved is in changes.csv. A
district or village has become the one of the same name in the successor of the region it was in (a village: in that
district, or else the only one in that regency; or of nearly the same name in that district); else that region itself.

former_names.csv: names that a province, regency or district with a code of today once had.
"""

import collections
import csv
import difflib
import pathlib
import re
import subprocess
import sys

# The editions by the year of the regulation, and the files that hold them.
EDITIONS = {
    2015: "wilayah_2016.sql",  # Permendagri 56/2015
    2017: "wilayah_2018.sql",  # Permendagri 137/2017
    2019: "wilayah_2020.sql",  # Permendagri 72/2019
    2021: "wilayah_2022.sql",  # Permendagri 58/2021
    2022: "wilayah_2023.sql",  # Kepmendagri 100.1.1-6117/2022
}
HERE = pathlib.Path(__file__).parent
ROW = re.compile(r"""\(\s*(['"])([\d.]{2,13})\1\s*,\s*(?:'((?:[^'\\]|\\.|'')*)'|"([^"]*)")""")
NEARLY = 0.84


def edition(path):
    rows = ROW.findall(path.read_text(encoding="utf-8", errors="replace"))
    return {code: one.replace("''", "'").replace("\\'", "'") or other for _, code, one, other in rows}


def today():
    text = subprocess.run(["zstd", "-dc", HERE / "regions.csv.zst"], stdout=subprocess.PIPE, check=True).stdout.decode()
    names, above = {}, [""] * 4
    for line in text.splitlines():
        part, name = line.split(",", 1)
        digits = part.lstrip(".")
        above[len(part) - len(digits)] = digits
        names[".".join(above[: len(part) - len(digits) + 1])] = name
    return names


def without_slip(name):
    """Some names in the lists have drawn a number of the next column to themselves."""
    return re.sub(r"\s{2,}\d.*$", "", name.strip())


def key(name):
    """What is the same in two ways to write a name."""
    name = " ".join(without_slip(name).lower().split())
    name = re.sub(r"^(kabupaten|kab\.?|kota)\s+", "", name)
    name = re.sub(r"^(administrasi|adm\.)\s+", "", name)
    name = re.sub(r"\bkep\.\s", "kepulauan ", name)
    return re.sub(r"[^a-z0-9]", "", name)


def packed(lines):
    return subprocess.run(
        ["zstd", "--ultra", "-22", "-c"], input="".join(lines).encode(), stdout=subprocess.PIPE, check=True
    ).stdout


def main(folder):
    now = today()
    editions = {year: edition(folder / file) for year, file in EDITIONS.items()}
    with open(HERE / "changes.csv", encoding="utf-8", newline="") as rows:
        moved = {row["from"]: row["to"] for row in csv.DictReader(rows)}

    children = collections.defaultdict(list)
    for code in now:
        children[code.rpartition(".")[0]].append(code)

    last = {}
    for year, names in editions.items():
        last.update({code: (year, name) for code, name in names.items()})
    gone = {code: entry for code, entry in last.items() if code not in now}
    years = sorted(EDITIONS)
    become = {}
    for code in sorted(gone, key=lambda code: (len(code), code)):
        year, name = gone[code]
        if len(code) <= 5:
            assert code in moved, f"{code} {name} is not in changes.csv"
            become[code] = moved[code]
            continue
        parent = code.rpartition(".")[0]
        where = become.get(parent, parent)
        same = [child for child in children[where] if key(now[child]) == key(name)]
        if not same and len(code) == 13:
            regency = ".".join(where.split(".")[:2])
            anywhere = [v for d in children[regency] for v in children[d] if key(now[v]) == key(name)]
            same = anywhere if len(anywhere) == 1 else []
        if not same and len(where) == len(parent):
            free = {key(now[c]): c for c in children[where] if c not in last}
            near = difflib.get_close_matches(key(name), list(free), n=2, cutoff=NEARLY)
            same = [free[near[0]]] if len(near) == 1 else []
        same.sort(key=lambda child: child.rpartition(".")[2] != code.rpartition(".")[2])
        become[code] = same[0] if same else where
    lines = []
    for code in sorted(become):
        if len(code) > 5:
            after = [year for year in years if year > gone[code][0]]
            lines.append(f"{code},{become[code]},{after[0] if after else 2022}\n")
    (HERE / "retired.csv.zst").write_bytes(packed(lines))

    former = []
    for code, name in sorted(now.items()):
        if len(code) > 8:
            continue
        earlier = {key(names[code]): names[code] for names in editions.values() if code in names}
        for slug, written in earlier.items():
            if slug != key(name) and difflib.SequenceMatcher(None, slug, key(name)).ratio() < NEARLY:
                written = " ".join(without_slip(written).split())
                # "2 x 11 Kayu Tanam" has lost its numbers in one list.
                garbled = written.startswith("x ") or written == "DAERAH ISTIMEWA"
                if not garbled and not any(slug == key(now[s]) for s in children[code.rpartition(".")[0]]):
                    former.append((code, written.title() if written.isupper() else written))
    with open(HERE / "former_names.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code", "name"])
        writer.writerows(former)
    kinds = collections.Counter((len(c), len(t)) for c, t in become.items())
    print(f"{len(lines)} retired codes (lengths from, to: {dict(kinds)}), {len(former)} former names")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
