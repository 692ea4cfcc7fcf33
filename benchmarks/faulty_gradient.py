"""What the two mistakes of hw11 cost: python benchmarks/faulty_gradient.py FILE.json [--steps 3000] [--mistakes both]

docs/examples/hw11_network.py has them: the way back goes through `dWo` in place of the weights, and the bias gradient
is the sum of `dW` in place of `dZ`. It is trained here in NumPy as experiment=hw11_scratch is: the same initial
weights, the first 50,000 images of MNIST in one batch, gradient descent with lr 0.01. `--mistakes none` mends both
lines, and so gives the losses of that experiment.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.data.vision import MNIST
from twinprop.learners.build import initial_parameters
from twinprop.models.mlp import MLP
from twinprop.run.directory import write_atomically

LR = 0.01
EVERY = 50
"""Steps between evaluations."""

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "hw11_network.py"


def example() -> type[Any]:
    """The class with both mistakes."""
    spec = importlib.util.spec_from_file_location("hw11_network", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network: type[Any] = module.Network
    return network


def network(mistakes: str) -> Any:
    """The network with one of the mistakes, both or none, and with the initial weights of hw11_scratch."""

    class Mended(example()):  # type: ignore[misc]
        def backward(self) -> None:
            dZo = (self.p - self.y) / len(self.x)
            self.dWo, self.dbo = self.h.T @ dZo, dZo.sum(axis=0)
            dH = dZo @ (self.dWo.T if mistakes == "weights" else self.Wo.T)
            dZ = dH * self.h * (1 - self.h)
            self.dW = self.x.T @ dZ
            self.db = self.dW.sum(axis=0) if mistakes == "bias" else dZ.sum(axis=0)

    result = (example() if mistakes == "both" else Mended)(784, 200, 10)
    model = MLP(hidden=[200], activation="sigmoid")
    initial = initial_parameters(model.layers((28, 28), 10), model, seed=0)
    initial = {name: value.astype(np.float32) for name, value in initial.items()}
    result.W, result.Wo = initial["linear1.weight"].T.copy(), initial["output.weight"].T.copy()
    result.b, result.bo = initial["linear1.bias"], initial["output.bias"]
    return result


def train(net: Any, steps: int, path: Path, mistakes: str) -> None:
    """Train, and write what came of it so far to `path` at each evaluation."""
    raw = MNIST(root=os.environ.get("TWINPROP_DATA", "data")).read()
    assert raw.test is not None
    assert raw.train.x is not None
    assert raw.test.x is not None
    x, y = raw.train.x[:50_000].reshape(50_000, 784), np.eye(10, dtype=np.float32)[raw.train.y[:50_000]]
    test_x, test_y = raw.test.x.reshape(-1, 784), np.eye(10, dtype=np.float32)[raw.test.y]
    rows = []
    for step in range(1, steps + 1):
        loss = net.forward(x, y)
        net.backward()
        for name in ("W", "b", "Wo", "bo"):
            getattr(net, name).__isub__(LR * getattr(net, f"d{name}"))
        if step % EVERY == 0 or step == steps:
            test_loss = net.forward(test_x, test_y)
            accuracy = float((net.p.argmax(1) == raw.test.y).mean())
            row = {"step": step, "train_loss": loss, "test_loss": test_loss, "test_accuracy": accuracy}
            rows.append({name: value if isinstance(value, int) else float(value) for name, value in row.items()})
            print(" ".join(f"{name} {value:.6g}" for name, value in rows[-1].items()), flush=True)
            write_atomically(path, json.dumps({"mistakes": mistakes, "rows": rows}, indent=1).encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE.json", help="where to write losses and accuracies")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--mistakes", choices=["both", "weights", "bias", "none"], default="both")
    args = parser.parse_args()
    train(network(args.mistakes), args.steps, args.file, args.mistakes)


if __name__ == "__main__":
    main()
