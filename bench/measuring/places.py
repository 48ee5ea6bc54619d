"""Where invented institutions are: the real villages of Indonesia, from the service's own register of regions."""

import pathlib
import subprocess

REGIONS = pathlib.Path(__file__).resolve().parents[2] / "crates/domain/data/regions/regions.csv.zst"

# Of 550 institutions in the published directory, how many are in each province; where there is none, a tenth. With the
# degrees north and east of about its middle.
PROVINCES = {
    "11": (5, 4.2, 96.9), "12": (36, 2.2, 99.1), "13": (39, -0.8, 100.5), "14": (17, 0.5, 101.8),
    "15": (4, -1.7, 102.7), "16": (15, -3.2, 104.2), "17": (3, -3.6, 102.3), "18": (20, -4.9, 105.0),
    "19": (0.1, -2.5, 106.4), "21": (0.1, 1.0, 104.4), "31": (20, -6.2, 106.8), "32": (48, -6.9, 107.6),
    "33": (104, -7.2, 110.2), "34": (34, -7.8, 110.4), "35": (110, -7.6, 112.5), "36": (17, -6.4, 106.1),
    "51": (4, -8.4, 115.1), "52": (9, -8.6, 117.3), "53": (1, -9.0, 122.0), "61": (2, -0.1, 111.1),
    "62": (0.1, -1.6, 113.4), "63": (14, -3.0, 115.4), "64": (7, 0.5, 116.5), "65": (0.1, 3.1, 116.4),
    "71": (6, 1.2, 124.5), "72": (2, -1.2, 121.0), "73": (29, -4.2, 120.0), "74": (2, -4.0, 122.3),
    "75": (0.1, 0.7, 122.4), "76": (0.1, -2.5, 119.3), "81": (2, -3.4, 129.0), "82": (0.1, 0.8, 127.8),
    "91": (0.1, -2.6, 138.9), "92": (0.1, -1.0, 133.2), "93": (0.1, -7.2, 139.6), "94": (0.1, -3.4, 136.0),
    "95": (0.1, -4.1, 138.9), "96": (0.1, -1.0, 131.4),
}  # fmt: skip


class Village:
    """A village with the names of all that it lies in."""

    def __init__(self, code, names):
        self.code = code
        self.province, self.regency, self.district, self.village = names
        self.regency_code = code[:5]


def villages():
    """The villages of each province, by its two digits, in the order of their codes."""
    told = subprocess.run(["zstd", "-dc", REGIONS], capture_output=True, check=True).stdout.decode()
    found = {province: [] for province in PROVINCES}
    codes, names = [], []
    for line in told.splitlines():
        code, name = line.split(",", 1)
        # One dot a level; the parts before are those of the lines above.
        level = len(code) - len(code.lstrip("."))
        codes[level:], names[level:] = [code.lstrip(".")], [name]
        if level == 3:
            found[codes[0]].append(Village(".".join(codes), tuple(names)))
    return found


def shares(count):
    """How many of so many institutions are in each province: in proportion, and every one placed."""
    whole = sum(weight for weight, _, _ in PROVINCES.values())
    placed, reached, given = {}, 0.0, 0
    for province, (weight, _, _) in PROVINCES.items():
        reached += count * weight / whole
        placed[province] = round(reached) - given
        given = round(reached)
    return placed


def spread(count):
    """A village for each of so many institutions, regency after regency as their councils collect them."""
    of_province = villages()
    for province, share in shares(count).items():
        there = of_province[province]
        # Evenly over the province, so that a large regency has many.
        yield from (there[number * len(there) // share] for number in range(share))
