"""`python -m twinprop rm RUN...`: remove runs and sweeps, after asking; never what is in training, nor anything else.

A folder of runs is removed in parts: `rm outputs --status failed`, `rm outputs --where model.depth=0 --before 30d`.
What is not there is told, and keeps nothing else; the rest of what a command removed that was killed goes as well.
A sweep from which jobs were removed trains them again when it is resumed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

from twinprop.commands.runs import add_filters, filtered
from twinprop.errors import OutputError, TwinpropError
from twinprop.run.directory import bytes_in, is_sweep
from twinprop.run.index import Entry, entries
from twinprop.run.lock import Lock, is_held
from twinprop.run.selection import BASES, here, resolve
from twinprop.text import plural, shortened, shown, size

REMOVED = ".removed-"
"""How the name of a directory begins that is being removed."""

TOKEN = 8
"""Bytes that its name ends with, as letters of hexadecimal numbers."""

FOLDERS = (".hydra", "checkpoints", "plots", "plugins", ".submitit")
"""In the directory of a run or a sweep; `.hydra` may have another name."""

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
    named, lacking = set[Path](), 0
    for word in args.runs:
        try:
            path = resolve(word, guess=False)
        except TwinpropError as error:
            lacking += 1
            print(shown(str(error)), file=sys.stderr)
        else:
            named.update(meant(path, args))
    chosen = sorted(path for path in named if named.isdisjoint(path.parents))
    places = {path.parent for path in chosen} | {(base / word).parent for base in BASES for word in args.runs}
    if not chosen:
        clear(places if not args.dry_run else ())
        if not lacking:
            print("No run is meant.")
        return 1 if lacking else 0
    busy = [path for path in chosen if at_work(path)]
    chosen = [path for path in chosen if path not in busy]
    for path in busy:
        print(f"{shown(here(path))}: is in training, and stays", file=sys.stderr)
    for path in chosen[:LISTED]:
        print(shown(here(path)))
    if len(chosen) > LISTED:
        print(f"and {len(chosen) - LISTED:,} more")
    what = f"{plural(len(chosen), 'directory', 'directories')}, {size(sum(map(bytes_in, chosen)))}"
    if args.dry_run or not chosen:
        print(f"{what} would be removed" if chosen else "Nothing is removed.")
        return 1 if busy or lacking else 0
    if not args.yes and not agreed(what):
        print("Nothing is removed.")
        return 1
    stay = 0
    for path in chosen:
        try:
            remove(path)
        except OutputError as error:
            stay += 1
            print(shown(str(error)), file=sys.stderr)
    clear(places)
    print(f"removed {len(chosen) - stay} of {what}" if stay else f"removed {what}")
    return 1 if busy or stay or lacking else 0


def meant(path: Path, args: argparse.Namespace) -> list[Path]:
    """The directories to remove: a run, a sweep, or with a filter the runs below that pass it.

    Raises:
        TwinpropError: it is neither, and nothing chooses among what is in it.
    """
    link, path = path, path.resolve()
    found = entries(path)
    if args.where or args.status or args.since or args.before or args.tag:
        chosen = [entry.path for entry in filtered(found, args)]
    elif link.is_symlink():
        raise TwinpropError(f"{link}: is a link, and stays; name what it leads to, {path}.")
    elif is_sweep(path) or (len(found) == 1 and found[0].path == path):
        chosen = [path]
    else:
        raise TwinpropError(
            f"{path}: is neither a run nor a sweep, but a folder with {plural(len(found), 'run')}; name those, or "
            "choose among them with --where, --status, --since, --before or --tag."
        )
    for each in chosen:
        if each in (Path.cwd(), *Path.cwd().parents):
            raise TwinpropError(f"{each}: is the folder that you are in; leave it first.")
        if more := foreign(each):
            raise TwinpropError(
                f"{each}: holds folders that no run made ({shortened(more)}), which would go too; move them, or remove "
                "what you do not want yourself."
            )
    for each in filter(Path.is_symlink, chosen):
        print(f"{shown(here(each))}: is a link, and stays", file=sys.stderr)
    return [each for each in chosen if not each.is_symlink()]


def foreign(path: Path) -> list[str]:
    """Names of folders in that of a run or a sweep which none of them made, as where somebody trained in a project."""
    jobs = {parent for entry in below(path) for parent in (entry.path, *entry.path.parents)}
    folders = [each for each in path.iterdir() if each.is_dir() and each.name not in FOLDERS and each not in jobs]
    numbered = is_sweep(path)  # a job that did not begin has next to nothing
    return sorted(
        each.name
        for each in folders
        if not (each / "config.yaml").exists() and not (numbered and each.name.partition("_")[0].isdecimal())
    )


def at_work(path: Path) -> bool:
    """Whether a process trains in a directory, in that of its sweep, or in one of a run below it."""
    return is_held(path) or (is_sweep(path.parent) and is_held(path.parent)) or any(map(training, below(path)))


def below(path: Path) -> Sequence[Entry]:
    """The runs of a sweep; of a run none."""
    return entries(path) if is_sweep(path) else []


def training(entry: Entry) -> bool:
    return entry.status in ("running", "waiting")


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
        hidden = path.with_name(f"{REMOVED}{token_hex(TOKEN)}")
        try:
            os.rename(path, hidden)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed ({error.strerror}); check its permissions.") from error
        shutil.rmtree(hidden, ignore_errors=True)
        if hidden.exists():
            raise OutputError(f"{path}: not all of it can be removed; the rest is {hidden}; check its permissions.")


def clear(places: Iterable[Path]) -> None:
    """Remove what is left of directories in some folders whose removal was cut off, as by a kill."""
    for place in places:
        for path in place.glob(f"{REMOVED}{'[0-9a-f]' * 2 * TOKEN}"):
            shutil.rmtree(path, ignore_errors=True)
