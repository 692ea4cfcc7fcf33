"""`python -m twinprop rm RUN...`: remove runs and sweeps, after asking; never what is in training, nor anything else.

A folder of runs is removed in parts: `rm outputs --status failed`, `rm outputs --where model.depth=0 --before 30d`.
A sweep from which jobs were removed trains them again when it is resumed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from twinprop.commands.runs import add_filters, filtered
from twinprop.errors import OutputError, TwinpropError
from twinprop.run.directory import is_sweep
from twinprop.run.index import Entry, entries
from twinprop.run.lock import Lock, is_held
from twinprop.run.selection import here, resolve
from twinprop.text import plural, shown

LISTED = 20
"""Directories that the question names."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="runs, sweeps; with an option that chooses, folders of them"
    )
    add_filters(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def main(args: argparse.Namespace) -> int:
    chosen = list(dict.fromkeys(path for word in args.runs for path in meant(resolve(word), args)))
    if not chosen:
        print("No run is meant.")
        return 0
    busy = [path for path in chosen if at_work(path)]
    chosen = [path for path in chosen if path not in busy]
    for path in busy:
        print(f"{shown(here(path))}: is in training, and stays", file=sys.stderr)
    for path in chosen[:LISTED]:
        print(shown(here(path)))
    if len(chosen) > LISTED:
        print(f"and {len(chosen) - LISTED:,} more")
    megabytes = sum(map(size, chosen)) / 1e6
    what = f"{plural(len(chosen), 'directory', 'directories')}, {megabytes:,.1f} MB"
    if args.dry_run or not chosen:
        print(f"{what} would be removed" if chosen else "Nothing is removed.")
        return 1 if busy else 0
    if not args.yes and not agreed(what):
        print("Nothing is removed.")
        return 1
    for path in chosen:
        remove(path)
    print(f"removed {what}")
    return 1 if busy else 0


def meant(path: Path, args: argparse.Namespace) -> list[Path]:
    """The directories to remove: a run, a sweep, or with a filter the runs below that pass it.

    Raises:
        TwinpropError: it is neither, and nothing chooses among what is in it.
    """
    path = path.resolve()
    found = entries(path)
    if args.where or args.status or args.since or args.before or args.tag:
        return [entry.path for entry in filtered(found, args)]
    if is_sweep(path) or (len(found) == 1 and found[0].path == path):
        if path in (Path.cwd(), *Path.cwd().parents):
            raise TwinpropError(f"{path}: is the folder that you are in; leave it first.")
        return [path]
    raise TwinpropError(
        f"{path}: is neither a run nor a sweep, but a folder with {plural(len(found), 'run')}; name those, or choose "
        "among them with --where, --status, --since, --before or --tag."
    )


def at_work(path: Path) -> bool:
    """Whether a process trains in a directory, in that of its sweep, or in one of a run below it."""
    return is_held(path) or (is_sweep(path.parent) and is_held(path.parent)) or any(map(training, below(path)))


def below(path: Path) -> Sequence[Entry]:
    """The runs of a sweep; of a run none."""
    return entries(path) if is_sweep(path) else []


def training(entry: Entry) -> bool:
    return entry.status in ("running", "waiting")


def size(path: Path) -> int:
    """Bytes of the files in a directory."""
    return sum(os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names)


def agreed(what: str) -> bool:
    """Whether a person agrees; where nobody can be asked, nobody does."""
    if not sys.stdin.isatty():
        print("Nobody can be asked here; --yes removes without.", file=sys.stderr)
        return False
    return input(f"Remove {what}? [y/N] ").strip().lower() in ("y", "yes")


def remove(path: Path) -> None:
    """Remove a directory, of which nothing is seen from the first moment on, though removing takes a while.

    Raises:
        OutputError: a process has begun to work in it, or it cannot be removed.
    """
    with ExitStack() as locks:
        owner = path.parent if is_sweep(path.parent) else path
        if (owner / "checkpoints").is_dir():
            locks.enter_context(Lock(owner))
        hidden = path.with_name(f".{path.name}.removed")
        try:
            os.rename(path, hidden)
            shutil.rmtree(hidden)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed ({error.strerror}); check its permissions.") from error
