"""Whole lists as other programs read them: pandas and pyarrow open what the running demonstration writes as CSV, NDJSON,
GeoJSON and Parquet, and all four must say the same as the list itself.

    python .ci/readers.py URL TOKEN
"""

import io
import json
import sys
import urllib.request

import pandas
import pyarrow
import pyarrow.parquet

url, token = sys.argv[1:]

WHOLE = ["capacity_total", "capacity_male", "capacity_female", "residents_in", "residents_out"]
TIMES = ["verified_at", "created_at", "updated_at"]
DAYS = ["accreditation_valid_until"]
NUMBERS = ["latitude", "longitude"]


def get(query):
    request = urllib.request.Request(f"{url}{query}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def same(what, one, other):
    if one != other:
        sys.exit(f"{what}: {one} and {other}")


def tables(path):
    """The list as CSV and as Parquet, its NDJSON records, and its count, all by the order of ids."""
    csv = pandas.read_csv(io.BytesIO(get(f"{path}?format=csv")), dtype=str, keep_default_na=False)
    parquet = pyarrow.parquet.read_table(io.BytesIO(get(f"{path}?format=parquet")))
    records = [json.loads(line) for line in get(f"{path}?format=ndjson").splitlines()]
    count = json.loads(get(f"{path}?count=true&limit=1"))["count"]
    csv = csv.sort_values("id").reset_index(drop=True)
    frame = parquet.to_pandas().sort_values("id").reset_index(drop=True)
    records.sort(key=lambda record: record["id"])
    ids = [record["id"] for record in records]
    same(f"{path}: rows", len(ids), count)
    same(f"{path}: ids are told apart", len(set(ids)), count)
    same(f"{path}: ids of CSV", list(csv["id"]), ids)
    same(f"{path}: ids of Parquet", list(frame["id"]), ids)
    same(f"{path}: columns", list(csv.columns), parquet.column_names)
    return csv, parquet, frame, records


def types(path, schema, expected):
    for field in schema:
        same(f"{path}: type of {field.name}", str(field.type), expected.get(field.name, "string"))


path = "/v1/institutions"
csv, parquet, frame, records = tables(path)
types(
    path,
    parquet.schema,
    {
        **dict.fromkeys(WHOLE, "int64"),
        **dict.fromkeys(TIMES, "timestamp[us, tz=UTC]"),
        **dict.fromkeys(DAYS, "date32[day]"),
        **dict.fromkeys(NUMBERS, "double"),
    },
)
for column in WHOLE + NUMBERS:
    in_csv = pandas.to_numeric(csv[column].replace("", None)).astype("Float64")
    same(f"sum of {column}", in_csv.sum(), frame[column].astype("Float64").sum())
    same(f"empty cells of {column}", int(in_csv.isna().sum()), int(frame[column].isna().sum()))
same("capacity", frame["capacity_total"].sum(), sum((one["capacity"] or {}).get("total", 0) for one in records))
same("residents", frame["residents_in"].sum(), sum(one.get("residents", {}).get("inside", 0) for one in records))
for column in TIMES:
    in_csv = pandas.to_datetime(csv[column].replace("", None), format="ISO8601", utc=True).dt.as_unit("us")
    same(f"earliest {column}", in_csv.min(), frame[column].min())
    same(f"latest {column}", in_csv.max(), frame[column].max())
# Codes keep their zeros and dots; what a spreadsheet would run as a formula has an apostrophe before it.
for column in ["name", "kind", "grade", "province", "village", "postal_code", "founded", "phones"]:
    plain = csv[column].str.replace(r"^'(?=[=+\-@\t\r])", "", regex=True)
    same(column, list(plain), list(frame[column].fillna("")))
same("formulas", [cell for cell in csv["phones"] if cell.startswith("+")], [])
# The published figures.
accredited = frame[frame["accreditation_status"] == "accredited"]
same("accredited", accredited["grade"].value_counts().to_dict(), {"A": 46, "B": 95, "C": 18})

collection = json.loads(get(f"{path}?format=geojson"))
same("GeoJSON", collection["type"], "FeatureCollection")
points = {one["id"]: one["geometry"]["coordinates"] for one in collection["features"] if one["geometry"]}
same("features", len(collection["features"]), len(frame))
placed = frame[frame["latitude"].notna()]
same("points", points, {row.id: [row.longitude, row.latitude] for row in placed.itertuples()})

path = "/v1/organization-units"
csv, parquet, frame, records = tables(path)
types(path, parquet.schema, {"created_at": "timestamp[us, tz=UTC]", "updated_at": "timestamp[us, tz=UTC]"})
same("parents", list(frame["parent_id"].fillna("")), [one.get("parent_id") or "" for one in records])

print(f"pandas {pandas.__version__} and pyarrow {pyarrow.__version__} read every form of {len(frame)} units and", end=" ")
print(f"{len(collection['features'])} institutions alike")
