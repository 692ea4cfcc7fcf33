"""Every check and benchmark that wants a GPU, in one call: python benchmarks/gpu.py [--device cuda] [PART ...]

Checks that both twins compute on the device what the hand-written one computes with NumPy, to rounding, alone and in a
stack, that a run repeats its bits, that updates which are captured as a CUDA graph give the bits of those that are not,
and that no update waits for the device; then times updates of both, captured and not, epochs, and sweeps of 1,024
networks trained as one against a queue of 3 runs, extrapolated. Without a GPU it says so and does the same on torch's
CPU tensors, with 16 networks and nothing captured, which shows that the script works and nothing about a GPU. Uses
MNIST where TWINPROP_DATA has it, else made-up images and no sweep. Where some of its parts are named (check, refused,
updates, epochs, sweep), these are done and printed, and nothing is written.
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
import warnings
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import results
import torch
from frameworks import torch_layers
from gpu_cases import NETWORKS, cases, config, images, timed

from twinprop.arrays.counters import Counters
from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.batches import Batches
from twinprop.data.samples import Samples
from twinprop.learners import BACKENDS
from twinprop.learners.captured import Captured
from twinprop.run.setup import Setup, placement
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan

STEPS = 40


def losses(
    configs: Sequence[Config], device: str, backend: str, dtype: str, captured: bool = True
) -> tuple[np.ndarray, int]:
    """Losses of the first updates, (STEPS, networks), and how many of these waited for the device."""
    here = [
        replace(c, device=device.replace("cpu:0", "cpu"), model=replace(c.model, backend=backend, dtype=dtype))
        for c in configs
    ]
    setup = Setup(here[0])
    if device == "cpu:0":  # torch's tensors, for the hand-written twin too
        setup.device = device
        setup.splits = tuple(Batches(each.samples, *placement(here[0], device)) for each in setup.splits)
    learner = setup.learner(here, setup.plan(here[0]))
    if not captured:
        learner.captured = None
    found: list[object] = []
    epoch, waits = 0, 0
    while len(found) < STEPS:
        for x, y in setup.splits[0].epoch([c.seed for c in here], epoch, here[0].train.samples):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                if device.startswith("cuda"):
                    torch.cuda.set_sync_debug_mode("warn")
                found.append(learner.step(x, y)[0])
                if device.startswith("cuda"):
                    torch.cuda.set_sync_debug_mode("default")
            waits += any("synchroniz" in str(each.message) for each in caught)
        epoch += 1
    return learner.fetch(found[:STEPS]), waits


def check(device: str) -> list[str]:
    """Lines of the table of checks."""
    lines = [
        f"Largest relative difference of losses over {STEPS} updates; three networks a stack; `as plain`: captured "
        "updates against others; last, the updates for which the host waited.",
        "",
        "| network | scratch, NumPy | torch, NumPy | stack, scratch | stack, torch | each again | as plain | waits |",
        "| --- " * 8 + "|",
    ]
    for dtype, bound in (("float64", 1e-9), ("float32", 1e-3)):
        for name, first in cases().items():
            stack = [replace(first, seed=n, optimizer=replace(first.optimizer, lr=0.001 * (n + 1))) for n in range(3)]
            alone = [losses([each], "cpu", "scratch", dtype)[0] for each in (first, *stack)]
            together = np.concatenate(alone[1:], axis=1)
            cells, total, twice, plain = [], 0, 0.0, 0.0
            for configs, reference in (([first], alone[0]), (stack, together)):
                for backend in ("scratch", "torch"):
                    found, waits = losses(configs, device, backend, dtype)
                    again, _ = losses(configs, device, backend, dtype)
                    launched, _ = losses(configs, device, backend, dtype, captured=False)
                    twice, total = max(twice, float(np.max(np.abs(found - again)))), total + waits
                    plain = max(plain, float(np.max(np.abs(found - launched))))
                    cells.append(verdict(float(np.max(np.abs(found - reference) / np.abs(reference))), bound))
            cells += [verdict(twice, 0.0), verdict(plain, 0.0)]
            lines.append(f"| {name}, {dtype} | {' | '.join(cells)} | {total} |")
    return lines


def verdict(difference: float, bound: float) -> str:
    return f"{difference:.1e} {'passed' if difference <= bound else 'FAILED'}"


def refused(device: str) -> list[str]:
    """A line about updates that ask for a value of the device: they cannot be captured, and go on all the same."""
    if not device.startswith("cuda"):
        return ["Nothing was captured."]
    first, usual = cases()["MLP"], Counters.get
    expected, _ = losses([first], device, "torch", "float32", captured=False)

    def asks(self: Counters, *given: Any) -> Any:
        found = usual(self, *given)
        found.sum().item()
        return found

    with mock.patch.object(Counters, "get", asks):
        found, _ = losses([first], device, "torch", "float32")
    after, _ = losses([first], device, "torch", "float32")
    worst = float(max(np.max(np.abs(found - expected)), np.max(np.abs(after - expected))))
    return [f"An update that cannot be captured, and one that can after it, against plain ones: {verdict(worst, 0.0)}."]


def learner_of(configs: list[Config], backend: str, samples: int, device: str, captured: bool) -> Learner:
    here = [replace(c, model=replace(c.model, backend=backend)) for c in configs]
    kind = registry.load(BACKENDS[backend].learner if len(configs) == 1 else BACKENDS[backend].stack)
    learner: Learner = kind(here, (28, 28), 10, Plan.of(here[0].train, samples), device)
    if captured:
        learner.captured = Captured(device)
    return learner


def updates(device: str) -> list[str]:
    """Lines of the table of updates."""
    samples = images(10_000)
    lines = [
        "Milliseconds an update, on batches that are there; a stack's networks have batches of their own.",
        "",
        "| network | torch | captured | ratio | scratch | captured | ratio |",
        "| --- " * 7 + "|",
    ]
    for name, configs in timed(device).items():
        batches = Batches(samples, "float32", device, numpy=False)
        some = list(islice(batches.epoch([c.seed for c in configs], 0, configs[0].train.samples), 8))
        cells = []
        for backend in ("torch", "scratch"):
            took = []
            for captured in (False, True):
                learner = learner_of(configs, backend, len(samples), device, captured and device.startswith("cuda"))
                took.append(1e3 * seconds_per_update(learner, some))
                del learner
            cells += [f"{took[0]:.3f}", f"{took[1]:.3f}", f"{took[0] / took[1]:.1f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def seconds_per_update(learner: Learner, batches: list[Any]) -> float:
    found = []
    for _ in range(4):
        learner.synchronize()
        start = time.perf_counter()
        for _ in range(10):
            for x, y in batches:
                learner.step(x, y)
        learner.synchronize()
        found.append((time.perf_counter() - start) / (10 * len(batches)))
    return statistics.median(found[1:])


def epochs(device: str) -> list[str]:
    """Lines of the table of epochs."""
    samples = images(60_000)
    lines = [
        "Seconds an epoch; eager is a loop of its own around torch.nn and torch.optim, with the images on the device.",
        "",
        "| network, batch | eager | torch | scratch | eager / torch | eager / scratch |",
        "| --- " * 6 + "|",
    ]
    for hidden, batch in NETWORKS:
        found = {}
        for backend in ("torch", "scratch"):
            c = config(hidden, batch, backend)
            learner = learner_of([c], backend, len(samples), device, device.startswith("cuda"))
            found[backend] = seconds_per_epoch(learner, Batches(samples, *placement(c, device)), c)
        eager = seconds_per_eager_epoch([784, *hidden, 10], batch, samples, device)
        name = "-".join(map(str, [784, *hidden, 10]))
        cells = [eager, *found.values(), *(eager / each for each in found.values())]
        lines.append(f"| {name}, {batch} | {' | '.join(f'{each:.2f}' for each in cells)} |")
    return lines


def seconds_per_epoch(learner: Learner, batches: Batches, c: Config) -> float:
    found = []
    for epoch in range(3):
        learner.synchronize()
        start = time.perf_counter()
        for x, y in batches.epoch([c.seed], epoch, c.train.samples):
            learner.step(x, y)
        learner.synchronize()
        found.append(time.perf_counter() - start)
    return min(found[1:])


def seconds_per_eager_epoch(sizes: list[int], batch: int, samples: Samples, device: str) -> float:
    """The barest loop that anyone would write."""
    images = torch.as_tensor(samples.x, dtype=torch.float32).flatten(1).to(device)
    classes = torch.as_tensor(samples.y).to(device)
    network = torch_layers(sizes).to(device)
    optimizer, loss = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9), torch.nn.CrossEntropyLoss()
    found = []
    for _ in range(2):
        start = time.perf_counter()
        for some in torch.randperm(len(images), device=device).split(batch):
            optimizer.zero_grad()
            loss(network(images[some]), classes[some]).backward()
            optimizer.step()
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        found.append(time.perf_counter() - start)
    return found[-1]


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
        done = subprocess.run(line, capture_output=True, text=True, cwd=folder)
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{' '.join(line)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return seconds


def sweep(device: str) -> list[str]:
    """Lines of the table of sweeps."""
    if not (Path(os.environ.get("TWINPROP_DATA", "data")) / "MNIST" / "raw").is_dir():
        return ["No sweep was timed: TWINPROP_DATA has no MNIST."]
    rates, seeds, epochs = (32, 32, 10) if device.startswith("cuda") else (4, 4, 1)
    queued = 3 if device.startswith("cuda") else 2
    basic = ["hydra/launcher=basic", "model.backend=torch"]
    first = command(device, 1, 1, epochs, *basic)
    each = (command(device, queued, 1, epochs, *basic) - first) / (queued - 1)
    queue = first + each * (rates * seeds - 1)
    lines = [
        f"| {rates * seeds} networks, {epochs} epochs | whole command | a queue of torch runs, from {queued} | ratio |",
        "| --- " * 4 + "|",
    ]
    for name, words in {
        "scratch": ["model.backend=scratch"],
        "scratch, halving": ["model.backend=scratch", "hydra.launcher.halving.every=1"],
        "torch": ["model.backend=torch"],
    }.items():
        together = command(device, rates, seeds, epochs, *words)
        lines.append(f"| together, {name} | {together:.1f} s | {queue:.0f} s | {queue / together:.0f} |")
        print(lines[-1], flush=True)
    return lines


PARTS = {part.__name__: part for part in (check, refused, updates, epochs, sweep)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu:0")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    args = parser.parse_args()
    for name in args.parts:
        if name not in PARTS:
            parser.error(f"{name}: must be one of {', '.join(PARTS)}")
    device = args.device
    if device.startswith("cuda"):
        where = f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}, {datetime.date.today()}"
    else:
        where = f"No GPU was seen; these rows were made on the CPU. {results.machine()}"
    parts = [where]
    for name in args.parts or PARTS:
        parts.append("\n".join(PARTS[name](device)))
        if args.parts:
            print(parts[-1], flush=True)
        else:
            results.write("On a GPU", "\n\n".join(parts))  # what was measured stays when what follows fails
    if any("FAILED" in part for part in parts):
        raise SystemExit("A check failed; see the table.")


if __name__ == "__main__":
    main()
