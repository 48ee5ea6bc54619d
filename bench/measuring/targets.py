"""What is to be reached, and whether it is."""

import math

from .load import Round
from .reads import paused

READS = ["one-record", "list-of-50"]
LOADED = ["one-record", "list-of-50", "search-of-50", "statistics", "one-record, 304"]
LARGE = 100_000
GROWING = ["list-of-50", "search-of-50", "first page of all", "deep page of all", "one-record", "statistics"]


def held_against(reports):
    """A line for each target and each database that it was measured on."""
    print("\n### What was to be reached\n\n| target | measured on | number | |\n|---|---|---:|---|")
    for report in reports:
        where = f"{report.system}, {report.count:,}"
        for target, number, shown, is_reached in of_one(report):
            if number is not None:
                print(f"| {target} | {where} | {shown.format(number)} | {verdict(is_reached(number))} |")
    for target, where, shown, is_reached in of_growth(reports):
        print(f"| {target} | {where} | {shown} | {verdict(is_reached)} |")


def verdict(is_reached):
    """In words."""
    return "reached" if is_reached else "**not reached**"


def of_one(report):
    """The targets that one database tells, each with its number if it was measured."""
    facts = report.facts
    at_least = lambda least: lambda number: number >= least
    at_most = lambda most: lambda number: number <= most
    for name in READS:
        yield f"{name} ≥ 0.80 of bare actix-web", facts.get(f"{name} / bare actix-web"), "{:.2f}", at_least(0.80)
    uncached = facts.get("list-of-50, not from memory / raw sqlx")
    yield "list not from memory ≥ 0.95 of raw sqlx", uncached, "{:.2f}", at_least(0.95)
    if report.count >= LARGE:
        yield "CSV export ≥ 1.0 of the database's own", facts.get("export csv / database"), "{:.2f}", at_least(1.0)
        yield "memory of an export < 40 MiB above idle", facts.get("export csv, memory"), "{:.0f} MiB", at_most(40)
        yield (
            "statistics < 5 ms, one client, not from memory",
            p50(facts, "statistics, one client, not from memory"),
            "{:.1f} ms",
            at_most(5),
        )
        yield "statistics < 5 ms, fifty clients", p50(facts, "statistics"), "{:.1f} ms", at_most(5)
        yield (
            "deep page as fast as the first (a tenth is what rounds differ by)",
            deep_against_first(facts),
            "{:.2f} ×",
            at_least(0.9),
        )
    yield "creates ≥ 0.5 of pgbench with the same statements", facts.get("create / pgbench"), "{:.2f}", at_least(0.5)
    for name in [one for name in LOADED for one in (name, paused(name))]:
        if name in facts:
            yield f"p99 ≤ 5 × p50, {name}", facts[name].p99 / facts[name].p50, "{:.1f} ×", at_most(5)
    yield "a write heard by 1,000 streams within 100 ms (p99)", facts.get("streams, p99"), "{:.0f} ms", at_most(100)
    if report.system == "sqlite":
        yield "ready under 100 ms on an existing file", facts.get("ready_ms"), "{:.0f} ms", at_most(100)
    yield "memory at rest < 60 MiB", facts.get("idle_mib"), "{:.0f} MiB", at_most(60)
    yield "memory under load < 200 MiB, requests of fifty clients", facts.get("loaded_mib"), "{:.0f} MiB", at_most(200)
    yield (
        "memory under load < 200 MiB, an import of 10,000 rows",
        facts.get("import, memory"),
        "{:.0f} MiB",
        at_most(200),
    )


def p50(facts, name):
    """The median latency of a request, if it was measured."""
    return facts[name].p50 if isinstance(facts.get(name), Round) else None


def deep_against_first(facts):
    """How a page far in compares with the first, when one client asks and nothing is in memory."""
    deep, first = (p50(facts, f"{page} page of all, one client, not from memory") for page in ("deep", "first"))
    return first / deep if deep and first else None


def of_growth(reports):
    """Whether costs grow no faster than n log n from the smallest database of a system to each larger one."""
    for system in dict.fromkeys(report.system for report in reports):
        smallest, *larger = sorted((one for one in reports if one.system == system), key=lambda one: one.count)
        for report in larger:
            where = f"{system}, {smallest.count:,} → {report.count:,}"
            whole = report.count * math.log(report.count) / (smallest.count * math.log(smallest.count))
            for name in GROWING:
                before, after = (p50(one.facts, f"{name}, one client, not from memory") for one in (smallest, report))
                if before and after:
                    shown = f"{before:.2f} → {after:.2f} ms"
                    yield f"{name} grows no faster than n log n", where, shown, after / before <= whole
            for name in ["export csv, seconds a row", "import, seconds a row"]:
                before, after = (one.facts.get(name) for one in (smallest, report))
                if before and after:
                    # Of a row, only the logarithm may grow; a tenth is what rounds differ by.
                    share = math.log(report.count) / math.log(smallest.count) * 1.1
                    shown = f"{before * 1e6:.0f} → {after * 1e6:.0f} µs a row"
                    yield f"{name.split(',')[0]} grows no faster than n log n", where, shown, after / before <= share
