"""A private PostgreSQL of the binaries that are installed, and the statements that are sent to it."""

import glob
import json
import os
import re
import shutil
import subprocess
import time

from .processes import free_port

USER = DATABASE = "aumsos"


class Cluster:
    """A server over a folder, which is made if it is not there."""

    def __init__(self, folder):
        self.folder, self.port = str(folder), free_port()
        self.binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        # PostgreSQL refuses to run as root.
        self.as_user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        )
        is_new = not os.path.exists(self.folder)
        if is_new:
            os.makedirs(self.folder)
            if self.as_user:
                shutil.chown(self.folder, "postgres", "postgres")
            self._run("initdb", "-D", self.folder, "-U", USER, "--auth=trust", "-E", "UTF8", "--no-locale")
        self._start()
        if is_new:
            self._run("createdb", *self.reached_by(), DATABASE)
        self.url = self.url_of(DATABASE)

    def _start(self):
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "shared_buffers": "256MB",
            "max_connections": 200,
            # Its log is where the statements of the service are read from, when they are asked for.
            "logging_collector": "on",
            "log_destination": "jsonlog",
            "log_directory": "statements",
            "log_filename": "all",
            "log_rotation_age": 0,
            "log_rotation_size": 0,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-D", self.folder, "-w", "-t", "120", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self):
        """Ends it, with all that it holds written down."""
        self._run("pg_ctl", "-D", self.folder, "-w", "-m", "fast", "stop")

    def url_of(self, database):
        """Where a database is."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}"

    def reached_by(self):
        """How PostgreSQL's own programs reach it."""
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]

    def _run(self, program, *arguments):
        command = [*self.as_user, f"{self.binaries}/{program}", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def sql(self, statement, database=DATABASE):
        """What a statement answers, as text."""
        command = [
            f"{self.binaries}/psql",
            *self.reached_by(),
            "-d",
            database,
            "-qAtX",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def copy_of(self, name, database=DATABASE):
        """Another database with the same in it, made anew and on the disk. Nobody may be connected to the first meanwhile."""
        self.sql(f"DROP DATABASE IF EXISTS {name}", "postgres")
        self.sql(f"CREATE DATABASE {name} TEMPLATE {database} STRATEGY file_copy", "postgres")
        os.sync()

    def statements_of(self, action, settle=0.3):
        """The statements that are sent to the server while something is done."""
        log = os.path.join(self.folder, "statements", "all.json")
        self._log_statements("0")
        begun = os.path.getsize(log)
        action()
        time.sleep(settle)
        self._log_statements("-1")
        with open(log, encoding="utf-8") as file:
            file.seek(begun)
            entries = [json.loads(line) for line in file]
        return [seen for entry in entries if (seen := Sent.read(entry))]

    def _log_statements(self, longer_than_ms):
        self.sql(f"ALTER SYSTEM SET log_min_duration_statement = {longer_than_ms}")
        self.sql("SELECT pg_reload_conf()")
        time.sleep(0.2)


class Sent:
    """A statement that was sent, with its values as PostgreSQL writes them."""

    def __init__(self, session, text, values):
        self.session, self.text, self.values = session, text, values

    @classmethod
    def read(cls, entry):
        """Reads an entry of the log; none if it is of something else."""
        told = re.match(r"duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)", entry.get("message", ""), re.S)
        if not told or entry.get("application_name") == "psql":
            return None
        return cls(entry["session_id"], told.group(1), values_in(entry.get("detail", "")))

    @property
    def verb(self):
        """The first word."""
        return self.text.split(None, 1)[0].upper()


def values_in(detail):
    """The values in `parameters: $1 = 'it''s', $2 = NULL`."""
    found = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", detail)
    return [None if text == "NULL" else text[1:-1].replace("''", "'") for text in found]
