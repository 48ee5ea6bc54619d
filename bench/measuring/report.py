"""What was measured, as tables and as facts that targets are held against."""

import math
import os
import pathlib
import platform
import re

from .processes import ROOT, first_line


class Report:
    """The measurements of one system at one size."""

    def __init__(self, system, count):
        self.system, self.count = system, count
        self.facts = {}

    def begin(self, service):
        """Says what is measured, before its numbers come."""
        self.facts |= {"ready_ms": service.ready_after * 1000}
        print(f"\n### {self.system}, {self.count:,} institutions: ready after {service.ready_after * 1000:.0f} ms\n")

    def heading(self, *columns):
        """Begins a table: what is measured on the left, numbers on the right of it."""
        print("\n| " + " | ".join(columns) + " |")
        print("|---|" + "---:|" * (len(columns) - 1))

    def row(self, *cells):
        """A line of a table, at once, for a run takes long."""
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)

    def requests(self):
        """Begins a table of requests."""
        self.heading(
            "request",
            "requests a second",
            "reference",
            "its requests a second",
            "ratio",
            "p50 ms",
            "p99 ms",
            "p99 / p50",
            "the reference's",
        )

    def request(self, name, round, reference=None, of=None):
        """A request by the median of its rounds, beside that of a reference."""
        ratio = round.rate / of.rate if of else None
        self.facts[name] = round
        if of:
            self.facts[f"{name} / {reference}"] = ratio
        compared = (reference, f"{of.rate:,.0f}", f"{ratio:.2f}") if of else ("", "", "")
        latency = [
            shown(number, form)
            for number, form in (
                (round.p50, "{:.2f}"),
                (round.p99, "{:.2f}"),
                (round.p99 / round.p50, "{:.1f}"),
                (of.p99 / of.p50 if of else math.nan, "{:.1f}"),
            )
        ]
        self.row(name, f"{round.rate:,.0f}", *compared, *latency)


def shown(number, form):
    """A number, or nothing where it is not known."""
    return "" if math.isnan(number) else form.format(number)


def machine():
    """What is measured on, and which versions."""
    processor = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    print(
        f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} cores, "
        f"{int(memory.group(1)) / 2**20:.0f} GiB, {platform.system()} {platform.release()}; "
        f"load before the run {os.getloadavg()[0]:.1f}"
    )
    print(
        f"aumsos {commit}, {first_line('rustc', '--version')}, {first_line('psql', '--version')}, "
        f"sqlite3 {first_line('sqlite3', '--version').split()[0]}, {first_line('wrk', '-v').split(' Copyright')[0]}"
    )
