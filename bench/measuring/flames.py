"""Where the processor's time goes while each request is made: a flame graph and a report of `perf` for each."""

import html
import os
import pathlib
import re
import subprocess
import time
import zlib

from .changes import unit_of
from .reads import Addresses
from .transfers import export_by_service

# The width of a graph and the height of one function in it, in pixels.
WIDTH, ROW = 1400, 17
# The release keeps no frame pointers: stacks are unwound by its tables. Functions that the compiler put into others are
# left within them: asking for each would take minutes.
RECORDING = ["-q", "-F", "199", "--call-graph", "dwarf,65528"]


def recorded(service, folder, seconds):
    """Records each request for so long, into a folder."""
    os.makedirs(folder, exist_ok=True)
    for name, work in works(service, Addresses(service), seconds).items():
        data = pathlib.Path(folder, f"{name}.perf")
        watched = [
            "perf",
            "record",
            *RECORDING,
            "-o",
            data,
            "-p",
            str(service.process.pid),
            "--",
            "sleep",
            str(seconds),
        ]
        perf = subprocess.Popen(watched, stderr=subprocess.DEVNULL)
        work()
        perf.wait()
        data.with_suffix(".txt").write_text(
            told("report", data, "--no-children", "--stdio", "-g", "none", "--percent-limit", "0.5")
        )
        data.with_suffix(".svg").write_text(graph(name, folded(told("script", data, "-F", "comm,ip,sym"))))
        data.unlink()
        print(data.with_suffix(".svg"), flush=True)


def told(what, data, *how):
    """What perf says of what it recorded."""
    command = ["perf", what, "--no-inline", "-i", str(data), *how]
    return subprocess.run(command, capture_output=True, text=True).stdout


def works(service, addresses, seconds):
    """What is done while it is recorded, by name."""
    token, officer = service.token(), service.token("council-officer")
    asked = {
        f"{name}-from-memory": lambda path=path: service.load(path, token, seconds)
        for name, path in addresses.named.items()
    }
    uncached = lambda path: service.load(path, token, seconds, script="uncached.lua")
    asked |= {f"{name}-not-from-memory": lambda path=path: uncached(path) for name, path in addresses.named.items()}
    unit = unit_of(service, officer)
    asked["create"] = lambda: service.load("/v1/institutions", officer, seconds, script="create.lua", unit=unit)
    asked["export-csv"] = lambda: exports_for(seconds, service, officer)
    return asked


def exports_for(seconds, service, officer):
    """One export after another."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        export_by_service(service, officer, "csv")


def folded(stacks):
    """How often each stack was seen, from the thread and the outermost function to the innermost."""
    counts = {}
    for stack in stacks.split("\n\n"):
        thread, *frames = stack.strip("\n").splitlines() or [""]
        names = [re.sub(r"::h[0-9a-f]{16}$", "", frame.strip().split(" ", 1)[-1]) for frame in reversed(frames)]
        if names:
            whole = (thread.strip(), *names)
            counts[whole] = counts.get(whole, 0) + 1
    return counts


def graph(title, counts):
    """A flame graph as SVG: a box a function, as wide as its share, on top of whoever called it; it tells itself when
    the pointer rests on it."""
    whole = sum(counts.values()) or 1
    boxes, deepest = [], 0

    def draw(stacks, depth, left):
        nonlocal deepest
        deepest = max(deepest, depth)
        children = {}
        for names, count in stacks:
            if names:
                children.setdefault(names[0], []).append((names[1:], count))
        for name, inner in sorted(children.items()):
            share = sum(count for _, count in inner) / whole
            if share * WIDTH >= 0.5:
                boxes.append((name, depth, left, share))
                draw(inner, depth + 1, left)
            left += share * WIDTH

    draw(list(counts.items()), 0, 0.0)
    tall = (deepest + 2) * ROW
    drawn = [box(name, left, share, tall - (depth + 1) * ROW) for name, depth, left, share in boxes]
    look = f'width="{WIDTH}" height="{tall}" font-family="monospace" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {look}><title>{title}</title>{"".join(drawn)}</svg>\n'


def box(name, left, share, top):
    """One function."""
    width, colour = share * WIDTH, f"hsl({zlib.crc32(name.encode()) % 50}, 80%, 65%)"
    shown = html.escape(name[: int(width / 7)]) if width > 20 else ""
    return (
        f'<g><title>{html.escape(name)}, {share:.1%}</title><rect x="{left:.1f}" y="{top}" width="{width:.1f}" '
        f'height="{ROW - 1}" fill="{colour}"/><text x="{left + 2:.1f}" y="{top + 12}">{shown}</text></g>'
    )
