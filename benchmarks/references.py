"""What twinprop's speed is measured against: four ways to train the same network on MNIST, each as short as it can be.

    python benchmarks/references.py plain|eager|numpy|products 784-50-50-10 64 EPOCHS THREADS

prints seconds an epoch over the 60,000 training images; all but `plain` do an epoch first that is not counted.
A network is 784-50-50-10 with ReLU and cross-entropy, or hw4: 784-200-100-50-10 with sigmoids and mean squared error.
`plain` is the script that a student writes; `eager` keeps the data in one tensor; `numpy` is a hand-written loop for
this one network, with nothing around it; `products` does its matrix products alone, which no library can do without.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def mnist() -> tuple[np.ndarray, np.ndarray]:
    root = Path(os.environ.get("TWINPROP_DATA", "data")) / "MNIST" / "raw"
    x = np.fromfile(root / "train-images-idx3-ubyte", np.uint8)[16:].reshape(60_000, 784)
    y = np.fromfile(root / "train-labels-idx1-ubyte", np.uint8)[8:].astype(np.int64)
    return np.divide(x, 255, dtype=np.float32), y


def sizes_of(network: str) -> list[int]:
    return [int(size) for size in network.removeprefix("hw4: ").split("-")]


def torch_network(network: str):
    import torch

    is_hw4, sizes = network.startswith("hw4"), sizes_of(network)
    layers: list[torch.nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Sigmoid() if is_hw4 else torch.nn.ReLU()]
    built = torch.nn.Sequential(*layers[: None if is_hw4 else -1])
    one_hot = torch.eye(sizes[-1])

    def mse(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.mse_loss(outputs, one_hot[y])

    loss_function = mse if is_hw4 else torch.nn.CrossEntropyLoss()
    return built, torch.optim.SGD(built.parameters(), lr=1.0 if is_hw4 else 0.1), loss_function


def plain(name: str, batch: int) -> Callable[[], None]:
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    root = os.environ.get("TWINPROP_DATA", "data")
    data = datasets.MNIST(root, train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    network, optimizer, loss_function = torch_network(name)

    def epoch() -> None:
        for x, y in loader:
            optimizer.zero_grad()
            loss_function(network(x.flatten(1)), y).backward()
            optimizer.step()

    return epoch


def eager(name: str, batch: int) -> Callable[[], None]:
    import torch

    x, y = map(torch.from_numpy, mnist())
    network, optimizer, loss_function = torch_network(name)

    def epoch() -> None:
        for which in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss_function(network(x[which]), y[which]).backward()
            optimizer.step()

    return epoch


def by_hand(name: str, batch: int, products_only: bool = False) -> Callable[[], None]:
    is_hw4, sizes = name.startswith("hw4"), sizes_of(name)
    rng = np.random.default_rng(0)
    x, y = mnist()
    weights = [
        rng.normal(0, (2 / inputs) ** 0.5, (outputs, inputs)).astype(np.float32)
        for inputs, outputs in itertools.pairwise(sizes)
    ]
    biases = [np.zeros(outputs, np.float32) for outputs in sizes[1:]]
    classes = np.eye(sizes[-1], dtype=np.float32)
    lr = np.float32(1.0 if is_hw4 else 0.1)

    def epoch() -> None:
        for which in np.array_split(rng.permutation(len(x)), len(x) // batch):
            inputs = x[which]
            activations = [inputs]
            for weight, bias in zip(weights, biases, strict=True):
                z = activations[-1] @ weight.T + bias
                if is_hw4:
                    activations.append(1 / (1 + np.exp(-z)))
                else:
                    activations.append(np.maximum(z, 0) if weight is not weights[-1] else z)
            a = activations[-1]
            if is_hw4:
                delta = 2 * (a - classes[y[which]]) / a.size * a * (1 - a)
            else:
                e = np.exp(a - a.max(axis=1, keepdims=True))
                delta = (e / e.sum(axis=1, keepdims=True) - classes[y[which]]) / len(which)
            for layer in reversed(range(len(weights))):
                a = activations[layer]
                slope = a * (1 - a) if is_hw4 else a > 0
                below = delta @ weights[layer] * slope if layer else delta
                weights[layer] -= lr * (delta.T @ a)
                biases[layer] -= lr * delta.sum(axis=0)
                delta = below

    signals = [np.ones((batch, size), np.float32) for size in sizes]

    def products() -> None:
        for _ in range(len(x) // batch):
            for layer, weight in enumerate(weights):
                np.matmul(signals[layer], weight.T)
                np.matmul(signals[layer + 1].T, signals[layer])
                if layer:
                    np.matmul(signals[layer + 1], weight)

    return products if products_only else epoch


def main() -> None:
    name, network, batch, epochs, threads = sys.argv[1:]
    if name in ("plain", "eager"):
        import torch

        torch.set_num_threads(int(threads))
        epoch = {"plain": plain, "eager": eager}[name](network, int(batch))
    else:
        from threadpoolctl import threadpool_limits

        threadpool_limits(int(threads))
        epoch = by_hand(network, int(batch), products_only=name == "products")
    count = 1 if name == "plain" else int(epochs)
    if name != "plain":
        epoch()
    start = time.perf_counter()
    for _ in range(count):
        epoch()
    print((time.perf_counter() - start) / count)


if __name__ == "__main__":
    main()
