"""A database of the service with so many institutions and their history.

It is made through the product's own doors: the demonstration, then `aumsos import` of sheets. More than 100,000 are these
several times over (`copies`).
"""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

from . import copies, sheets
from .cluster import Cluster
from .service import PROGRAM, Service, environment, place

# The demonstration has 550; more are imported.
DEMONSTRATION = 550
MOST_IMPORTED = 100_000
SYSTEMS = ["sqlite", "postgresql"]
# Tables of a row and more for each institution.
LARGEST = ["institution", "institution_key", "search_word", "change", "change_seal", "data_key"]


def can_be_made(count):
    """Whether a register can have so many institutions."""
    return DEMONSTRATION <= count <= MOST_IMPORTED or count in range(MOST_IMPORTED, 10 * MOST_IMPORTED + 1, MOST_IMPORTED)


class Database:
    """Where the data is. On PostgreSQL with the cluster that holds it, running."""

    def __init__(self, system, count, folder):
        self.system, self.count, self.folder = system, count, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        # The server of PostgreSQL has a user of its own.
        self.folder.chmod(0o755)
        self.cluster = Cluster(self.folder / "cluster") if system == "postgresql" else None
        self.url = self.cluster.url if self.cluster else None
        self.data = self.folder / "data"

    def serve(self):
        """Starts the service over it."""
        return Service(self.data, self.url)

    def file(self):
        """SQLite's file."""
        return self.data / "aumsos.db"

    def close(self):
        """Ends what holds it."""
        if self.cluster:
            self.cluster.stop()


def opened(system, count, scratch, kept):
    """A database of its own with so many institutions, in the scratch folder. With a folder for what is kept, it is
    made once and then copied from there."""
    folder = pathlib.Path(scratch, f"{system}-{count}")
    store = kept and pathlib.Path(kept, folder.name)
    if store and store.exists():
        copied(store, folder)
        return Database(system, count, folder)
    imported = kept and pathlib.Path(kept, f"{system}-{MOST_IMPORTED}")
    if count > MOST_IMPORTED and imported and imported.exists():
        copied(imported, folder)
    database = made(system, count, folder)
    if store:
        database.close()
        store.parent.mkdir(parents=True, exist_ok=True)
        copied(folder, store)
        database = Database(system, count, folder)
    return database


def copied(source, target):
    """Copies a folder, and has the disk take it: what is written down later slows whatever is measured by then."""
    subprocess.run(["cp", "-a", source, target], check=True)
    os.sync()


def made(system, count, folder):
    """Makes a database with so many institutions, where none is yet or all that are imported."""
    has_imported = pathlib.Path(folder).exists()
    database = Database(system, count, folder)
    database.serve().stop()
    imported = 0 if has_imported else min(count, MOST_IMPORTED) - DEMONSTRATION
    if imported > 0:
        paper = database.folder / "sheets"
        paper.mkdir()
        begun = time.monotonic()
        for sheet, rows in sheets.write_sheets(imported, paper):
            create_all_of(database, sheet, rows)
        seconds = time.monotonic() - begun
        print(f"<!-- {system}: {imported:,} institutions, imported at {imported / seconds:,.0f} a second -->")
        shutil.rmtree(paper)
    if count > MOST_IMPORTED:
        copies.times_over(database, count // MOST_IMPORTED)
    settle(database)
    return database


def settle(database):
    """Waits until the service has sealed its ledger, and has the database know its tables as it does after a while."""
    service = database.serve()
    if database.cluster:
        while database.cluster.sql("SELECT EXISTS (SELECT FROM change_unsealed)") == "t":
            time.sleep(0.1)
    else:
        while not all(knows_size_of(database.file(), table) for table in LARGEST):
            time.sleep(0.1)
    service.stop()
    if database.cluster:
        database.cluster.sql("VACUUM ANALYZE")
        database.cluster.sql("CHECKPOINT")


def knows_size_of(file, table):
    """Whether the statistics of SQLite's planner are of a table that is about as large as this one is now."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
            return False
        known = connection.execute("SELECT max(CAST(stat AS integer)) FROM sqlite_stat1 WHERE tbl = ?", [table]).fetchone()[0]
        rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return (known or 0) * 10 > rows


def create_all_of(database, sheet, rows):
    """Imports a sheet of new institutions; all of its rows must become some."""
    command = [PROGRAM, "import", "--json", *place(database.data, database.url), sheet]
    done = subprocess.run(command, env=environment(database.url), capture_output=True, text=True)
    if done.returncode or json.loads(done.stdout)["summary"]["created"] != rows:
        sys.exit(f"{sheet.name}: {done.stdout[-500:]}{done.stderr[-500:]}")
    if database.cluster:
        # What autovacuum does within a minute; the next sheet comes at once.
        database.cluster.sql("ANALYZE")
