"""Much at once: imports, exports, and following the feed from half-way."""

import base64
import http.client
import pathlib
import statistics
import time

from . import exports
from .load import interleaved
from .processes import MemoryWatch
from .sheets import write_sheets

IMPORTED = 10_000
# Behind what any database here has in one regency.
OTHERS = 30_000
FORMATS = ["csv", "ndjson", "parquet"]


def export_by_service(service, token, form):
    """The seconds and the bytes of an export, thrown away as they come."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=600)
    begun, length = time.monotonic(), 0
    connection.request("GET", f"/v1/institutions?format={form}", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"export: {answer.status} {answer.read()[:500]}")
    while part := answer.read(1 << 20):
        length += len(part)
    return time.monotonic() - begun, length


def all_exports(service, database, report, options):
    """Exports by a council's officer, each beside the database's own program for CSV."""
    rows = count_of(service)
    report.heading(
        "export", "rows a second", "reference", "its rows a second", "ratio", "MiB", "memory above idle, MiB"
    )
    theirs = exports_of_database(database)
    for form in FORMATS:
        seconds, reference = [], {name: [] for name in theirs}
        with MemoryWatch(service) as memory:
            for _ in range(max(2, options.rounds)):
                taken, length = export_by_service(service, service.token("council-officer"), form)
                seconds.append(taken)
                if form == "csv":
                    for name, run in theirs.items():
                        reference[name].append(run())
        rate = rows / statistics.median(seconds)
        report.facts |= {f"export {form}": rate, f"export {form}, seconds a row": 1 / rate}
        report.facts[f"export {form}, memory"] = memory.most - memory.before
        tail = (f"{length / 2**20:.1f}", f"{memory.most - memory.before:.0f}")
        if form != "csv":
            report.row(form, f"{rate:,.0f}", "", "", "", *tail)
            continue
        for at, (name, taken) in enumerate(reference.items()):
            other = rows / statistics.median(taken)
            if at == 0:
                report.facts["export csv / database"] = rate / other
            ours = (form, f"{rate:,.0f}") if at == 0 else ("", "")
            report.row(*ours, name, f"{other:,.0f}", f"{rate / other:.2f}", *(tail if at == 0 else ("", "")))


def exports_of_database(database):
    """The database's own programs, the one that writes the same columns first."""
    if not database.cluster:
        return {"sqlite3 -csv, same columns": lambda: exports.by_sqlite(database.file())}
    return {
        "\\copy, same columns": lambda: exports.by_psql(database.cluster),
        "\\copy, the table as it stands": lambda: exports.whole_table_by_psql(database.cluster),
    }


def count_of(service):
    """How many institutions an export has."""
    officer = service.token("council-officer")
    return service.told("GET", "/v1/institutions?limit=1&count=true", officer)["count"]


def an_import(service, database, report, scratch):
    """A sheet of new institutions over HTTP: read and judged, then applied."""
    folder = pathlib.Path(scratch, "import")
    folder.mkdir(exist_ok=True)
    sheet, rows = write_sheets(IMPORTED, folder, beginning=OTHERS)[0]
    officer = service.token("council-officer")
    with MemoryWatch(service) as memory:
        begun = time.monotonic()
        made = service.told("POST", "/v1/imports", officer, sheet.read_bytes(), {"Content-Type": "text/csv"})
        judged = time.monotonic() - begun
        path = f"/v1/imports/{made['id']}"
        made = service.told("POST", f"{path}/apply", officer, {})
        while made["status"] == "applying":
            time.sleep(0.05)
            made = service.told("GET", path, officer)
        whole = time.monotonic() - begun
    created = made["summary"]["created"]
    report.heading(
        "import", "rows", "created", "judged after s", "applied after s", "rows a second", "memory above idle, MiB"
    )
    numbers = (f"{rows:,}", f"{created:,}", f"{judged:.1f}", f"{whole:.1f}", f"{rows / whole:,.0f}")
    report.row("CSV over HTTP", *numbers, f"{memory.most - memory.before:.0f}")
    report.facts |= {"import": rows / whole, "import, seconds a row": whole / rows, "import, memory": memory.most}
    if database.cluster:
        database.cluster.sql("ANALYZE")


def the_feed(service, report, options):
    """Following the feed from half-way: by one who comes back after long, and one page of it by many."""
    token = service.token()
    last = position_of(service.ask("GET", "/v1/institutions?limit=1", token)[0].getheader("Feed-Cursor"))
    after, changes, begun = str(last // 2), 0, time.monotonic()
    while time.monotonic() - begun < options.seconds * options.rounds:
        page = service.told("GET", f"/v1/changes?after={after}&limit=200", token)
        changes += len(page["items"])
        if not page["items"]:
            break
        after = page["next_cursor"]
    rate = changes / (time.monotonic() - begun)
    report.heading("feed", "changes a second")
    report.row("delta sync from half-way, one client, pages of 200", f"{rate:,.0f}")
    report.facts["feed"] = rate
    path = f"/v1/changes?after={last // 2}&limit=50"
    report.requests()
    ours = lambda: service.load(path, token, options.seconds)
    report.request("50 changes from half-way", *interleaved(options, ours))


def position_of(cursor):
    """The position in a cursor of the feed: its last eight bytes."""
    told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return int.from_bytes(told[-8:], "big")
