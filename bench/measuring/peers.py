"""Other programs over the same data, as far as they do something alike: a list of 50 and one record, asked of nobody in
particular. Optional: each comes from its package registry, into a folder that is thrown away or kept with `--data`."""

import os
import pathlib
import secrets
import subprocess
import sys

from .load import drive, interleaved
from .processes import BENCH, WORKERS, Server, free_port

NAMES = ["datasette", "django", "directus"]


def measured(opened, report, options, scratch):
    """Drives each peer that was asked for and works over this database, which the service has left."""
    kinds = [PEERS[name] for name in options.peers if PEERS[name].system == opened.system]
    if not kinds:
        return
    report.heading("peer", "one record a second", "list of 50 a second", "p50 ms of the list", "p99 ms", "MiB")
    for name in ["one-record", "list-of-50"]:
        if name in report.facts:
            theirs = report.facts.get(f"{name}, not from memory")
            report.row(
                f"aumsos, {name}: {report.facts[name].rate:,.0f} from memory, {theirs.rate if theirs else 0:,.0f} not",
                *[""] * 5,
            )
    for kind in kinds:
        folder = pathlib.Path(options.data or scratch, "peers", kind.__name__.lower())
        folder.mkdir(parents=True, exist_ok=True)
        peer = kind(folder, opened)
        try:
            drive(peer.port, peer.one, "none", 1, headers=peer.headers)
            drive(peer.port, peer.listed, "none", 1, headers=peer.headers)
            one, listed = interleaved(
                options,
                lambda: drive(peer.port, peer.one, "none", options.seconds, headers=peer.headers),
                lambda: drive(peer.port, peer.listed, "none", options.seconds, headers=peer.headers),
            )
            rates = (f"{one.rate:,.0f}", f"{listed.rate:,.0f}")
            report.row(peer.called, *rates, f"{listed.p50:.1f}", f"{listed.p99:.1f}", f"{peer.resident_mib():.0f}")
        finally:
            peer.stop()


def some(column, opened):
    """The key of an institution in East Java, by which one record is asked for."""
    query = f"SELECT {column} FROM institution WHERE province = '35' AND status = 'active' ORDER BY name_key LIMIT 1"
    if opened.cluster:
        return opened.cluster.sql(query)
    return subprocess.run(["sqlite3", opened.file(), query], check=True, capture_output=True, text=True).stdout.strip()


def environment_with(folder, *packages):
    """The programs of a virtual environment with some packages in it."""
    programs = folder / "environment" / "bin"
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", programs.parent], check=True)
        subprocess.run([programs / "pip", "install", "-q", *packages], check=True)
    return programs


class Peer(Server):
    """A program that was installed, serving."""

    system = "postgresql"
    headers = ()


class Datasette(Peer):
    """SQLite's file as an interface, by Datasette."""

    system = "sqlite"

    def __init__(self, folder, opened):
        programs, port = environment_with(folder, "datasette"), free_port()
        told = subprocess.run([programs / "datasette", "--version"], capture_output=True, text=True).stdout
        self.called = told.strip().replace(", version", "")
        table, plain = "/aumsos/institution.json", "_shape=array&_nocount=1&_nofacet=1&_nosuggest=1"
        # Ids are bytes on SQLite, which its addresses of rows do not know.
        self.one = f"{table}?code={some('code', opened)}&{plain}"
        self.listed = f"{table}?province=35&_sort=name_key&_size=50&{plain}"
        # Sorting what no index sorts takes longer than it allows of itself.
        command = [
            programs / "datasette",
            "serve",
            opened.file(),
            "--port",
            port,
            "--setting",
            "sql_time_limit_ms",
            "20000",
        ]
        super().__init__(command, port, "/-/versions.json", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Django(Peer):
    """The table through Django REST framework, served by gunicorn with as many processes as the service has workers."""

    def __init__(self, folder, opened):
        programs = environment_with(folder, "django", "djangorestframework", "psycopg[binary,pool]", "gunicorn")
        asked = (
            "import django, rest_framework as rest; print('Django', django.__version__, 'REST framework', rest.VERSION)"
        )
        self.called = subprocess.run([programs / "python", "-c", asked], capture_output=True, text=True).stdout.strip()
        self.one = f"/institutions/{some('id', opened)}/"
        self.listed = "/institutions/?province=35"
        port = free_port()
        command = [
            programs / "gunicorn",
            "register:application",
            "-b",
            f"127.0.0.1:{port}",
            "-w",
            WORKERS,
            "--threads",
            4,
        ]
        settings = os.environ | {"DATABASE": str(opened.cluster.port)}
        super().__init__(
            command, port, self.listed, cwd=BENCH / "peers/django", env=settings, stderr=subprocess.DEVNULL
        )


class Directus(Peer):
    """The table through Directus, which keeps its own tables beside the register's, in a copy of the database."""

    def __init__(self, folder, opened):
        if not (folder / "node_modules").exists():
            subprocess.run(
                ["npm", "install", "--silent", "--no-fund", "--no-audit", "directus"], check=True, cwd=folder
            )
        opened.cluster.copy_of("directus")
        port, token = free_port(), secrets.token_hex(16)
        settings = os.environ | {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "SECRET": secrets.token_hex(32),
            "DB_CLIENT": "pg",
            "DB_CONNECTION_STRING": opened.cluster.url_of("directus"),
            "ADMIN_EMAIL": "peer@example.org",
            "ADMIN_PASSWORD": secrets.token_hex(16),
            "ADMIN_TOKEN": token,
            "RATE_LIMITER_ENABLED": "false",
            "PRESSURE_LIMITER_ENABLED": "false",
            "TELEMETRY": "false",
            "LOG_LEVEL": "error",
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["npx", "directus", "bootstrap"], check=True, cwd=folder, env=settings, **quiet)
        asked = subprocess.run(["npx", "directus", "--version"], capture_output=True, text=True, cwd=folder)
        self.called, self.headers = f"Directus {asked.stdout.strip()}", [f"Authorization: Bearer {token}"]
        self.one = f"/items/institution/{some('id', opened)}"
        self.listed = "/items/institution?filter[province][_eq]=35&filter[status][_eq]=active&sort=name_key&limit=50"
        command = ["node", "node_modules/directus/cli.js", "start"]
        super().__init__(command, port, "/server/ping", cwd=folder, env=settings, **quiet)


PEERS = {"datasette": Datasette, "django": Django, "directus": Directus}
