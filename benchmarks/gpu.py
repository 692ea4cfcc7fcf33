"""Every check and benchmark that wants a GPU, in one call: python benchmarks/gpu.py [--device cuda]

Checks that both twins compute on the device what they compute with NumPy, to rounding, alone and in a stack, and that
a run repeats its bits; then times an epoch of both, and a sweep of 1,024 networks trained as one against a queue of 8
runs, extrapolated. Without a GPU it says so and does the same on torch's CPU tensors, with 16 networks, which shows
that the script works and nothing about a GPU. Uses MNIST where TWINPROP_DATA has it, else made-up images and no sweep.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import results
import torch

from twinprop.config.schema import Config
from twinprop.data.base import Samples
from twinprop.data.batches import Batches
from twinprop.data.vision import MNIST
from twinprop.models.mlp import MLP
from twinprop.pytorch.learner import TorchLearner
from twinprop.scratch.learner import ScratchLearner
from twinprop.scratch.optimizers import SGD, Adam
from twinprop.training.learner import Learner, Plan

NETWORKS = [([1024], 100), ([50, 50], 64), ([200, 100, 50], 16)]


def images(count: int) -> Samples:
    """MNIST's training images, or noise of the same shape."""
    root = os.environ.get("TWINPROP_DATA", "data")
    if (Path(root) / "MNIST" / "raw").is_dir():
        train = MNIST(root=root, download=False).read().train
        return train.take(np.arange(count))
    rng = np.random.default_rng(0)
    return Samples(rng.integers(0, 10, count), rng.random((count, 28, 28), np.float32))


def config(hidden: list[int], batch: int, backend: str = "scratch", **model: object) -> Config:
    result = Config(model=MLP(hidden=hidden, backend=backend, **model), optimizer=SGD(lr=0.05, momentum=0.9))
    result.train.batch_size = batch
    return result


def losses(learner: Learner, samples: Samples, configs: list[Config], device: str, steps: int = 100) -> np.ndarray:
    batches = Batches(samples, configs[0], device)
    found: list[object] = []
    epoch = 0
    while len(found) < steps:
        for x, y in batches.epoch([c.seed for c in configs], epoch, configs[0]):
            found.append(learner.step(x, y)[0])
        epoch += 1
    return learner.numbers(found[:steps])


def check(device: str) -> list[str]:
    """Lines of the table of checks."""
    samples = images(2000)
    lines = ["| check | largest relative difference of losses over 100 steps | |", "| --- | --- | --- |"]

    def row(name: str, a: np.ndarray, b: np.ndarray, bound: float) -> None:
        difference = float(np.max(np.abs(a - b) / np.abs(b)))
        lines.append(f"| {name} | {difference:.1e} | {'passed' if difference <= bound else 'FAILED'} |")

    for dtype, bound in (("float64", 1e-9), ("float32", 1e-3)):
        c = config([50, 50], 64, dtype=dtype, dropout=0.2, activation="gelu")
        plan = Plan.of(c, len(samples))
        shape = (28, 28), 10, plan
        reference = losses(ScratchLearner([c], *shape), samples, [c], "cpu")
        scratch = losses(ScratchLearner([c], *shape, device), samples, [c], device)
        row(f"scratch against NumPy, {dtype}", scratch, reference, bound)
        row(f"scratch twice, {dtype}", losses(ScratchLearner([c], *shape, device), samples, [c], device), scratch, 0)
        t = replace(c, model=replace(c.model, backend="torch"))
        pytorch = losses(TorchLearner([t], *shape, device), samples, [t], device)
        row(f"torch against NumPy, {dtype}", pytorch, reference, bound)
        stack = [replace(c, seed=seed, optimizer=Adam(lr=0.001 * (seed + 1))) for seed in range(3)]
        alone = [losses(ScratchLearner([m], *shape), samples, [m], "cpu") for m in stack]
        together = losses(ScratchLearner(stack, *shape, device), samples, stack, device)
        row(f"a stack of 3 against each in NumPy, {dtype}", together, np.concatenate(alone, axis=1), bound)
    return lines


def seconds_per_epoch(learner: Learner, batches: Batches, c: Config) -> float:
    found = []
    for epoch in range(4):
        learner.finish()
        start = time.perf_counter()
        for x, y in batches.epoch([c.seed], epoch, c):
            learner.step(x, y)
        learner.finish()
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


def benchmark(device: str) -> list[str]:
    """Lines of the table of times."""
    samples = images(60_000)
    lines = ["| network, batch | torch, s an epoch | scratch, s an epoch | torch / scratch |", "| --- " * 4 + "|"]
    for hidden, batch in NETWORKS:
        found = {}
        for backend, kind in {"torch": TorchLearner, "scratch": ScratchLearner}.items():
            c = config(hidden, batch, backend)
            learner = kind([c], (28, 28), 10, Plan.of(c, len(samples)), device)
            found[backend] = seconds_per_epoch(learner, Batches(samples, c, device), c)
        ratio = found["torch"] / found["scratch"]
        name = "-".join(map(str, [784, *hidden, 10]))
        lines.append(f"| {name}, {batch} | {found['torch']:.2f} | {found['scratch']:.2f} | {ratio:.2f} |")
    return lines


def command(device: str, rates: int, seeds: int, epochs: int, *words: str) -> float:
    """Seconds of a whole sweep of 784-50-50-10 on MNIST, batch 64, from the shell and back."""
    values = ",".join(f"{0.001 * 300 ** (number / 31):.4g}" for number in range(rates))
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, str(Path(__file__).parents[1] / "train.py"), "-m", "data=mnist", "model.hidden=[50,50]"]
        line += [
            f"device={device.replace('cpu:0', 'cpu')}",
            "train.batch_size=64",
            f"train.epochs={epochs}",
            f"optimizer.lr={values}",
        ]
        line += [f"seed=range({seeds})", f"hydra.sweep.dir={folder}/sweep", *words]
        start = time.perf_counter()
        subprocess.run(line, check=True, capture_output=True, cwd=folder)
        return time.perf_counter() - start


def sweep(device: str) -> list[str]:
    """Lines of the table of sweeps."""
    if not (Path(os.environ.get("TWINPROP_DATA", "data")) / "MNIST" / "raw").is_dir():
        return ["No sweep was timed: TWINPROP_DATA has no MNIST."]
    rates, seeds, epochs = (32, 32, 10) if device.startswith("cuda") else (4, 4, 1)
    queued = 8 if device.startswith("cuda") else 2
    basic = ["hydra/launcher=basic", "model.backend=torch"]
    first = command(device, 1, 1, epochs, *basic)
    each = (command(device, queued, 1, epochs, *basic) - first) / (queued - 1)
    queue = first + each * (rates * seeds - 1)
    lines = [
        f"| {rates * seeds} networks, {epochs} epochs | whole command | a queue of torch runs, from {queued} | ratio |",
        "| --- " * 4 + "|",
    ]
    for backend in ("torch", "scratch"):
        together = statistics.median(command(device, rates, seeds, epochs, f"model.backend={backend}") for _ in "abc")
        lines.append(f"| together, {backend} | {together:.1f} s | {queue:.0f} s | {queue / together:.0f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu:0")
    device = parser.parse_args().device
    if device.startswith("cuda"):
        where = f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}, {datetime.date.today()}"
    else:
        where = f"No GPU was seen; these rows were made on the CPU. {results.machine()}"
    results.write("On a GPU", "\n".join([where, "", *check(device), "", *benchmark(device), "", *sweep(device)]))


if __name__ == "__main__":
    main()
