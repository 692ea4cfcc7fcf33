"""A sweep trained as one against a queue of runs: python benchmarks/sweep.py [--rounds 1] [--queued 64]

64 networks (8 learning rates × 8 seeds), MNIST, 784-50-50-10, 2 epochs: whole commands, from the shell and back. The
queue is `hydra/launcher=basic model.backend=torch`, what a Hydra user has today; with --queued below 64 it trains that
many and the rest is extrapolated. The floor is the time of the matrix products of training alone, on all cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import results

ROOT = Path(__file__).parents[1]
RATES = [0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3]
COMMON = ["data=mnist", "model.hidden=[50,50]", "train.epochs=2"]


def seconds(batch: int, jobs: int, *words: str) -> float:
    """Wall-clock time of a whole command that trains the first `jobs` of the 64 networks."""
    seeds = ",".join(map(str, range(-(-jobs // 8))))
    rates = ",".join(map(str, RATES[: min(jobs, 8)]))
    sweep = [f"seed={seeds}", f"optimizer.lr={rates}"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "train.py"), "-m", *COMMON, f"train.batch_size={batch}", *sweep, *words]
        start = time.perf_counter()
        subprocess.run([*command, f"hydra.sweep.dir={folder}/sweep"], check=True, capture_output=True, cwd=folder)
        return time.perf_counter() - start


def queue(batch: int, jobs: int) -> float:
    """The whole command of the queue for 64 networks."""
    words = ["hydra/launcher=basic", "model.backend=torch"]
    whole = seconds(batch, jobs, *words)
    if jobs >= 64:
        return whole
    few = seconds(batch, 1, *words)
    return whole + (whole - few) / (jobs - 1) * (64 - jobs)


def floor(batch: int) -> float:
    """Seconds that the matrix products of the sweep's training take on all cores, each with one thread."""
    command = [sys.executable, str(ROOT / "benchmarks" / "references.py"), "products", "784-50-50-10", str(batch)]
    done = subprocess.run([*command, "3", "1"], check=True, capture_output=True, text=True)
    return float(done.stdout) * 54 / 60 * 2 * 64 / psutil.cpu_count()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--queued", type=int, default=64)
    args = parser.parse_args()
    lines = [
        f"{results.machine()}; medians of {args.rounds}, the queue timed once with {args.queued} of the 64",
        "",
        "| batch | queue, torch | together, torch | together, scratch | queue / torch | queue / scratch "
        "| products alone | scratch / products |",
        "| --- " * 8 + "|",
    ]
    for batch in (64, 16):
        found: dict[str, list[float]] = {"torch": [], "scratch": []}
        queued = queue(batch, args.queued)
        for _ in range(args.rounds):
            for backend, times in found.items():
                times.append(seconds(batch, 64, f"model.backend={backend}"))
        torch, scratch, least = *(statistics.median(times) for times in found.values()), floor(batch)
        lines.append(
            f"| {batch} | {queued:.1f} s | {torch:.1f} s | {scratch:.1f} s | {queued / torch:.1f} "
            f"| {queued / scratch:.1f} | {least:.1f} s | {scratch / least:.1f} |"
        )
    results.write("A sweep trained as one", "\n".join(lines))


if __name__ == "__main__":
    main()
