"""Starting servers on free ports, waiting for them, and what memory they hold."""

import http.client
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
RELEASE = ROOT / "target/release"
# As many as the service has: it, the references and the peers get the same.
WORKERS = 2


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that answers over HTTP on this machine."""

    def __init__(self, command, port, path, **how):
        self.port = port
        begun = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], **how)
        self._wait_for(path)
        self.ready_after = time.monotonic() - begun

    def _wait_for(self, path):
        begun = time.monotonic()
        while time.monotonic() - begun < 120:
            if self.process.poll() is not None:
                sys.exit(f"{self.process.args[0]} ended with {self.process.returncode} before it answered")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status < 500:
                    return
            except OSError:
                pass
            time.sleep(0.001)
        sys.exit(f"{self.process.args[0]} did not answer")

    def resident_mib(self):
        """What it holds in memory now."""
        return resident_mib(self.process.pid)

    def stop(self):
        """Ends it, and waits until it has."""
        self.process.terminate()
        self.process.wait()


def resident_mib(pid):
    """What a process holds in memory now."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


class MemoryWatch:
    """The most that a process holds in memory while something is done."""

    def __init__(self, server):
        self.server, self.most, self.done = server, 0.0, threading.Event()

    def __enter__(self):
        self.before = self.most = self.server.resident_mib()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        while not self.done.wait(0.02):
            self.most = max(self.most, self.server.resident_mib())

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def first_line(*command):
    """What a program says of itself."""
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ).stdout.strip()
    return told.splitlines()[0] if told else "not there"
