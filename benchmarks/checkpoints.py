"""What checkpoints cost: python benchmarks/checkpoints.py [--rounds 1] [--scale 1]

    TWINPROP_DATA=... python benchmarks/checkpoints.py

needs MNIST. Whole commands with checkpoints as they are unless somebody asks (train.checkpoint_seconds) and without
any but the last, in turn; processor time, for others may be at work on the machine. Beside the difference of the two,
which is as wide as two equal runs are apart, stands what was spent within the writing itself, and the longest time
between two checkpoints, which is at stake.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import results

ROOT = Path(__file__).parents[1]

CASES = {
    "64-50-50-10 on digits, by hand": ["model.backend=scratch", "train.epochs=2500"],
    "784-50-50-10 on MNIST, PyTorch": ["data=mnist", "train.epochs=60"],
    "784-2048-2048-10 on MNIST, PyTorch, Adam": [
        *("data=mnist", "model.hidden=[2048,2048]", "optimizer=adam", "train.batch_size=256", "train.epochs=4"),
    ],
    "64 of 784-50-50-10 on MNIST, by hand": [
        *("-m", "data=mnist", "model.backend=scratch", "seed=range(64)", "train.epochs=10", "train.batch_size=64"),
        "hydra.launcher.report=false",
    ],
}

MEASURED = """
import sys, time
from twinprop.app import cli, ending
from twinprop.run.checkpoints import CheckpointFolder
made, write, out = CheckpointFolder.__init__, CheckpointFolder.write, sys.argv.pop(1)

def note(spent, waited):
    with open(out, "a") as file:
        file.write(f"{spent} {waited} {time.monotonic()}\\n")

def begun(self, *arguments):
    made(self, *arguments)
    note(0, 0)

def written(self, position):
    start, began = time.process_time(), time.monotonic()
    write(self, position)
    note(time.process_time() - start, time.monotonic() - began)

CheckpointFolder.__init__, CheckpointFolder.write = begun, written
ending.run(cli.main)
"""


class Cost(NamedTuple):
    """What was measured of a command.

    Attributes:
        seconds: of the processor, in all.
        spent: of the processor, in writing checkpoints.
        clock: seconds of the clock, from the first update to the last checkpoint.
        waited: of the clock, for checkpoints.
        stake: of the clock, from one checkpoint to the next, at most.
        count: of checkpoints.
    """

    seconds: float
    spent: float
    clock: float
    waited: float
    stake: float
    count: int


def run(words: list[str], on: bool) -> Cost:
    """A command with checkpoints, or with the last alone."""
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder) / "noted"
        key = "hydra.sweep.dir" if words[0] == "-m" else "hydra.run.dir"
        more = [f"{key}={folder}/out", *([] if on else ["train.checkpoint_seconds=null"])]
        process = subprocess.Popen(
            [sys.executable, "-c", MEASURED, str(noted), *words, *more],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{' '.join(words)}: ended with {os.waitstatus_to_exitcode(status)}")
        lines = [tuple(map(float, line.split())) for line in noted.read_text().splitlines()]
    spent, waited, times = zip(*lines, strict=True)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    seconds, count = usage.ru_utime + usage.ru_stime, sum(each > 0 for each in waited)
    return Cost(seconds, sum(spent), times[-1] - times[0], sum(waited), max(gaps), count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the epochs")
    arguments = parser.parse_args()
    columns = ["run", "without", "with", "checkpoints", "of that within them", "of the clock", "at stake, at most"]
    lines = [
        results.machine(),
        "",
        f"Processor seconds of whole commands, medians of {arguments.rounds}. At stake are seconds of the clock, of",
        "which checkpoints are to take 1/60: they come more often than by the processor where others are at work.",
        "",
        f"| {' | '.join(columns)} |",
        "| --- " * len(columns) + "|",
    ]
    for name, words in CASES.items():
        scaled = [scaled_epochs(word, arguments.scale) for word in words]
        rounds = [(run(scaled, False), run(scaled, True)) for _ in range(arguments.rounds)]
        off, on = (Cost(*map(statistics.median, zip(*each, strict=True))) for each in zip(*rounds, strict=True))
        cells = [
            *(name, f"{off.seconds:.1f}", f"{on.seconds:.1f}", f"{on.count:.0f}"),
            *(f"{on.spent:.2f} s, {on.spent / on.seconds:.2%}", f"{on.waited / on.clock:.2%}", f"{on.stake:.0f} s"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    results.write("What checkpoints cost", "\n".join(lines))


def scaled_epochs(word: str, scale: float) -> str:
    """`train.epochs=...` with a share of the epochs."""
    key, equals, value = word.partition("=")
    return f"{key}={max(1, round(scale * int(value)))}" if key == "train.epochs" else f"{key}{equals}{value}"


if __name__ == "__main__":
    main()
