"""Networks of every kind of layer, small, on data of their shapes, and how to train them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from tests.kit.twins import Twin, follow

from twinprop.config.problems import check
from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.models.base import ModelConfig
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.scratch.optimizers import SGD
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan, TrainConfig

CLASSES = 4
DOUBLE: Any = {"dtype": "float64"}
MODELS: dict[str, tuple[ModelConfig, tuple[int, ...]]] = {
    "mlp with batch norm": (MLP(depth=2, width=6, batch_norm=True, activation="tanh", **DOUBLE), (5,)),
    "mlp with batch norm and dropout": (MLP(width=5, batch_norm=True, dropout=0.3, **DOUBLE), (3, 4)),
    "mlp with noise": (MLP(width=5, batch_norm=True, noise=0.2, dropout=0.4, **DOUBLE), (3, 4)),
    "cnn": (CNN(stages=[[3], [4, 5]], activation="tanh", **DOUBLE), (2, 7, 6)),
    "cnn, hidden layers": (CNN(stages=[[3]], hidden=[6, 5], dropout=0.2, activation="elu", **DOUBLE), (1, 6, 6)),
    "cnn, grey": (CNN(stages=[[3], [4]], init="vgg", activation="relu", **DOUBLE), (8, 8)),
    "cnn without batch norm": (
        CNN(stages=[[3, 2]], batch_norm=False, dropout=0.4, activation="gelu", pool_size=2, **DOUBLE),
        (3, 6, 5),
    ),
    "cnn, large kernel": (CNN(stages=[[2]], kernel_size=5, pool_size=3, pool_stride=3, **DOUBLE), (1, 9, 9)),
    "rnn": (RNN(hidden_size=6, **DOUBLE), (7,)),
    "rnn, two layers": (RNN(hidden_size=5, num_layers=2, init="xavier_normal", dropout=0.2, **DOUBLE), (6, 3)),
    "lstm": (RNN(cell="lstm", hidden_size=5, **DOUBLE), (6, 2)),
    "lstm, two layers": (RNN(cell="lstm", hidden_size=4, num_layers=2, **DOUBLE), (5,)),
    "gru": (RNN(cell="gru", hidden_size=5, hidden=[4], activation="silu", **DOUBLE), (6, 2)),
    "gru, two layers": (RNN(cell="gru", hidden_size=4, num_layers=2, init="kaiming_uniform", **DOUBLE), (5, 3)),
}


def data(shape: tuple[int, ...], count: int = 24, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng([seed, 5])
    x = rng.normal(size=(count, *shape))
    scores = x.reshape(count, -1) @ rng.normal(size=(int(np.prod(shape)), CLASSES))
    return x, (scores + rng.normal(size=(count, CLASSES))).argmax(1).astype(np.int64)


def config_of(name: str, **parts: Any) -> Config:
    model, _ = MODELS[name]
    model = replace(model, **parts.pop("model", {}))
    train = TrainConfig(**{"batch_size": 7, "steps": 60, **parts.pop("train", {})})
    return check(Config(**{"data": Digits(), "optimizer": SGD(lr=0.05), **parts}, model=model, train=train))


def make(kind: Twin, name: str, configs: list[Config]) -> Learner:
    return kind.make(configs, MODELS[name][1], CLASSES, Plan.of(configs[0].train, 24))


def train(kind: Twin, name: str, configs: list[Config], steps: int = 60) -> tuple[Learner, Any]:
    learner = make(kind, name, configs)
    return learner, go_on(learner, kind, name, configs, steps)


def go_on(learner: Learner, kind: Twin, name: str, configs: list[Config], steps: int) -> Any:
    """Train up to `steps` updates, four an epoch, the last on a smaller batch."""
    shape = MODELS[name][1]
    samples = data(shape)
    return follow(learner, kind, configs, *samples, steps, data(shape, 11, 1))
