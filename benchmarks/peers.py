"""How fast one run is on the CPU, beside the libraries and scripts that one would take instead.

    TWINPROP_DATA=... python benchmarks/peers.py [--rounds 3] [--epochs 3] [--network 784-50-50-10] [--only NAME ...]

needs MNIST. Each way to train is a process of its own, and they take turns; those of frameworks.py that are not
installed are named and left out. All have the same network, optimizer, rate, scale of initial weights and epochs over
60,000 images, and must come to the same accuracy on the test images: the command fails where one does not.

An epoch is the median of those after the first; what the first and the start of the process take more is told apart.
twinprop's is its whole run, divided by the epochs: from the first update to the saved model, with the test images
evaluated and TensorBoard's file written in each, which no other does. The others get one thread or all, whatever was
faster in the first round.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

import processes
import psutil
import results
from frameworks import PACKAGES, RATE
from references import REFERENCES, is_hw4

HERE = Path(__file__).parent
NETWORKS = {"784-1024-10": 100, "784-50-50-10": 64, "784-200-100-50-10": 16, "hw4: 784-200-100-50-10": 16}
OURS = {"twinprop, PyTorch": "torch", "twinprop, by hand": "scratch"}
CHIEF = "twinprop, PyTorch"
TOLERANCE = 0.02
"""How far from the median of all a test accuracy may be, as a fraction; some epochs leave them within half of it."""


class Measured(NamedTuple):
    """What a way to train took: the whole process, seconds an epoch, its test accuracy, and of ours training alone."""

    taken: processes.Taken
    epoch: float
    accuracy: float | None
    training: float = 0.0


def reference(name: str, network: str, epochs: int, threads: int) -> Measured:
    """A script of references.py or frameworks.py."""
    words = [name, network, str(NETWORKS[network]), str(epochs), str(threads)]
    taken = processes.run([sys.executable, str(HERE / "references.py"), *words])
    found = json.loads(taken.printed)
    return Measured(taken, median(found["epochs"][1:]), found["accuracy"])


def whole_run(backend: str, network: str, epochs: int) -> Measured:
    """A run of twinprop, from the shell and back."""
    hw4 = ["loss=mse", "model.activation=sigmoid", "model.output_activation=sigmoid", "optimizer.lr=1"]
    words = hw4 if is_hw4(network) else [f"optimizer.lr={RATE}"]
    hidden = ",".join(network.split("-")[1:-1])
    with tempfile.TemporaryDirectory() as folder:
        overrides = [
            *(*words, "data=mnist", "data.val_fraction=0", "data.normalize=false", "device=cpu"),
            *(f"model.backend={backend}", f"model.hidden=[{hidden}]", f"train.batch_size={NETWORKS[network]}"),
            *(f"train.epochs={epochs}", f"hydra.run.dir={folder}/run"),
        ]
        taken = processes.run([sys.executable, processes.TRAIN, *overrides])
        summary = json.loads((Path(folder) / "run" / "summary.json").read_text())
    seconds = summary["seconds"]
    return Measured(taken, seconds["total"] / epochs, summary["test"]["accuracy"], seconds["per_epoch"])


Rounds = dict[str, list[Measured]]
"""What each way to train took, by its name, in each round."""


def compare(network: str, names: list[str], rounds: int, epochs: int) -> tuple[Rounds, dict[str, int]]:
    """What each took in each round, and how many threads it had."""
    found: Rounds = defaultdict(list)
    threads: dict[str, int] = {}
    cores = psutil.cpu_count() or 1
    for _ in range(rounds):
        for name in names:
            if name in OURS:
                own = whole_run(OURS[name], network, epochs)
            elif name in threads:
                own = reference(name, network, epochs, threads[name])
            else:
                tried = {count: reference(name, network, epochs, count) for count in sorted({1, cores})}
                threads[name] = min(tried, key=lambda count: tried[count].epoch)
                own = tried[threads[name]]
            found[name].append(own)
            print(f"{network}, {name}: {own.epoch:.3f} s an epoch, {own.taken.seconds:.1f} s in all", flush=True)
    return found, threads


def ratio(found: Rounds, name: str, other: str) -> str:
    """How many times as long an epoch takes as another one's, in the median of the rounds."""
    if name == other or other not in found:
        return ""
    pairs = zip(found[name], found[other], strict=True)
    return f"{median(own.epoch / its.epoch for own, its in pairs):.2f}"


def table(network: str, found: Rounds, threads: dict[str, int], epochs: int) -> list[str]:
    """A row for each way to train."""
    head = [
        f"{network}, batch {NETWORKS[network]}",
        "threads",
        "s an epoch",
        "s beside epochs",
        "s of processors",
        "MB",
    ]
    head += ["test accuracy", f"/ {CHIEF}", "/ eager", "/ products"]
    lines = [f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    for name, each in found.items():
        training = f" ({median(own.training for own in each):.2f})" if name in OURS else ""
        more = median(own.taken.seconds - epochs * own.epoch for own in each)
        accuracy = "" if each[0].accuracy is None else f"{median(own.accuracy or 0.0 for own in each):.4f}"
        cells = [name, str(threads.get(name, "its own")), f"{median(own.epoch for own in each):.2f}{training}"]
        cells += [f"{more:.1f}", f"{median(own.taken.processors for own in each):.1f}"]
        cells += [f"{median(own.taken.peak for own in each) / 1e6:.0f}", accuracy]
        cells += [ratio(found, name, other) for other in (CHIEF, "eager", "products")]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def apart(network: str, found: Rounds) -> list[str]:
    """Which ways to train did not come to the accuracy of the others, in sentences."""
    means = {name: mean(own.accuracy or 0.0 for own in each) for name, each in found.items() if name != "products"}
    usual = median(means.values())
    return [
        f"{network}: {name} comes to {accuracy:.4f} on the test images, where the others come to {usual:.4f}."
        for name, accuracy in means.items()
        if abs(accuracy - usual) > TOLERANCE
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3, help="at least 2")
    parser.add_argument("--network", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NETWORK")
    every = [*PACKAGES, *REFERENCES, *OURS]
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="NAME", help=", ".join(every))
    args = parser.parse_args()
    missing = [name for name, package in PACKAGES.items() if name in args.only and find_spec(package) is None]
    if missing:
        print(f"{', '.join(missing)}: not installed, so left out; pip install -e '.[peers]' has them.", flush=True)
    lines = [
        results.machine(),
        "",
        f"{args.epochs} epochs, medians of {args.rounds} rounds. An epoch of twinprop is its whole run divided by the "
        "epochs; in brackets its training.",
        *([f"Not installed: {', '.join(missing)}."] if missing else []),
        "",
    ]
    wrong = []
    for network in args.network:
        left = {*missing, *(PACKAGES if is_hw4(network) else ())}
        names = [name for name in args.only if name not in left]
        found, threads = compare(network, names, args.rounds, args.epochs)
        lines += table(network, found, threads, args.epochs)
        wrong += [] if is_hw4(network) else apart(network, found)  # in so few epochs it is where chance has it
    results.write("One run on the CPU", "\n".join(lines))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
