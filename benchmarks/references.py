"""What twinprop's speed is measured against: four ways to train the same network on MNIST, each as short as it can be.

    python benchmarks/references.py plain|eager|numpy|products 784-50-50-10 64 EPOCHS THREADS

prints seconds an epoch over the 60,000 training images; all but `plain` do an epoch first that is not counted.
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


def torch_network(sizes: list[int]):
    import torch

    layers: list[torch.nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    return network, torch.optim.SGD(network.parameters(), lr=0.1), torch.nn.CrossEntropyLoss()


def plain(sizes: list[int], batch: int) -> Callable[[], None]:
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    root = os.environ.get("TWINPROP_DATA", "data")
    data = datasets.MNIST(root, train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    network, optimizer, loss_function = torch_network(sizes)

    def epoch() -> None:
        for x, y in loader:
            optimizer.zero_grad()
            loss_function(network(x.flatten(1)), y).backward()
            optimizer.step()

    return epoch


def eager(sizes: list[int], batch: int) -> Callable[[], None]:
    import torch

    x, y = map(torch.from_numpy, mnist())
    network, optimizer, loss_function = torch_network(sizes)

    def epoch() -> None:
        for which in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss_function(network(x[which]), y[which]).backward()
            optimizer.step()

    return epoch


def by_hand(sizes: list[int], batch: int, products_only: bool = False) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    x, y = mnist()
    weights = [
        rng.normal(0, (2 / inputs) ** 0.5, (outputs, inputs)).astype(np.float32)
        for inputs, outputs in itertools.pairwise(sizes)
    ]
    biases = [np.zeros(outputs, np.float32) for outputs in sizes[1:]]
    classes = np.eye(sizes[-1], dtype=np.float32)
    lr = np.float32(0.1)

    def epoch() -> None:
        for which in np.array_split(rng.permutation(len(x)), len(x) // batch):
            inputs = x[which]
            activations = [inputs]
            for weight, bias in zip(weights, biases, strict=True):
                z = activations[-1] @ weight.T + bias
                activations.append(np.maximum(z, 0) if weight is not weights[-1] else z)
            e = np.exp(activations[-1] - activations[-1].max(axis=1, keepdims=True))
            delta = (e / e.sum(axis=1, keepdims=True) - classes[y[which]]) / len(which)
            for layer in reversed(range(len(weights))):
                below = delta @ weights[layer] * (activations[layer] > 0) if layer else delta
                weights[layer] -= lr * (delta.T @ activations[layer])
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
    sizes = [int(size) for size in network.split("-")]
    if name in ("plain", "eager"):
        import torch

        torch.set_num_threads(int(threads))
        epoch = {"plain": plain, "eager": eager}[name](sizes, int(batch))
    else:
        from threadpoolctl import threadpool_limits

        threadpool_limits(int(threads))
        epoch = by_hand(sizes, int(batch), products_only=name == "products")
    count = 1 if name == "plain" else int(epochs)
    if name != "plain":
        epoch()
    start = time.perf_counter()
    for _ in range(count):
        epoch()
    print((time.perf_counter() - start) / count)


if __name__ == "__main__":
    main()
