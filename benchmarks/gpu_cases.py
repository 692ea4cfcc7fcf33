"""The networks that are checked and timed on a GPU."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.data.palindrome import Palindrome
from twinprop.data.samples import Samples
from twinprop.data.vision import MNIST
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.scratch.optimizers import SGD, Adam, AdamW
from twinprop.scratch.schedulers import OneCycleLR
from twinprop.training.plan import TrainConfig

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


def cases() -> dict[str, Config]:
    """A network of each kind, with what is random in it, on data that needs no download."""
    some = Digits(limit=600)
    mlp = MLP(hidden=[50, 50], activation="gelu", dropout=0.2, noise=0.1, batch_norm=True)
    words = Palindrome(length=8, n_samples=1000)
    found = {
        "MLP": Config(data=some, model=mlp, optimizer=SGD(lr=0.05, momentum=0.9), scheduler=OneCycleLR()),
        "CNN": Config(data=some, model=CNN(stages=[[8], [16, 16]]), optimizer=SGD(lr=0.02, momentum=0.9)),
    }
    plain = CNN(stages=[[8, 8], [16]], batch_norm=False, pool_size=2)
    # a large eps: where a gradient is 0 but for rounding, Adam would step by its sign
    found["CNN, 2×2 pools, AdamW"] = Config(data=some, model=plain, optimizer=AdamW(lr=0.002, eps=1e-4))
    for cell in ("rnn", "lstm", "gru"):
        found[cell.upper()] = Config(data=words, model=RNN(cell=cell, hidden_size=32), optimizer=Adam(lr=0.002))
    for each in found.values():
        each.train = TrainConfig(batch_size=50, max_grad_norm=1.0)
    return found


def timed(device: str) -> dict[str, list[Config]]:
    """What updates are timed of: one network, or the networks of a stack."""
    found = {
        f"{'-'.join(map(str, [784, *hidden, 10]))}, batch {batch}": [config(hidden, batch)]
        for hidden, batch in NETWORKS
    }
    usual = config([50, 50], 64)
    adam = replace(usual, optimizer=Adam(lr=0.001))
    random = replace(usual, model=replace(usual.model, dropout=0.2, batch_norm=True))
    found["784-50-50-10, batch 64, Adam"] = [adam]
    found["784-50-50-10, batch 64, dropout and batch norm"] = [random]
    found["CNN 16-32, batch 64"] = [replace(usual, model=CNN(stages=[[16], [32]]))]
    for count in (32, 1024) if device.startswith("cuda") else (32,):
        members = [replace(usual, seed=n, optimizer=SGD(lr=0.001 * (n + 1), momentum=0.9)) for n in range(count)]
        found[f"{count:,} networks 784-50-50-10, batch 64"] = members
    return found
