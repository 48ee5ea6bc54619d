"""Writing: creates and updates, beside PostgreSQL's own limit by pgbench."""

import math
import os
import pathlib
import re
import subprocess

from .load import Round, interleaved
from .references import CONNECTIONS

CLIENTS = 50
# The database that pgbench writes to has the same in it as the service's, and is another one: the service must not seal
# what pgbench writes.
ANOTHER = "pgbench"


def draft_in(unit, number):
    """A draft as a client sends it."""
    return {
        "name": "LKSA Muhammadiyah Sinar Huda",
        "kind": "lksa",
        "operator": "muhammadiyah",
        "unit_id": unit,
        "address": {"region": "35.78.01.1001", "street": f"Jl. Contoh No. {number}"},
    }


def unit_of(service, officer):
    """A unit that drafts are put in the care of."""
    return service.told("GET", "/v1/organization-units?limit=1", officer)["items"][0]["id"]


def creates(service, database, report, options, scratch):
    """Creates by many clients; on PostgreSQL beside the statements of one create, over as many connections."""
    officer = service.token("council-officer")
    unit = unit_of(service, officer)
    ours = lambda: service.load("/v1/institutions", officer, options.seconds, script="create.lua", unit=unit)
    if not database.cluster:
        report.request("create", *interleaved(options, ours))
        return
    script = pathlib.Path(scratch, "create.pgbench")
    script.write_text(script_of_create(database.cluster, service, officer, unit))
    theirs = lambda: pgbench(database.cluster, script, options.seconds)
    ours, theirs = interleaved(options, ours, theirs)
    report.request("create", ours, "pgbench", theirs)


def script_of_create(cluster, service, officer, unit):
    """The transaction of one create as a script of pgbench. The sealer's statements come in a transaction of their own
    and are not in it."""
    create = lambda: service.told("POST", "/v1/institutions", officer, draft_in(unit, 1))
    # Once before, so that no word of it is new.
    create()
    sent = cluster.statements_of(create)
    inserted = next(one for one in sent if one.text.startswith('INSERT INTO "institution" '))
    together = [one for one in sent if one.session == inserted.session]
    at = together.index(inserted)
    begin = max(number for number, one in enumerate(together[:at]) if one.verb == "BEGIN")
    end = next(number for number, one in enumerate(together) if number > at and one.verb == "COMMIT")
    return script_of(together[begin : end + 1], record=inserted.values[0])


def script_of(statements, record):
    """Statements with their values in them. The record's id is another one in each transaction; the number that the
    ledger gives is taken from its answer."""
    lines = [f"\\set n random(1, {2**48 - 1})"]
    for one in statements:
        takes_number = one.text.startswith('INSERT INTO "change_unsealed"')
        given = [":change_id" if takes_number else literal(value, record) for value in one.values]
        text = re.sub(r"\$(\d+)", lambda found: given[int(found.group(1)) - 1], one.text).replace("\n", " ")
        lines.append(f"{text} \\gset change_" if 'RETURNING "id"' in one.text else f"{text};")
    return "\n".join(lines) + "\n"


def literal(value, record):
    """A value in SQL, with no colon in it, which pgbench would take for a variable."""
    # As UUIDv7 begins with the time; `now()` is that of the transaction's beginning.
    time = "lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0')"
    fresh = f"(left({time}, 8) || '-' || right({time}, 4) || '-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))"
    if value is None:
        return "NULL"
    if value == record:
        return f"{fresh}::uuid"
    parts = [part.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") for part in value.split(record)]
    return f"{fresh}".join(f"||E'{part}'||" for part in parts).removeprefix("||").removesuffix("||")


def reads_by_key(database, report, options, scratch):
    """What PostgreSQL does itself when records are read by their key."""
    cluster = database.cluster
    script = pathlib.Path(scratch, "read.pgbench")
    last = cluster.sql("SELECT max(right(code, 5))::int FROM institution WHERE code LIKE 'AUM-35-%'")
    script.write_text(
        f"\\set n random(1, {last})\n"
        "SELECT id, document FROM institution WHERE code = 'AUM-35-' || lpad((:n)::text, 5, '0');\n"
    )
    theirs = lambda: pgbench(cluster, script, options.seconds, "aumsos")
    report.request("(pgbench: a record by its key)", *interleaved(options, theirs))


def pgbench(cluster, script, seconds, database=ANOTHER):
    """A round of pgbench over as many connections as the service holds."""
    how = f"-n -M prepared -c {CONNECTIONS} -j 1 -T {seconds}".split()
    command = [f"{cluster.binaries}/pgbench", *cluster.reached_by(), *how, "-f", str(script), database]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{script.name}: {done.stderr[-1500:]}")
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))
    latency = float(re.search(r"latency average = ([\d.]+)", done.stdout).group(1))
    # It tells the mean and no percentiles.
    return Round(rate, latency, math.nan)


def updates(service, report, options):
    """Each client changes a record of its own, from the version it saw last."""
    officer = service.token("council-officer")
    unit = unit_of(service, officer)

    def changed():
        records = []
        for number in range(CLIENTS):
            answer, told = service.ask("POST", "/v1/institutions", officer, draft_in(unit, number))
            records.append(f"{told[7:43].decode()} {answer.getheader('ETag')}")
        clients = {"connections": CLIENTS, "threads": CLIENTS, "script": "update.lua", "ids": " ".join(records)}
        return service.load("/v1/institutions", officer, options.seconds, **clients)

    report.request("update with If-Match", *interleaved(options, changed))
