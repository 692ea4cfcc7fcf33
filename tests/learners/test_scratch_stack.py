"""One code for NumPy and torch tensors, for one network and for many: the numbers do not depend on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.kit.choices import OPTIMIZERS, SCHEDULERS, configurations
from tests.kit.twins import (
    CLASSES,
    FEATURES,
    NUMPY,
    TENSOR,
    TORCH,
    Trace,
    Twin,
    configuration,
    follow,
    numbers,
    parameters,
    samples,
    sampling,
    task_of,
    train_one,
)

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.scratch.losses import CrossEntropyLoss, HuberLoss
from twinprop.scratch.optimizers import SGD, Adam, RMSprop
from twinprop.scratch.schedulers import Constant, OneCycleLR
from twinprop.task import CLASSIFICATION
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan

STEPS = 40
KINDS = {"numpy": NUMPY, "torch tensors": TENSOR, "pytorch": TORCH}
DATA, HELD_OUT = samples(), samples(23, seed=1)
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def train(twin: Twin, configs: list[Config], steps: int = STEPS, make: Any = samples) -> tuple[Learner, Trace]:
    data, held_out = (DATA, HELD_OUT) if make is samples else (make(), make(23, seed=1))
    task = task_of(data[1])
    outputs = CLASSES if task is CLASSIFICATION else 1
    learner = twin.make(configs, (FEATURES,), outputs, Plan.of(configs[0].train, len(data[1])), task)
    return learner, follow(learner, twin, configs, *data, steps, held_out)


def plain(value: Any) -> bool:
    """Whether a state holds nothing but what any format can save."""
    if isinstance(value, dict):
        return type(value) is dict and all(isinstance(key, str | int) and plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return type(value) in (list, tuple) and all(plain(item) for item in value)
    return value is None or type(value) in (int, float, bool, str, np.ndarray)


def arrays(value: Any) -> list[Any]:
    """All arrays in a state."""
    if isinstance(value, dict | list):
        return [array for item in (value.values() if isinstance(value, dict) else value) for array in arrays(item)]
    return [value] if isinstance(value, np.ndarray) else []


def assert_equal_states(first: Any, second: Any, tolerance: float, where: str = "state") -> None:
    if isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for key in first:
            assert_equal_states(first[key], second[key], tolerance, f"{where}.{key}")
    elif isinstance(first, np.ndarray | float):
        assert np.shape(first) == np.shape(second), where
        np.testing.assert_allclose(first, second, rtol=tolerance, atol=tolerance, err_msg=where)
    else:
        assert first == second, where


def assert_each_as_alone(twin: Twin, configs: list[Config], steps: int = STEPS, make: Any = samples) -> None:
    """Each member of a stack reports, and ends with, what it does alone."""
    stack, together = train(twin, configs, steps, make)
    for member, config in enumerate(configs):
        lone, alone = train(twin, [config], steps, make)
        for name in ("losses", "rates", "norms"):
            np.testing.assert_allclose(
                together.array(name)[:, member], alone.array(name)[:, 0], rtol=1e-12, atol=1e-13, err_msg=name
            )
        np.testing.assert_allclose(together.array("sums")[..., member], alone.array("sums")[..., 0], rtol=1e-12)
        seen = together.array("evaluations")
        if len(seen):
            np.testing.assert_allclose(seen[..., member], alone.array("evaluations")[..., 0], rtol=1e-12)
        assert_equal_states(stack.state(member), lone.state(0), 1e-12)
        for name, value in lone.gradients(0).items():
            np.testing.assert_allclose(stack.gradients(member)[name], value, rtol=1e-11, atol=1e-13)
        x = twin.array(HELD_OUT[0])
        np.testing.assert_allclose(stack.predict(x)[member], lone.predict(x), rtol=1e-11, atol=1e-12)


@given(configurations())
@settings(**sampling(40))
def test_numpy_and_tensors_give_the_same(config: Config) -> None:
    note(repr(config))
    hand, trace = train(NUMPY, [config])
    tensors, tensor_trace = train(TENSOR, [config])
    assert hand.state(0)["parameters"].dtype == tensors.state(0)["parameters"].dtype == np.float64
    np.testing.assert_allclose(trace.array("losses"), tensor_trace.array("losses"), rtol=1e-11)
    np.testing.assert_allclose(trace.array("evaluations"), tensor_trace.array("evaluations"), rtol=1e-11)
    assert_equal_states(hand.state(0), tensors.state(0), 1e-10)


STEEP = {"init": "normal", "init_std": 2.0, "depth": 1}
"""Gradients with norms well above 1, so that no bound on them goes unnoticed."""

VARIED = {
    "seed": [{"seed": 1}, {"seed": 2}, {"seed": 2**62}],
    "lr": [{"optimizer": SGD(lr=lr)} for lr in (0.01, 0.05, 0.1)],
    "momentum": [{"optimizer": SGD(lr=0.02, momentum=m)} for m in (0.5, 0.9, 0.2)],
    "momentum, 0 among them": [{"optimizer": SGD(lr=0.02, momentum=m)} for m in (0.9, 0.0, 0.2)],
    "momentum, first 0": [{"optimizer": SGD(lr=0.02, momentum=m)} for m in (0.0, 0.9)],
    "momentum 0 with dampening": [{"optimizer": SGD(lr=0.02, momentum=m, dampening=0.5)} for m in (0.0, 0.9)],
    "dampening": [{"optimizer": SGD(lr=0.02, momentum=0.9, dampening=d)} for d in (0.0, 0.5)],
    "weight_decay": [{"optimizer": SGD(lr=0.02, weight_decay=w)} for w in (0.0, 0.5, 0.1)],
    "betas": [{"optimizer": Adam(lr=0.003, betas=b)} for b in ((0.9, 0.999), (0.5, 0.999), (0.8, 0.9))],
    "eps": [{"optimizer": Adam(lr=0.003, eps=e)} for e in (1e-8, 1e-3)],
    "rmsprop momentum": [{"optimizer": RMSprop(lr=0.0005, momentum=m)} for m in (0.0, 0.5)],
    "dropout": [{"model": {"dropout": p}} for p in (0.2, 0.7, 0.5)],
    "init_std": [{"model": {"init": "normal", "init_std": s}} for s in (0.01, 0.3)],
    "init": [{"model": {"init": init}} for init in registry.INITS],
    "label_smoothing": [{"loss": CrossEntropyLoss(label_smoothing=s)} for s in (0.0, 0.1, 0.4)],
    "weight": [{"loss": CrossEntropyLoss(weight=w)} for w in ([1.0, 2.0, 0.5, 3.0], [0.1, 1.0, 1.0, 1.0])],
    "weight, none among them": [
        {"loss": CrossEntropyLoss(weight=w, label_smoothing=0.1)} for w in (None, [1.0, 2.0, 0.5, 3.0], None)
    ],
    "delta": [{"loss": HuberLoss(delta=d)} for d in (1.0, 0.1, 0.3)],
    "max_grad_norm": [{"train": {"max_grad_norm": n}} for n in (0.1, 1.0, 1e6)],
    "max_grad_norm, none among them": [{"train": {"max_grad_norm": n}, "model": STEEP} for n in (0.1, None, 1.0)],
    "max_grad_norm, none first": [{"train": {"max_grad_norm": n}, "model": STEEP} for n in (None, 0.1)],
}


@kinds
@pytest.mark.parametrize("size", [10, "full"])
@pytest.mark.parametrize("parts", VARIED.values(), ids=VARIED)
def test_a_number_that_differs_between_members(parts: list[dict[str, Any]], size: Any, kind: Twin) -> None:
    configs = [configuration(**{**part, "train": {"batch_size": size, **part.get("train", {})}}) for part in parts]
    assert_each_as_alone(kind, configs)


@kinds
def test_numbers_in_a_stack(kind: Twin) -> None:
    assert_each_as_alone(
        kind, [configuration(loss=HuberLoss(delta=d), seed=s) for s, d in enumerate((1.0, 0.1))], make=numbers
    )


@kinds
@pytest.mark.parametrize("parts", VARIED.values(), ids=VARIED)
def test_float32_differs_from_alone_by_rounding_only(parts: list[dict[str, Any]], kind: Twin) -> None:
    configs = [configuration(**{**part, "model": {**part.get("model", {}), "dtype": "float32"}}) for part in parts]
    data, held_out = (DATA[0].astype(np.float32), DATA[1]), (HELD_OUT[0].astype(np.float32), HELD_OUT[1])
    plan = Plan.of(configs[0].train, len(data[1]))
    stack = kind.make(configs, (FEATURES,), CLASSES, plan)
    together = follow(stack, kind, configs, *data, STEPS, held_out).array("losses")
    for member, config in enumerate(configs):
        lone = kind.make([config], (FEATURES,), CLASSES, plan)
        alone = follow(lone, kind, [config], *data, STEPS, held_out).array("losses")
        np.testing.assert_allclose(together[:, member], alone[:, 0], rtol=1e-5)
        state, expected = stack.state(member), lone.state(0)
        assert state["optimizer"].keys() == expected["optimizer"].keys()
        for value in arrays([state["parameters"], state["optimizer"]]):
            assert value.dtype == np.float32


@kinds
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_each_optimizer_in_a_stack(optimizer: Any, kind: Twin) -> None:
    configs = [
        configuration(seed=seed, optimizer=replace(optimizer, lr=optimizer.lr * factor), model={"dropout": 0.2})
        for seed, factor in ((3, 1.0), (4, 0.5))
    ]
    assert_each_as_alone(kind, configs, 25)


@kinds
@pytest.mark.parametrize("schedule", SCHEDULERS, ids=repr)
def test_each_schedule_in_a_stack(schedule: Any, kind: Twin) -> None:
    configs = [
        configuration(seed=seed, optimizer=SGD(lr=lr, momentum=0.5), scheduler=schedule)
        for seed, lr in ((3, 0.05), (4, 0.01))
    ]
    assert_each_as_alone(kind, configs, 70)


@given(configurations(), st.data())
@settings(**sampling(30))
def test_everything_differs_at_once(config: Config, data: Any) -> None:
    """Members share what shapes the computation, and differ in every number."""
    scale = st.floats(0.3, 1.0)
    configs = []
    for _ in range(data.draw(st.integers(2, 4))):
        optimizer = replace(config.optimizer, lr=config.optimizer.lr * data.draw(scale))
        if hasattr(optimizer, "betas"):
            optimizer = replace(optimizer, betas=tuple(beta * data.draw(st.floats(0.9, 1)) for beta in optimizer.betas))
        optimizer = replace(optimizer, weight_decay=data.draw(st.sampled_from([0.0, 0.05])))
        scheduler = config.scheduler
        if hasattr(scheduler, "gamma"):
            scheduler = replace(scheduler, gamma=data.draw(st.floats(0.5, 1)))
        model = replace(config.model, init_std=data.draw(st.floats(0.01, 0.3)))
        if model.dropout:
            model = replace(model, dropout=data.draw(st.floats(0.05, 0.8)))
        clip = None if config.train.max_grad_norm is None else data.draw(st.floats(0.05, 5))
        train_ = replace(config.train, max_grad_norm=clip)
        seed = data.draw(st.integers(0, 2**63 - 1))
        configs.append(replace(config, seed=seed, optimizer=optimizer, scheduler=scheduler, model=model, train=train_))
    note(repr(configs))
    assert_each_as_alone(NUMPY, configs, 25)


# Members that differ in more than numbers


@kinds
def test_members_may_have_different_activations(kind: Twin) -> None:
    names = [*registry.ACTIVATIONS, "relu", "relu"]
    models = [{"activation": name, "dropout": 0.3} for name in names]
    models += [{"activation": "leaky_relu", "negative_slope": slope, "dropout": 0.3} for slope in (0.3, 0.01, 0.01)]
    assert_each_as_alone(kind, [configuration(seed=seed, model=model) for seed, model in enumerate(models)])


@kinds
def test_members_may_have_different_optimizers(kind: Twin) -> None:
    assert_each_as_alone(
        kind, [configuration(seed=seed // 2, optimizer=optimizer) for seed, optimizer in enumerate(OPTIMIZERS)]
    )


@kinds
def test_members_may_have_different_schedules(kind: Twin) -> None:
    """Of either interval, watching the validation results or not, cycling the momentum or not."""
    for optimizer in (SGD(lr=0.03, momentum=0.5), Adam(lr=0.003)):
        assert_each_as_alone(
            kind, [configuration(optimizer=optimizer, scheduler=schedule) for schedule in SCHEDULERS], 70
        )


@given(st.lists(configurations(), min_size=2, max_size=5))
@settings(**sampling(30))
def test_any_networks_of_one_shape_share_a_stack(configs: list[Config]) -> None:
    first = configs[0]
    shared = {"depth", "width", "hidden", "dtype", "output_activation"}
    shape = {name: getattr(first.model, name) for name in shared}
    for config in configs:
        for name, value in shape.items():
            setattr(config.model, name, value)
        config.model.dropout = config.model.dropout or 0.1
        config.model.noise = config.model.noise or 0.1
        config.loss, config.train = first.loss, replace(first.train, max_grad_norm=config.train.max_grad_norm)
    note(repr(configs))
    assert_each_as_alone(NUMPY, configs, 25)


# States

LEARNERS = {**KINDS}
WHENS = {"mid-epoch": 17, "end of epoch": 14, "before the first step": 0}


def each_state_case() -> list[Any]:
    cases = [pytest.param(optimizer, Constant(), id=repr(optimizer)) for optimizer in OPTIMIZERS]
    cases += [pytest.param(SGD(lr=0.03, momentum=0.5), schedule, id=repr(schedule)) for schedule in SCHEDULERS]
    cases.append(pytest.param(Adam(lr=0.003), OneCycleLR(), id="adam, one_cycle"))
    return cases


@pytest.mark.parametrize("stop", WHENS.values(), ids=WHENS)
@pytest.mark.parametrize(("optimizer", "schedule"), each_state_case())
def test_a_state_continues_with_the_same_bits(optimizer: Any, schedule: Any, stop: int) -> None:
    """In each twin: a fresh learner that takes over a state cannot be told from the one that went on."""
    from tests.kit.twins import TORCH

    config = configuration(
        optimizer=optimizer, scheduler=schedule, model={"dropout": 0.3}, train={"max_grad_norm": 0.5, "steps": 70}
    )
    for twin in (NUMPY, TENSOR, TORCH):
        whole, trace = train_one(twin, config, DATA, HELD_OUT, 45)
        first, first_trace = train_one(twin, config, DATA, HELD_OUT, stop)
        state = first.state(0)
        assert plain(state), state
        kept = repr(state)
        follow(first, twin, [config], *DATA, stop + 3, HELD_OUT)
        assert repr(state) == kept, "a state is a copy"
        second = twin.make([config], (FEATURES,), CLASSES, Plan.of(config.train, len(DATA[1])))
        second.load_state([state])
        follow(second, twin, [config], *DATA, 45, HELD_OUT, first_trace)
        assert repr(state) == kept, "loading keeps the state as it was"
        for name in ("losses", "rates", "norms", "evaluations"):
            np.testing.assert_array_equal(first_trace.array(name), trace.array(name), err_msg=name)
        for name, value in parameters(whole).items():
            np.testing.assert_array_equal(parameters(second)[name], value)
        assert repr(second.state(0)) == repr(whole.state(0))


@kinds
@pytest.mark.parametrize(("optimizer", "schedule"), each_state_case())
def test_a_member_leaves_its_stack(optimizer: Any, schedule: Any, kind: Twin) -> None:
    """What a stack hands out for one member, the member alone continues from; and the other way round."""
    configs = [
        configuration(seed=seed, optimizer=replace(optimizer, lr=optimizer.lr * factor), scheduler=schedule)
        for seed, factor in ((3, 1.0), (4, 0.5))
    ]
    plan = Plan.of(configs[0].train, len(DATA[1]))
    stack, _ = train(kind, configs, 17)
    lone = [kind.make([config], (FEATURES,), CLASSES, plan) for config in configs]
    for member, learner in enumerate(lone):
        learner.load_state([stack.state(member)])
    rejoined = kind.make(configs, (FEATURES,), CLASSES, plan)
    rejoined.load_state([learner.state(0) for learner in lone])
    expected = follow(stack, kind, configs, *DATA, 40, HELD_OUT).array("losses")
    np.testing.assert_array_equal(follow(rejoined, kind, configs, *DATA, 40, HELD_OUT).array("losses"), expected)
    for member, learner in enumerate(lone):
        trace = follow(learner, kind, [configs[member]], *DATA, 40, HELD_OUT)
        np.testing.assert_allclose(trace.array("losses")[:, 0], expected[:, member], rtol=1e-12)


def test_a_state_of_a_stack_holds_one_member_only() -> None:
    """A view into a copy of the whole stack would keep all members' memory alive, once for each."""
    configs = [configuration(seed=seed, optimizer=Adam(lr=0.003)) for seed in range(5)]
    stack, _ = train(NUMPY, configs, 3)
    state = stack.state(2)
    for value in (state["parameters"], *state["optimizer"].values()):
        assert value.base is None or value.base.nbytes == value.nbytes


@pytest.mark.parametrize("name", ["parameters", "gradients"])
def test_names_and_shapes_are_those_of_torch(name: str) -> None:
    from tests.kit.twins import TORCH

    config = configuration(model={"hidden": [3, 5], "dropout": 0.1})
    hand, _ = train_one(NUMPY, config, DATA, HELD_OUT, 3)
    torch_, _ = train_one(TORCH, config, DATA, HELD_OUT, 3)
    mine, theirs = (
        {key: np.shape(value) for key, value in (parameters(x) if name == "parameters" else x.gradients(0)).items()}
        for x in (hand, torch_)
    )
    assert list(mine.items()) == list(theirs.items())
