"""`python -m twinprop board [DIR]`: TensorBoard, on this computer alone, with readable names and no run too many.

Of more than 39 runs, a sweep's best are shown, else the newest. Beside them lies a run that sums up all, with a table
in TEXT. HPARAMS has the keys that vary. Runs that begin later are shown as well. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from secrets import token_urlsafe

from twinprop.commands.runs import add_filters, filtered
from twinprop.errors import TwinpropError
from twinprop.run.index import Entry, entries
from twinprop.run.selection import resolve
from twinprop.text import plural
from twinprop.training.interrupt import on_ending_signals

SECONDS = 5.0
"""After which runs that have begun are looked for."""

SAMPLES = "images=30,scalars=500,histograms=20"
"""Of a series of a run, at most; TensorBoard's own 1000 scalars of many runs take long to draw."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument(
        "directory", nargs="?", default="outputs", metavar="DIR", help="runs, sweeps; outputs if left out"
    )
    many = parser.add_mutually_exclusive_group()
    many.add_argument("--best", type=int, metavar="N", help="the N best runs")
    many.add_argument("--all", action="store_true", help="all runs; of more than 40, TensorBoard ticks none")
    add_filters(parser)
    parser.add_argument("--port", type=int, default=0, help="of the page; 6006 or the next that is free if left out")


def main(args: argparse.Namespace) -> int:
    from twinprop.population.board import TICKED, choose, link, named, write_overview

    root = resolve(args.directory).absolute()
    found = filtered(entries(root), args)
    if not 0 <= args.port < 2**16:
        raise TwinpropError(f"--port {args.port}: must be a whole number from 1 to 65535, or left out.")
    if args.best is not None and args.best < 1:
        raise TwinpropError(f"--best {args.best}: must be a whole number, at least 1.")
    most = 0 if args.all else args.best or TICKED - 1  # the overview is ticked too
    of_one_sweep = len({entry.sweep for entry in found}) == 1 and found[0].sweep is not None
    chosen = choose(found, most, best=bool(args.best) or of_one_sweep)
    if not chosen:
        raise TwinpropError(f"{root}: no run there has begun; train one, or name another folder.")
    with tempfile.TemporaryDirectory(prefix="twinprop-board-") as folder:
        paths = {entry.path for entry in chosen}
        shown = {name: entry for name, entry in named(found, root).items() if entry.path in paths}
        link(Path(folder), shown)
        if len(found) > 1:
            write_overview(Path(folder) / f"all {len(found)} runs", found, shown, root)
        print(said(chosen, found, of_one_sweep, args), flush=True)
        on_ending_signals(signal.default_int_handler)
        server = subprocess.Popen(command(folder, root, args.port), env={**os.environ, "PYTHONWARNINGS": "ignore"})
        try:
            while goes_on(server):
                if not most or len(shown) < most:
                    later = [entry for entry in filtered(entries(root), args) if entry.path not in paths]
                    new = choose(later, 0, best=False)[: most - len(shown) if most else None]
                    if new:
                        names = {name: entry for name, entry in named([*found, *later], root).items() if entry in new}
                        link(Path(folder), names)
                        shown |= names
                        paths |= {entry.path for entry in new}
        except KeyboardInterrupt:
            print()
            return 0
        finally:
            server.terminate()
            status = server.wait()
    return status


def goes_on(server: subprocess.Popen[bytes]) -> bool:
    """Whether a process is there after some seconds; at once, where it is not."""
    try:
        server.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def said(chosen: list[Entry], found: list[Entry], best: bool, args: argparse.Namespace) -> str:
    """Which runs are shown."""
    if len(chosen) == len(found):
        text = plural(len(found), "run")
        return f"{text}; of more than 40, TensorBoard ticks none: tick the box above their list" if args.all else text
    which = "best" if args.best or best else "newest"
    return (
        f"the {len(chosen)} {which} of {plural(len(found), 'run')}; --best N, --where KEY=VALUE or --all choose others"
    )


def command(folder: str, root: Path, port: int) -> list[str]:
    """TensorBoard's command line."""
    words = ["--logdir", folder, "--host", "127.0.0.1", "--window_title", f"twinprop: {root.name}"]
    # TensorBoard answers under any host's name, so that a page whose name is made to lead here could read it
    words += ["--path_prefix", f"/{token_urlsafe(12)}"]
    words += ["--reload_interval", "5", "--samples_per_plugin", SAMPLES, *(["--port", str(port)] if port else [])]
    return [sys.executable, "-m", "tensorboard.main", *words]
