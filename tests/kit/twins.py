"""What the tests of the twins share: small data, configurations, and a training that both twins go through alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from twinprop.config.problems import check
from twinprop.config.schema import Config
from twinprop.data.batches import Batches, epoch_order
from twinprop.data.digits import Digits
from twinprop.data.samples import Samples
from twinprop.learners.scratch import ScratchLearner
from twinprop.learners.scratch_stack import ScratchStack
from twinprop.learners.torch import TorchLearner
from twinprop.learners.torch_stack import TorchStack
from twinprop.models.mlp import MLP
from twinprop.run.setup import placement
from twinprop.scratch.optimizers import SGD
from twinprop.task import CLASSIFICATION, Regression, Task
from twinprop.training.evaluation import evaluate
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan, TrainConfig

EXAMPLES = int(os.environ.get("TWIN_EXAMPLES", "0"))
"""Hypothesis examples for each property, in place of the small fixed sample that an ordinary run draws."""

# networks this small lose time to threads, most of all where several tests share the processor
torch.set_num_threads(1)
threadpool_limits(1)

FEATURES, CLASSES = 7, 4
TENSORS = "cpu:0"
"""The device name by which a hand-written learner computes with torch tensors on the CPU (`cpu` gives NumPy)."""


def sampling(examples: int) -> dict[str, Any]:
    """Settings for Hypothesis: the same examples in every run, unless TWIN_EXAMPLES asks for many new ones."""
    from hypothesis import HealthCheck

    return {
        "max_examples": EXAMPLES or examples,
        "derandomize": not EXAMPLES,
        "database": None,
        "deadline": None,
        "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    }


def configuration(**parts: Any) -> Config:
    """A checked float64 configuration: `configuration(model={"depth": 1}, optimizer=Adam(), train={"steps": 9})`."""
    model = MLP(**{"dtype": "float64", "depth": 2, "width": 6, **parts.pop("model", {})})
    train = TrainConfig(**{"batch_size": 10, "steps": 200, **parts.pop("train", {})})
    return check(Config(**{"data": Digits(), "optimizer": SGD(lr=0.05), **parts}, model=model, train=train))


def placed(samples: Samples, config: Config, device: str = "cpu", augment: Any = None) -> Batches:
    """A split where the configuration would have it."""
    return Batches(samples, *placement(config, device), augment, getattr(config.data, "workers", 0))


def order(config: Config) -> tuple[int | None, bool]:
    """What an epoch needs to know of a configuration."""
    return config.train.samples, config.train.drop_last


def samples(count: int = 64, features: int = FEATURES, classes: int = CLASSES, seed: int = 0) -> tuple[Any, Any]:
    """Standardised points whose class depends on them with much noise, so that no loss goes to 0."""
    rng = np.random.default_rng([seed, 99])
    x = rng.normal(size=(count, features))
    y = (x @ rng.normal(size=(features, classes)) + 2 * rng.normal(size=(count, classes))).argmax(-1)
    return x, y.astype(np.int64)


def numbers(count: int = 64, features: int = FEATURES, seed: int = 0) -> tuple[Any, Any]:
    """Standardised points, and a number for each that depends on them with noise and a few outliers."""
    x, _ = samples(count, features, seed=seed)
    rng = np.random.default_rng([seed, 98])
    return x, np.tanh(x[:, 0]) + 0.3 * x[:, -1] ** 2 + 0.3 * rng.standard_t(2, count)


def task_of(y: Any) -> Task:
    """What is learnt from such targets; numbers in other units than they are trained on."""
    return Regression(origin=5.0, unit=3.0) if y.dtype.kind == "f" else CLASSIFICATION


def as_numpy(values: Any) -> Any:
    return values


def as_tensor(values: Any) -> Any:
    return torch.as_tensor(values)


@dataclass
class Twin:
    """How to make one kind of learner, and its kind of array."""

    make: Callable[..., Learner]
    array: Callable[[Any], Any]


def scratch(
    configs: list[Config], shape: tuple[int, ...], outputs: int, plan: Plan, task: Task = CLASSIFICATION
) -> Learner:
    return (ScratchLearner if len(configs) == 1 else ScratchStack)(configs, shape, outputs, plan, "cpu", task)


def scratch_tensors(
    configs: list[Config], shape: tuple[int, ...], outputs: int, plan: Plan, task: Task = CLASSIFICATION
) -> Learner:
    return (ScratchLearner if len(configs) == 1 else ScratchStack)(configs, shape, outputs, plan, TENSORS, task)


def pytorch(
    configs: list[Config], shape: tuple[int, ...], outputs: int, plan: Plan, task: Task = CLASSIFICATION
) -> Learner:
    return (TorchLearner if len(configs) == 1 else TorchStack)(configs, shape, outputs, plan, "cpu", task)


NUMPY, TENSOR, TORCH = Twin(scratch, as_numpy), Twin(scratch_tensors, as_tensor), Twin(pytorch, as_tensor)


@dataclass
class Trace:
    """What a training leaves: an entry for each step, or for each evaluation."""

    losses: list[Any] = field(default_factory=list)
    sums: list[Any] = field(default_factory=list)
    rates: list[Any] = field(default_factory=list)
    norms: list[Any] = field(default_factory=list)
    evaluations: list[Any] = field(default_factory=list)

    def array(self, name: str) -> np.ndarray[Any, Any]:
        return np.array(getattr(self, name), float)


def batches(seeds: list[int], epoch: int, count: int, config: Config) -> Iterator[Any]:
    """Positions of each batch of an epoch; the last one is partial unless `drop_last`."""
    size = count if isinstance(config.train.batch_size, str) else config.train.batch_size
    order = epoch_order(seeds, epoch, count)
    stop = count - count % size if config.train.drop_last else count
    for start in range(0, stop, size):
        yield order[..., start : start + size]


def follow(
    learner: Learner,
    twin: Twin,
    configs: list[Config],
    x: Any,
    y: Any,
    steps: int,
    held_out: tuple[Any, Any],
    trace: Trace | None = None,
) -> Trace:
    """Train on, up to `steps` steps, with an evaluation after each epoch that schedules see."""
    trace = trace or Trace()
    plan, config = Plan.of(configs[0].train, len(y)), configs[0]
    while learner.steps < steps:
        epoch, skip = divmod(learner.steps, plan.steps_per_epoch)
        for number, where in enumerate(batches([c.seed for c in configs], epoch, len(y), config)):
            if number < skip:
                continue
            loss, sums = learner.step(twin.array(x[where]), twin.array(y[where]))
            trace.losses.append(learner.fetch([loss])[0])
            trace.sums.append([learner.fetch([each])[0] for each in sums])
            trace.rates.append(learner.lr())
            trace.norms.append(learner.grad_norm())
            if learner.steps >= steps:
                break
        if learner.steps % plan.steps_per_epoch == 0:
            learner.end_epoch()
            split = placed(Samples(held_out[1], held_out[0]), config)
            split.x, split.y = twin.array(held_out[0]), twin.array(held_out[1])
            seen = dict(zip(learner.task.measures(), evaluate(learner, split, len(configs))[0], strict=True))
            trace.evaluations.append(np.array(list(seen.values())))
            learner.observe(seen["loss"], seen[learner.task.watched])
    return trace


def parameters(learner: Learner, member: int = 0) -> dict[str, Any]:
    """Current parameters of one network by name, as NumPy arrays."""
    return {name: np.asarray(value) for name, value in learner.state_dict_of(learner.state(member)).items()}


def train_one(twin: Twin, config: Config, data: tuple[Any, Any], held_out: Any, steps: int) -> tuple[Learner, Trace]:
    """Make a lone learner and train it."""
    x, y = data
    outputs = 1 if y.dtype.kind == "f" else CLASSES
    learner = twin.make([config], x.shape[1:], outputs, Plan.of(config.train, len(y)), task_of(y))
    return learner, follow(learner, twin, [config], x, y, steps, held_out)
