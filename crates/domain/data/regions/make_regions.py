#!/usr/bin/env python3
"""Makes regions.csv.zst from the folder data/ of the npm package idn-area-data.

    npm pack idn-area-data@3.1.2 && tar xzf idn-area-data-3.1.2.tgz
    python3 make_regions.py package/data        # needs the command zstd

One line a region, in the order of codes: the last part of its code after one dot a level ("35", ".78", "..01",
"...1001"; the parts before are those of the lines above), a comma, its name in proper form.
"""

import csv
import pathlib
import re
import subprocess
import sys

FILES = {"provinces": 38, "regencies": 514, "districts": 7277, "villages": 83763}
SMALL_WORDS = {"dan"}


def capitalised(word):
    return word[:1].upper() + word[1:].lower()


def in_title_case(name):
    """Provinces and regencies are in capitals throughout."""
    words = [w.lower() if w.lower() in SMALL_WORDS else capitalised(w) for w in name.split()]
    return " ".join(words).replace("Daerah Istimewa ", "DI ").replace("Dki ", "DKI ")


def tidied(name):
    """Districts and villages are in title case, with slips: quotation marks for apostrophes, a stray star, small
    letters at the beginning of words, blanks around hyphens and strokes."""
    name = name.replace('"', "'").replace("\u2019", "'").replace("*", "")
    name = re.sub(r"\s*([/-])\s*", r"\1", " ".join(name.split()))
    words = []
    for word in name.split():
        if len(word) >= 3 and word[0].islower() and word not in SMALL_WORDS:
            word = word[0].upper() + word[1:]
        words.append(word)
    name = " ".join(words)
    # An abbreviation in capitals stays; a whole name in capitals with an apostrophe is none.
    return capitalised(name) if name.isupper() and "'" in name else name


def main(folder):
    names = {}
    for file, count in FILES.items():
        with open(folder / f"{file}.csv", encoding="utf-8", newline="") as rows:
            found = {row["code"]: row["name"] for row in csv.DictReader(rows)}
        assert len(found) == count, f"{file}: {len(found)} regions, {count} expected"
        tidy = in_title_case if file in ("provinces", "regencies") else tidied
        names.update({code: tidy(name) for code, name in found.items()})
    lines = []
    for code in sorted(names, key=lambda code: code.split(".")):
        parts = code.split(".")
        assert len(parts) == 1 or code.rpartition(".")[0] in names, f"{code}: no parent"
        lines.append("." * (len(parts) - 1) + f"{parts[-1]},{names[code]}\n")
    out = pathlib.Path(__file__).with_name("regions.csv.zst")
    packed = subprocess.run(
        ["zstd", "--ultra", "-22", "-c"], input="".join(lines).encode(), stdout=subprocess.PIPE, check=True
    )
    out.write_bytes(packed.stdout)
    print(f"{len(lines)} regions, {len(packed.stdout)} bytes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
