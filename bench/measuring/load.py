"""Rounds of load, by wrk. It runs on the same machine and takes its share, from the service as from a reference."""

import dataclasses
import math
import os
import re
import statistics
import subprocess
import sys

from .processes import BENCH

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclasses.dataclass
class Round:
    """Requests a second, and the 50th and 99th percentile of latency in ms."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def median(cls, rounds):
        """The median of each."""
        return cls(*(statistics.median(column) for column in zip(*map(dataclasses.astuple, rounds), strict=True)))


def drive(port, path, token, seconds, connections=50, threads=1, script=None, headers=(), **told):
    """One round of load. What is told to a script comes to it as variables of its environment."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s"]
    for header in [f"Authorization: Bearer {token}", *headers]:
        command += ["-H", header]
    if script:
        command += ["-s", str(BENCH / script)]
    variables = {name.upper(): str(value) for name, value in told.items()}
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | variables,
    ).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    asked = int(re.search(r"(\d+) requests in", done).group(1))
    answered = 1 - int(refused.group(1)) / asked if refused else 1
    if refused:
        print(f"{path}: {refused.group(1)} of {asked} requests were not answered", file=sys.stderr)
    percentiles = {
        name: float(value) * UNITS[unit]
        for name, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)", done, re.M)
    }
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1)) * answered
    # When no request ended in time, nothing is known of how long one takes.
    return Round(rate, percentiles["50"] or math.nan, percentiles["99"] or math.nan)


def interleaved(options, *rounds):
    """Rounds of each in turn, so that what else the machine does meets all of them; gives the median of each."""
    done = [[one() for one in rounds] for _ in range(options.rounds)]
    return [Round.median(column) for column in zip(*done, strict=True)]
