"""How fast one run is on the CPU: whole runs of twinprop beside the scripts of references.py, in turn, medians.

    TWINPROP_DATA=... python benchmarks/single_run.py [--rounds 3] [--no-plain]

needs MNIST. Every figure is seconds an epoch of 60,000 images. A whole run evaluates the 10,000 test images, logs
to TensorBoard and saves the model, which the references do not. References get the better of one thread and all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import psutil
import results

HERE = Path(__file__).parent
NETWORKS = [("784-1024-10", 100), ("784-50-50-10", 64), ("784-200-100-50-10", 16), ("hw4: 784-200-100-50-10", 16)]
EPOCHS = 6
RATIOS = [("torch", "eager"), ("scratch", "numpy"), ("scratch", "eager")]


def reference(name: str, network: str, batch: int) -> float:
    threads = {1, psutil.cpu_count() or 1}
    command = [sys.executable, str(HERE / "references.py"), name, network, str(batch), "2"]
    runs = (subprocess.run([*command, str(n)], capture_output=True, text=True, check=True) for n in threads)
    return min(float(run.stdout) for run in runs)


def whole_run(backend: str, network: str, batch: int) -> tuple[float, float]:
    """Seconds an epoch of a whole run, and of its training alone."""
    hidden = network.split("-")[1:-1]
    experiment = ["experiment=hw4_scratch"] if network.startswith("hw4") else []
    with tempfile.TemporaryDirectory() as folder:
        overrides = [
            *(*experiment, "data=mnist", "data.val_fraction=0", "data.normalize=false", "device=cpu"),
            *(f"model.backend={backend}", f"model.hidden=[{','.join(hidden)}]", f"train.batch_size={batch}"),
            *(f"train.epochs={EPOCHS}", f"hydra.run.dir={folder}/run"),
        ]
        subprocess.run([sys.executable, str(HERE.parent / "train.py"), *overrides], capture_output=True, check=True)
        seconds = json.loads((Path(folder) / "run" / "summary.json").read_text())["seconds"]
    return seconds["total"] / EPOCHS, seconds["per_epoch"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain script, which takes longest")
    arguments = parser.parse_args()
    names = (["plain"] if not arguments.no_plain else []) + ["eager", "numpy", "products"]
    columns = ["network, batch", *names, "twinprop torch", "twinprop scratch", *("/".join(pair) for pair in RATIOS)]
    lines = [
        results.machine(),
        "",
        f"Seconds an epoch, medians of {arguments.rounds} rounds. twinprop is the whole run; in brackets its training.",
        "",
        f"| {' | '.join(columns)} |",
        "| --- " * len(columns) + "|",
    ]
    for network, batch in NETWORKS:
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(arguments.rounds):
            for name in names:
                seconds[name].append(reference(name, network, batch))
            for backend in ("torch", "scratch"):
                whole, training = whole_run(backend, network, batch)
                seconds[backend].append(whole)
                seconds[f"{backend} training"].append(training)
            print(f"{network}, {batch}:", {name: round(values[-1], 3) for name, values in seconds.items()}, flush=True)
        median = {name: statistics.median(values) for name, values in seconds.items()}

        def ratio(a: str, b: str, seconds: dict[str, list[float]] = seconds) -> str:
            return f"{statistics.median(x / y for x, y in zip(seconds[a], seconds[b], strict=True)):.2f}"

        cells = [f"{median[name]:.2f}" for name in names]
        cells += [f"{median[name]:.2f} ({median[f'{name} training']:.2f})" for name in ("torch", "scratch")]
        cells += [ratio(*pair) for pair in RATIOS]
        lines.append(f"| {network}, {batch} | {' | '.join(cells)} |")
    results.write("One run on the CPU", "\n".join(lines))


if __name__ == "__main__":
    main()
