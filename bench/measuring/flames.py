"""Where the processor's time goes while each request is made: a flame graph and a report of `perf` for each."""

import os
import pathlib
import re
import subprocess

from .changes import unit_of
from .reads import Addresses
from .transfers import export_by_service


def recorded(service, folder, seconds):
    """Records each request for so long, into a folder."""
    os.makedirs(folder, exist_ok=True)
    addresses = Addresses(service)
    for name, work in works(service, addresses, seconds).items():
        data = pathlib.Path(folder, f"{name}.perf")
        watched = ["perf", "record", "-q", "-F", "499", "-g", "-o", str(data), "-p", str(service.process.pid)]
        perf = subprocess.Popen([*watched, "--", "sleep", str(seconds)])
        work()
        perf.wait()
        told = subprocess.run(
            ["perf", "report", "-i", data, "--no-children", "--stdio", "-g", "caller,0.5,callee", "--percent-limit", "0.5"],
            capture_output=True,
            text=True,
        )
        data.with_suffix(".txt").write_text(told.stdout)
        stacks = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym"], capture_output=True, text=True).stdout
        data.with_suffix(".svg").write_text(graph(name, folded(stacks)))
        data.unlink()
        print(data.with_suffix(".svg"), data.with_suffix(".txt"))


def works(service, addresses, seconds):
    """What is done while it is recorded, by name."""
    token, officer = service.token(), service.token("council-officer")
    asked = {f"{name}-from-memory": lambda path=path: service.load(path, token, seconds) for name, path in addresses.named.items()}
    uncached = lambda path: service.load(path, token, seconds, script="uncached.lua")
    asked |= {f"{name}-not-from-memory": lambda path=path: uncached(path) for name, path in addresses.named.items()}
    unit = unit_of(service, officer)
    asked["create"] = lambda: service.load("/v1/institutions", officer, seconds, script="create.lua", unit=unit)
    asked["export-csv"] = lambda: export_by_service(service, officer, "csv")
    return asked


def folded(stacks):
    """How often each stack was seen, from the outermost function to the innermost."""
    counts = {}
    for stack in stacks.split("\n\n"):
        frames = [line.strip().split(" ", 1)[1] for line in stack.splitlines() if " " in line.strip()]
        names = tuple(re.sub(r"::h[0-9a-f]{16}$", "", frame) for frame in reversed(frames))
        if names:
            counts[names] = counts.get(names, 0) + 1
    return counts


def graph(title, counts):
    """A flame graph as SVG: a box a function, as wide as its share, on top of whoever called it; it tells itself when
    the pointer rests on it."""
    width, height, whole = 1400, 17, sum(counts.values()) or 1
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
            if share * width >= 0.5:
                boxes.append((name, depth, left, share))
                draw(inner, depth + 1, left)
            left += share * width

    draw(list(counts.items()), 0, 0.0)
    tall = (deepest + 2) * height
    drawn = []
    for name, depth, left, share in boxes:
        name = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        box, colour = share * width, f"hsl({hash(name) % 50}, 80%, 65%)"
        top, letters = tall - (depth + 1) * height, int(box / 6.5)
        text = f'<text x="{left + 2:.1f}" y="{top + 12}">{name[:letters]}</text>' if letters > 3 and len(name[:letters]) == len(name[:letters].split("&")[0]) else ""
        drawn.append(
            f'<g><title>{name}, {share:.1%}</title><rect x="{left:.1f}" y="{top}" width="{box:.1f}" height="{height - 1}" '
            f'fill="{colour}"/>{text}</g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}" font-family="monospace" font-size="11">'
        f"<title>{title}</title>{''.join(drawn)}</svg>\n"
    )
