"""`python -m twinprop diff A B`: in what two runs differ: their configurations, versions and results.

A and B are directories, how their paths begin (`outputs/sweeps/lr/3`), tags, or runs' names below `outputs`. The exit
status is 0 whether they differ or not.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from twinprop.commands.runs import number
from twinprop.commands.show import one
from twinprop.population.compare import short_value
from twinprop.run.directory import summary_of
from twinprop.run.index import Entry
from twinprop.run.selection import here, is_number
from twinprop.text import aligned, shown

NONE = "-"

MEASURED = ("seconds", "seconds_in_all", "seconds_per_epoch", "samples_per_second")
"""What differs between two equal runs too."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("a", metavar="A", help="a run's directory, the beginning of its path, or a tag")
    parser.add_argument("b", metavar="B", help="another one")


def main(args: argparse.Namespace) -> int:
    a, b = one(args.a), one(args.b)
    print(shown(f"A  {here(a.path)}\nB  {here(b.path)}"))
    section("configuration", differing(a.keys, b.keys))
    section("versions and machine", differing(environment(a), environment(b)))
    if a.status != b.status:
        section("status", [["status", a.status, b.status]])
    measured = results(a, b)
    if measured:
        print("\n" + aligned(["results", "A", "B", "B - A"], measured, ["A", "B", "B - A"]))
    else:
        print("\nresults: the same")
    return 0


def section(name: str, rows: list[list[str]]) -> None:
    """What differs, or that nothing does."""
    print(f"\n{aligned([name, 'A', 'B'], rows)}" if rows else f"\n{name}: the same")


def differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[list[str]]:
    """The values that are not the same in both."""
    names = dict.fromkeys([*a, *b])
    texts = ([name, *(short_value(each[name]) if name in each else NONE for each in (a, b))] for name in names)
    return [row for row in texts if row[1] != row[2]]


def environment(entry: Entry) -> dict[str, Any]:
    """What a run's results depended on beside its configuration."""
    return dict(summary_of(entry.path).get("environment") or {})


def results(a: Entry, b: Entry) -> list[list[str]]:
    """The results that are not the same, with their difference."""
    rows = []
    for name in dict.fromkeys([*a.results, *b.results]):
        one_, other = a.results.get(name), b.results.get(name)
        if one_ == other:
            continue
        both = is_number(one_) and is_number(other)
        rows.append([name, number(name, one_), number(name, other), f"{other - one_:+.4g}" if both else ""])  # type: ignore[operator]
    # times stand last: they are never the same
    return sorted(rows, key=lambda row: row[0] in MEASURED)
