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

def note(spent):
    with open(out, "a") as file:
        file.write(f"{spent} {time.monotonic()}\\n")

def begun(self, *arguments):
    made(self, *arguments)
    note(0)

def written(self, position):
    start = time.process_time()
    write(self, position)
    note(time.process_time() - start)

CheckpointFolder.__init__, CheckpointFolder.write = begun, written
ending.run(cli.main)
"""


def run(words: list[str], on: bool) -> tuple[float, float, float, int]:
    """Processor seconds of a command and of its checkpoints; the longest time between two of them; how many."""
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
    times = [time for _, time in lines]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    all_spent = [spent for spent, _ in lines if spent]
    return usage.ru_utime + usage.ru_stime, sum(all_spent), max(gaps), len(all_spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the epochs")
    arguments = parser.parse_args()
    columns = ["run", "without", "with", "checkpoints", "of that within them", "at stake, at most"]
    lines = [
        results.machine(),
        "",
        f"Processor seconds of whole commands, medians of {arguments.rounds}; seconds of the clock at stake.",
        "",
        f"| {' | '.join(columns)} |",
        "| --- " * len(columns) + "|",
    ]
    for name, words in CASES.items():
        scaled = [scaled_epochs(word, arguments.scale) for word in words]
        rounds = [(run(scaled, False), run(scaled, True)) for _ in range(arguments.rounds)]
        off = statistics.median(without[0] for without, _ in rounds)
        on, spent, gap, count = (statistics.median(found[place] for _, found in rounds) for place in range(4))
        lines.append(f"| {name} | {off:.1f} | {on:.1f} | {count:.0f} | {spent:.2f} s, {spent / on:.2%} | {gap:.0f} s |")
        print(lines[-1], flush=True)
    results.write("What checkpoints cost", "\n".join(lines))


def scaled_epochs(word: str, scale: float) -> str:
    """`train.epochs=...` with a share of the epochs."""
    key, equals, value = word.partition("=")
    return f"{key}={max(1, round(scale * int(value)))}" if key == "train.epochs" else f"{key}{equals}{value}"


if __name__ == "__main__":
    main()
