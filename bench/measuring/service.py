"""The release of the service over a database, and asking it things."""

import base64
import http.client
import json
import os
import subprocess
import sys
import time

from .load import drive
from .processes import RELEASE, WORKERS, Server, free_port

PROGRAM = RELEASE / "aumsos"
# SQLite's own is made at the first start. PostgreSQL's is given, the same at each start: all that it keeps is invented.
MASTER_KEY = base64.b64encode(b"bench-bench-bench-bench-bench-32").decode()


def environment(database_url):
    """Settings: limits set out of the way, the allocator's as in the image, and nothing else changed."""
    settings = {
        "AUMSOS_RATE_LIMIT__REQUESTS_PER_MINUTE": "0",
        "AUMSOS_RATE_LIMIT__ANONYMOUS_REQUESTS_PER_MINUTE": "0",
        "AUMSOS_RATE_LIMIT__LIMIT_SIGN_INS": "false",
        "AUMSOS_LOG__LEVEL": "error",
        "AUMSOS_HTTP__WORKERS": str(WORKERS),
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "262144",
        "MALLOC_TRIM_THRESHOLD_": "262144",
    }
    if database_url:
        settings["AUMSOS_SECRETS__MASTER_KEY"] = MASTER_KEY
    return os.environ | settings


def place(folder, database_url):
    """The flags that say where the data is."""
    return ["--data-dir", str(folder), *(["--database-url", database_url] if database_url else [])]


class Service(Server):
    """The service, as it serves."""

    def __init__(self, folder, database_url=None):
        port = free_port()
        command = [PROGRAM, "serve", "--demo", *place(folder, database_url), "--listen", f"127.0.0.1:{port}"]
        if database_url:
            command.append("--migrate")
        super().__init__(command, port, "/health/ready", env=environment(database_url), stdout=subprocess.DEVNULL)

    def ask(self, method, path, token=None, body=None, headers=(), timeout=120):
        """An answer, with all of its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def told(self, method, path, token=None, body=None, headers=()):
        """The JSON of an answer that must be a good one."""
        answer, told = self.ask(method, path, token, body, headers)
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {told[:500].decode()}")
        return json.loads(told)

    def load(self, path, token, seconds, **how):
        """One round of load, and then rest: what its clients no longer wait for must not meet the next round."""
        done = drive(self.port, path, token, seconds, **how)
        self.come_to_rest(token)
        return done

    def come_to_rest(self, token):
        """Waits until a small question, which stands in line for the database as all others do, is answered at once."""
        begun, quick = time.monotonic(), 0
        while quick < 3 and time.monotonic() - begun < 60:
            asked = time.monotonic()
            alone = {"Accept-Language": f"id, en;q=0.{int(asked * 1e6) % 10**6:06}"}
            self.ask("GET", "/v1/organization-units?limit=1", token, headers=alone)
            quick = quick + 1 if time.monotonic() - asked < 0.05 else 0

    def token(self, role="auditor"):
        """Lives ten minutes: got anew for each measurement. An auditor sees the register and nobody's contacts."""
        secret = base64.b64encode(f"demo-{role}:demo-secret".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
        _, body = self.ask("POST", "/oauth/token", body="grant_type=client_credentials", headers=headers)
        return json.loads(body)["access_token"]
