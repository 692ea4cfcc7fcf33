"""Updates by hand as a share of PyTorch's on one thread: python benchmarks/by_hand.py [--rounds 9]

Recurrent and convolutional networks, batch 64, 28×28 images; processor time, both twins and the bare matrix products
of the same update in turn in one process, medians of the rounds' ratios. For multilayer perceptrons, an update with its
batch as a share of the products that references.py counts. Data are made up: they cost what MNIST costs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice, pairwise
from typing import Any

import numpy as np
import results
from references import products_of

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.batches import Batches
from twinprop.data.samples import Samples
from twinprop.learners import BACKENDS
from twinprop.models.base import ModelConfig
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import GATES, RNN
from twinprop.run.device import use_threads
from twinprop.scratch.optimizers import SGD
from twinprop.training.plan import Plan

SECONDS = 0.15
"""Of processor time that a figure of one round is taken over."""

Shape = tuple[int, int, int, int]
"""Products of (rows, inner) and (inner, columns): how many, rows, inner, columns."""


def images(samples: int) -> Samples:
    rng = np.random.default_rng(0)
    x = rng.random((samples, 28, 28), np.float32) * (rng.random((samples, 28, 28)) < 0.2)
    return Samples(rng.integers(0, 10, samples), x.astype(np.float32))


def updates(model: ModelConfig, backend: str, batch: int, samples: Samples) -> Callable[[int], None]:
    """Does a number of updates, each with a batch of its own."""
    config = Config(model=model, optimizer=SGD(lr=0.01))
    config.model.backend, config.train.batch_size = backend, batch
    plan = Plan.of(config.train, len(samples))
    learner = registry.load(BACKENDS[backend].learner)([config], (28, 28), 10, plan, "cpu")
    batches = Batches(samples, "float32", "cpu", numpy=backend == "scratch")

    def forever() -> Iterator[Any]:
        for epoch in count():
            yield from batches.epoch([0], epoch, batch, drop_last=True)

    source = forever()

    def run(steps: int) -> None:
        with np.errstate(all="ignore"):
            for x, y in islice(source, steps):
                learner.step(x, y)

    return run


def cell_products(cell: str, hidden: int = 64, steps: int = 28, features: int = 28, batch: int = 64) -> list[Shape]:
    rows, inputs = GATES[cell] * hidden, features + hidden
    return [(steps, rows, inputs, batch), (steps, rows, batch, inputs), (steps, hidden, rows, batch)]


def cnn_products(channels: tuple[int, ...], batch: int = 64) -> list[Shape]:
    found = []
    for stage, (into, out) in enumerate(pairwise((1, *channels))):
        pixels = (28 >> stage) ** 2
        found += [(pixels, out, 9 * into, batch), (pixels, 9 * into, batch, out)]
        found += [(pixels, into, 9 * out, batch)] if stage else []
    return found


def products(shapes: list[Shape]) -> Callable[[int], None]:
    """Does a number of times the products of these shapes, each as one call."""
    arrays = [
        (np.ones((number, rows, inner), np.float32), np.ones((number, inner, columns), np.float32))
        for number, rows, inner, columns in shapes
    ]

    def run(steps: int) -> None:
        for _ in range(steps):
            for a, b in arrays:
                np.matmul(a, b)

    return run


def seconds(run: Callable[[int], None], steps: int) -> float:
    start = time.process_time()
    run(steps)
    return (time.process_time() - start) / steps


def measured(runs: dict[str, Callable[[int], None]], rounds: int) -> dict[str, list[float]]:
    """Seconds of an update of each in each round, in turn."""
    steps = {name: max(1, int(SECONDS / max(seconds(run, 5), 1e-6))) for name, run in runs.items()}
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs)[:: 1 if number % 2 else -1]:
            found[name].append(seconds(runs[name], steps[name]))
    return found


def ratio(found: dict[str, list[float]], a: str, b: str) -> str:
    return f"{statistics.median(x / y for x, y in zip(found[a], found[b], strict=True)):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    use_threads(1, "torch")
    few, many = images(4000), images(60_000)
    networks: dict[str, tuple[ModelConfig, list[Shape]]] = {
        f"{cell.upper()} of 64": (RNN(cell=cell, hidden_size=64), cell_products(cell)) for cell in GATES
    }
    networks["CNN 16-32"] = CNN(stages=[[16], [32]]), cnn_products((16, 32))
    plain = CNN(stages=[[16], [32]], batch_norm=False, pool_size=2)
    networks["CNN 16-32, without batch norm, 2×2 pools"] = plain, cnn_products((16, 32))
    lines = [
        results.machine(),
        "",
        "| network | by hand, ms | PyTorch, ms | products, ms | by hand / PyTorch | products / PyTorch |",
        "| --- " * 6 + "|",
    ]
    for name, (model, shapes) in networks.items():
        make = partial(updates, model, batch=64, samples=few)
        runs = {"hand": make("scratch"), "torch": make("torch"), "products": products(shapes)}
        found = measured(runs, rounds)
        cells = [f"{1e3 * statistics.median(found[key]):.1f}" for key in runs]
        cells += [ratio(found, "hand", "torch"), ratio(found, "products", "torch")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| network, batch | by hand, ms | products, ms | by hand / products |", "| --- " * 4 + "|"]
    for hidden, batch in (([1024], 100), ([50, 50], 64), ([200, 100, 50], 16)):
        sizes = [784, *hidden, 10]
        runs = {
            "hand": updates(MLP(hidden=hidden), "scratch", batch, many),
            "products": products_of(sizes, batch),
        }
        found = measured(runs, rounds)
        cells = [f"{1e3 * statistics.median(found[key]):.2f}" for key in runs]
        lines.append(f"| {'-'.join(map(str, sizes))}, {batch} | {' | '.join(cells)} | {ratio(found, *runs)} |")
    results.write("Updates by hand", "\n".join(lines))


if __name__ == "__main__":
    main()
