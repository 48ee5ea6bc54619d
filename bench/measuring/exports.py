"""The columns of the service's CSV as SQL, for `psql \\copy` and `sqlite3 -csv`: plain columns of the table where it
has them, what only the document has from there. Names of regions are in no database: their codes stand for them."""

import subprocess
import time

PLAIN = ["id", "code", "name", "kind", "operator", "status", "grade", "accreditation_status"]
PLACES = ["province", "regency", "district", "village"]
IN_DOCUMENT = {
    "accreditation_valid_until": "profile,accreditation,valid_until",
    "street": "profile,address,street",
    "postal_code": "profile,address,postal_code",
    "precision": "profile,position,precision",
    "phones": "profile,phones",
    "email": "profile,email",
    "website": "profile,website",
    "capacity_total": "profile,capacity,total",
    "capacity_male": "profile,capacity,male",
    "capacity_female": "profile,capacity,female",
}
ORDER = [
    *PLAIN, "accreditation_valid_until",
    *(name for place in PLACES for name in (place, f"{place}_name")),
    "street", "postal_code", "latitude", "longitude", "precision", "phones", "email", "website", "founded",
    "capacity_total", "capacity_male", "capacity_female", "residents_in", "residents_out", "freshness",
    "verified_at", "created_at", "updated_at", "unit_id",
]  # fmt: skip
SHOWN = "deleted_at IS NULL AND status <> 'merged' ORDER BY name_key, id"


def selection(from_document, time_of):
    """All columns of the service's CSV in their order."""

    def column(name):
        if name in IN_DOCUMENT:
            return f"{from_document(IN_DOCUMENT[name].split(','))} AS {name}"
        if name.endswith("_name"):
            return f"{name.removesuffix('_name')} AS {name}"
        if name.endswith("_at"):
            return f"{time_of(name)} AS {name}"
        if name == "freshness":
            return "CASE WHEN census_on < '2026' THEN 'stale' ELSE coalesce(census_on, 'never') END AS freshness"
        return name

    return ", ".join(column(name) for name in ORDER)


def by_psql(cluster):
    """The seconds of `psql \\copy` for the columns of the service's CSV."""
    columns = selection(lambda path: f"d#>>'{{{','.join(path)}}}'", lambda name: f"to_timestamp({name} / 1e6)")
    # OFFSET 0 has PostgreSQL read a document once and not once for each column, which is four times as fast.
    query = f"SELECT {columns} FROM (SELECT *, document::jsonb AS d FROM institution WHERE {SHOWN} OFFSET 0) AS shown"
    return _copied(cluster, f"({query})")


def whole_table_by_psql(cluster):
    """The seconds of `\\copy institution` as it stands."""
    return _copied(cluster, "institution")


def _copied(cluster, what):
    command = [f"{cluster.binaries}/psql", *cluster.reached_by(), "-d", "aumsos", "-qX", "-c"]
    return _timed(command, f"\\copy {what} TO '/dev/null' WITH (FORMAT csv, HEADER)")


def by_sqlite(file):
    """The seconds of `sqlite3 -csv` for the columns of the service's CSV."""
    of_document = lambda path: f"json_extract(document, '$.{'.'.join(path)}')"
    columns = selection(of_document, lambda name: f"strftime('%Y-%m-%dT%H:%M:%fZ', {name} / 1e6, 'unixepoch')")
    return _timed(
        ["sqlite3", "-readonly", "-csv", "-header", str(file)], f"SELECT {columns} FROM institution WHERE {SHOWN}"
    )


def _timed(command, statement):
    begun = time.monotonic()
    subprocess.run([*command, statement], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun
