"""`python -m twinprop show RUN`: all that is known of a run: what was chosen, what came of it, where it ran.

RUN is a directory, how its path begins (`outputs/sweeps/lr/3`), a tag, or a run's name below `outputs`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from twinprop.commands.runs import number, when
from twinprop.errors import TwinpropError
from twinprop.run.directory import bytes_in, is_sweep, summary_of
from twinprop.run.index import Entry, entries
from twinprop.run.selection import here, resolve
from twinprop.text import aligned, as_typed, duration, in_shell, plural, shown, size, spelled

SPLITS = ("train", "val", "test")

MACHINE = {"device": "", "gpu": "", "cpu": "", "threads": "threads", "platform": "", "blas": ""}

VERSIONS = ("twinprop", "commit", "python", "torch", "numpy")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="a run's directory, the beginning of its path, or a tag")


def one(word: str) -> Entry:
    """The run that a person means.

    Raises:
        TwinpropError: there is none, or several.
    """
    path = resolve(word)
    found = entries(path)
    if len(found) == 1 and found[0].path == path.absolute():
        return found[0]
    what = "a sweep" if is_sweep(path) else "a folder"
    list_it = f"{as_typed('python -m twinprop runs')} {in_shell(str(path))}"
    raise TwinpropError(f"{path}: is {what} with {plural(len(found), 'run')}, and no run; list them with {list_it}")


def main(args: argparse.Namespace) -> int:
    entry = one(args.run)
    summary = summary_of(entry.path)
    facts = {
        "run": here(entry.path),
        "sweep": "" if entry.sweep is None else here(entry.sweep),
        "tags": ", ".join(entry.tags),
        "status": ": ".join(filter(None, (entry.status, entry.reason))),
        "began": when(entry.began),
        "took": took(entry),
        "again": as_typed(f"python train.py {in_shell(*entry.words)}".rstrip()),
        "parameters": f"{entry.results['parameters']:,.0f}" if "parameters" in entry.results else "",
        **environment(summary.get("environment") or {}),
        "size": size(bytes_in(entry.path)),
    }
    print(shown(aligned(["", ""], [[name, text] for name, text in facts.items() if text]).lstrip("\n")))
    rows = results(entry)
    if rows:
        print("\n" + aligned(["", *SPLITS, "best val", "its test"], rows, [*SPLITS, "best val", "its test"]))
    print("\n" + aligned(["key", "value"], [[key, spelled(value)] for key, value in entry.keys.items()]))
    return 0


def took(entry: Entry) -> str:
    """How long it trained, and how far it got."""
    parts = []
    if "epochs" in entry.results:
        parts.append(f"{plural(int(entry.results['epochs']), 'epoch')}, {entry.results.get('steps', 0):,.0f} steps")
    if "seconds" in entry.results:
        parts.append(f"{duration(entry.results['seconds'])} of training")
    return ", ".join(parts)


def environment(about: Mapping[str, Any]) -> dict[str, str]:
    """Versions and the machine, each in a line."""
    versions = [f"{name} {about[name]}" for name in VERSIONS if about.get(name)]
    machine = [f"{about[name]} {word}".rstrip() for name, word in MACHINE.items() if about.get(name) and name != "blas"]
    return {"versions": ", ".join(versions), "machine": ", ".join(machine)}


def results(entry: Entry) -> list[list[str]]:
    """Loss, accuracy and what else was measured, by split, at the end and at the best epoch."""
    whats = dict.fromkeys(
        name.partition("_")[2] for name in entry.results if name.startswith(("train_", "val_", "test_"))
    )
    columns = [*(f"{split}_" for split in SPLITS), "best_val_", "best_test_"]
    return [[what, *(number(what, entry.results.get(f"{start}{what}")) for start in columns)] for what in whats]
