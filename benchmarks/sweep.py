"""Sweeps of MNIST, 784-50-50-10, batch 64: whole commands against a queue of runs and against their matrix products.

    TWINPROP_DATA=... python benchmarks/sweep.py [--rounds 1] [--queued 64] [--thousand] [--only-thousand]

64 networks (8 learning rates × 8 seeds), 2 and 10 epochs, by hand and in PyTorch: from the shell and back. The queue is
`hydra/launcher=basic model.backend=torch`, what a Hydra user has otherwise; with --queued below 64 it trains that many
for 2 epochs, the rest is extrapolated, and 0 leaves it out. The floor is the time of the matrix products of training
alone, on all cores. --thousand trains 1,000 networks for an epoch as well, and counts memory, files and bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

import processes
import psutil
import results

RATES = [0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3]
COMMON = ["data=mnist", "model.hidden=[50,50]", "train.batch_size=64"]
SHARE = 54_000 / 60_000
"""Of the images, what is left for training where a tenth is for validation."""


def networks(jobs: int, epochs: int, *words: str, limit: int | None = None) -> processes.Taken:
    """A whole sweep of the first `jobs` networks."""
    seeds = ",".join(map(str, range(-(-jobs // 8))))
    rates = ",".join(map(str, RATES[: min(jobs, 8)]))
    few = [] if limit is None else [f"data.limit={limit}"]
    return processes.sweep(*COMMON, *few, f"train.epochs={epochs}", f"seed={seeds}", f"optimizer.lr={rates}", *words)


def queue(jobs: int) -> float:
    """Seconds of the queue for 64 networks and 2 epochs."""
    words = ["hydra/launcher=basic", "model.backend=torch"]
    whole = networks(jobs, 2, *words).seconds
    if jobs >= 64:
        return whole
    few = networks(1, 2, *words).seconds
    return whole + (whole - few) / (jobs - 1) * (64 - jobs)


def floor(images: float) -> float:
    """Seconds that the matrix products of training on so many images take on all cores, each with one thread."""
    command = [sys.executable, str(Path(__file__).parent / "references.py"), "products", "784-50-50-10", "64", "3", "1"]
    epochs = json.loads(processes.run(command).printed)["epochs"]
    return median(epochs[1:]) * images / 60_000 / (psutil.cpu_count() or 1)


def sixty_four(rounds: int, queued: int) -> str:
    """The table of 64 networks."""
    lines = [
        f"{results.machine()}; medians of {rounds}"
        + (f", the queue timed once with {queued} of the 64" if queued else ""),
        "",
        "| epochs | queue, torch | together, torch | together, by hand | queue / torch | queue / by hand "
        "| products alone | by hand / products | processors, by hand | memory, by hand |",
        "| --- " * 10 + "|",
    ]
    for epochs in (2, 10):
        found: dict[str, list[processes.Taken]] = {"torch": [], "scratch": []}
        products = []
        for _ in range(rounds):
            for backend, each in found.items():
                each.append(networks(64, epochs, f"model.backend={backend}"))
            products.append(floor(60_000 * SHARE * epochs * 64))
            print(epochs, {name: round(each[-1].seconds, 1) for name, each in found.items()}, products[-1], flush=True)
        torch, hand = (median(own.seconds for own in each) for each in found.values())
        ratio = median(own.seconds / least for own, least in zip(found["scratch"], products, strict=True))
        long = queue(queued) if queued and epochs == 2 else None
        cells = [str(epochs), "" if long is None else f"{long:.1f} s", f"{torch:.1f} s", f"{hand:.1f} s"]
        cells += ["", ""] if long is None else [f"{long / torch:.1f}", f"{long / hand:.1f}"]
        cells += [f"{median(products):.1f} s", f"{ratio:.2f}"]
        cells += [f"{median(own.processors for own in found['scratch']):.1f} s"]
        cells += [f"{median(own.peak for own in found['scratch']) / 1e6:.0f} MB"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def thousand(limit: int | None) -> str:
    """The table of 1,000 networks, by hand."""
    taken = networks(1000, 1, "model.backend=scratch", limit=limit)
    least = floor((limit or 60_000) * SHARE * 1000)
    cells = [f"{limit or 60_000:,}", f"{taken.seconds:.0f} s", f"{taken.processors:.0f} s", f"{least:.0f} s"]
    cells += [
        f"{taken.seconds / least:.2f}",
        f"{taken.peak / 1e6:.0f} MB",
        f"{taken.files:,}",
        f"{taken.bytes / 1e6:.0f} MB",
    ]
    return "\n".join(
        [
            results.machine(),
            "",
            "| images | whole command | processors | products alone | command / products | memory | files | written |",
            "| --- " * 8 + "|",
            f"| {' | '.join(cells)} |",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--queued", type=int, default=64)
    parser.add_argument("--thousand", action="store_true", help="1,000 networks as well")
    parser.add_argument("--only-thousand", action="store_true", help="1,000 networks alone")
    parser.add_argument("--limit", type=int, help="of 1,000 networks: images to train on, in place of all 60,000")
    args = parser.parse_args()
    if not args.only_thousand:
        results.write("A sweep trained as one", sixty_four(args.rounds, args.queued))
    if args.thousand or args.only_thousand:
        results.write("A thousand networks", thousand(args.limit))


if __name__ == "__main__":
    main()
