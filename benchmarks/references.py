"""What twinprop's speed is measured against: ways to train the same network on MNIST, each as short as it can be.

    python benchmarks/references.py NAME 784-50-50-10 64 EPOCHS THREADS

prints the seconds of each epoch over the 60,000 training images and the accuracy on the test images, as JSON.
`plain` is the script that a student writes; `eager` keeps the data in one tensor; `numpy` is a hand-written loop for
this one network, with nothing around it; `products` does its matrix products alone, which no library can do without.
The other names are those of frameworks.py, which says what all of them have in common. `hw4: 784-200-100-50-10` is a
network of sigmoids that learns by its mean squared error, at a rate of 1 and for the first four names alone.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

import frameworks
import numpy as np
from frameworks import RATE, torch_layers
from threadpoolctl import threadpool_limits

HW4 = "hw4: "

IMAGES = 60_000
"""Of an epoch."""

Way = tuple[Callable[[], None], Callable[[np.ndarray], np.ndarray] | None]
"""What trains an epoch, and what gives the outputs of the network for images, (n, 784) to (n, 10), if it learns."""


def mnist(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 784) within 0 and 1 in float32, and their classes (n,): of `train`, or of `t10k`, the test."""
    root = Path(os.environ.get("TWINPROP_DATA", "data")) / "MNIST" / "raw"
    x = np.fromfile(root / f"{split}-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 784)
    y = np.fromfile(root / f"{split}-labels-idx1-ubyte", np.uint8)[8:].astype(np.int64)
    return np.divide(x, 255, dtype=np.float32), y


def is_hw4(network: str) -> bool:
    return network.startswith(HW4)


def sizes_of(network: str) -> list[int]:
    return [int(size) for size in network.removeprefix(HW4).split("-")]


def rate_of(network: str) -> float:
    return 1.0 if is_hw4(network) else RATE


def torch_parts(network: str):
    """The network, its optimizer and its loss."""
    import torch

    sizes = sizes_of(network)
    one_hot = torch.eye(sizes[-1])

    def mse(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.mse_loss(outputs, one_hot[y])

    built = torch_layers(sizes, torch.nn.Sigmoid) if is_hw4(network) else torch_layers(sizes)
    if is_hw4(network):
        built.append(torch.nn.Sigmoid())
    optimizer = torch.optim.SGD(built.parameters(), lr=rate_of(network))
    return built, optimizer, mse if is_hw4(network) else torch.nn.CrossEntropyLoss()


def plain(name: str, batch: int) -> Way:
    import torch
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    root = os.environ.get("TWINPROP_DATA", "data")
    data = datasets.MNIST(root, train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    network, optimizer, loss_function = torch_parts(name)

    def epoch() -> None:
        for x, y in loader:
            optimizer.zero_grad()
            loss_function(network(x.flatten(1)), y).backward()
            optimizer.step()

    return epoch, lambda images: network(torch.from_numpy(images)).detach().numpy()


def eager(name: str, batch: int) -> Way:
    import torch

    x, y = map(torch.from_numpy, mnist())
    network, optimizer, loss_function = torch_parts(name)

    def epoch() -> None:
        for which in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss_function(network(x[which]), y[which]).backward()
            optimizer.step()

    return epoch, lambda images: network(torch.from_numpy(images)).detach().numpy()


def by_hand(name: str, batch: int) -> Way:
    sizes, hw4 = sizes_of(name), is_hw4(name)
    rng = np.random.default_rng(0)
    x, y = mnist()
    weights, biases = [], []
    for inputs, outputs in itertools.pairwise(sizes):
        weights.append(rng.uniform(-(inputs**-0.5), inputs**-0.5, (outputs, inputs)).astype(np.float32))
        biases.append(rng.uniform(-(inputs**-0.5), inputs**-0.5, outputs).astype(np.float32))
    classes = np.eye(sizes[-1], dtype=np.float32)
    lr = np.float32(rate_of(name))

    def forward(inputs: np.ndarray) -> list[np.ndarray]:
        activations = [inputs]
        for weight, bias in zip(weights, biases, strict=True):
            z = activations[-1] @ weight.T + bias
            if hw4:
                activations.append(1 / (1 + np.exp(-z)))
            else:
                activations.append(np.maximum(z, 0) if weight is not weights[-1] else z)
        return activations

    def epoch() -> None:
        for which in np.array_split(rng.permutation(len(x)), len(x) // batch):
            activations = forward(x[which])
            a = activations[-1]
            if hw4:
                delta = 2 * (a - classes[y[which]]) / a.size * a * (1 - a)
            else:
                e = np.exp(a - a.max(axis=1, keepdims=True))
                delta = (e / e.sum(axis=1, keepdims=True) - classes[y[which]]) / len(which)
            for layer in reversed(range(len(weights))):
                a = activations[layer]
                slope = a * (1 - a) if hw4 else a > 0
                below = delta @ weights[layer] * slope if layer else delta
                weights[layer] -= lr * (delta.T @ a)
                biases[layer] -= lr * delta.sum(axis=0)
                delta = below

    return epoch, lambda images: forward(images)[-1]


def products_of(sizes: list[int], batch: int) -> Callable[[int], None]:
    """Does the matrix products of a number of updates, and nothing else."""
    weights = [np.ones((outputs, inputs), np.float32) for inputs, outputs in itertools.pairwise(sizes)]
    signals = [np.ones((batch, size), np.float32) for size in sizes]

    def run(updates: int) -> None:
        for _ in range(updates):
            for layer, weight in enumerate(weights):
                np.matmul(signals[layer], weight.T)
                np.matmul(signals[layer + 1].T, signals[layer])
                if layer:
                    np.matmul(signals[layer + 1], weight)

    return run


def products(name: str, batch: int) -> Way:
    return partial(products_of(sizes_of(name), batch), IMAGES // batch), None


REFERENCES: dict[str, Callable[[str, int], Way]] = {
    "plain": plain,
    "eager": eager,
    "numpy": by_hand,
    "products": products,
}


def main() -> None:
    name, network, batch, epochs, threads = sys.argv[1:]
    threadpool_limits(int(threads))
    if name not in ("numpy", "products", "scikit-learn"):
        import torch

        torch.set_num_threads(int(threads))
    if name in REFERENCES:
        epoch, outputs = REFERENCES[name](network, int(batch))
        times = [perf_counter()]
        for _ in range(int(epochs)):
            epoch()
            times.append(perf_counter())
    else:
        times, outputs = frameworks.FRAMEWORKS[name](sizes_of(network), int(batch), int(epochs), *mnist())
    x, y = mnist("t10k")
    right = None if outputs is None else float((outputs(x).argmax(axis=1) == y).mean())
    print(json.dumps({"epochs": np.diff(times).tolist(), "accuracy": right}))


if __name__ == "__main__":
    main()
