"""Hand-written and PyTorch training are the same computation: in float64 they go the same way for 200 steps.

Rounding differs between the twins by 1e-16 in each operation. Training multiplies such a difference,
step after step, by how unstable it is; with a rate at which the loss jumps about, any two programs
part ways in the end, PyTorch on two machines too. So rates here are ones at which these networks
learn steadily, and a difference that is left is a difference in the mathematics. For the same reason
centred RMSProp keeps alpha at 0.99 or above: it divides by the root of s − ḡ², which for a smaller
alpha is a difference of nearly equal numbers.

Where a sampled combination is unstable all the same, that is measured and not supposed: the NumPy
twin is trained again from weights that differ by 1e-14, and only if it leaves its own course by more
than 1e-10 is the combination set aside. The test fails if that happens to more than a few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.kit.choices import LOSSES, OPTIMIZERS, SCHEDULERS, STEPS, configurations
from tests.kit.twins import (
    CLASSES,
    NUMPY,
    TORCH,
    configuration,
    follow,
    numbers,
    order,
    parameters,
    placed,
    samples,
    sampling,
    train_one,
)

from twinprop.config import registry
from twinprop.config.schema import Config, choice_class, default_of
from twinprop.learners import BACKENDS
from twinprop.scratch.losses import MSELoss
from twinprop.scratch.optimizers import SGD, Adam, RMSprop
from twinprop.scratch.schedulers import OneCycleLR, ReduceLROnPlateau
from twinprop.training.plan import Plan


def assert_twins(config: Config, features: int = 7, count: int = 64, make: Any = samples) -> None:
    """Train both twins on samples that `make` makes, and compare everything that they report."""
    data, held_out = make(count, features), make(23, features, seed=1)
    hand, hand_trace = train_one(NUMPY, config, data, held_out, STEPS)
    torch_, torch_trace = train_one(TORCH, config, data, held_out, STEPS)
    assert hand.steps == torch_.steps == STEPS
    losses = hand_trace.array("losses")
    assert np.isfinite(losses).all()
    np.testing.assert_allclose(losses, torch_trace.array("losses"), rtol=1e-9, atol=0, err_msg="training losses")
    np.testing.assert_allclose(hand_trace.array("sums"), torch_trace.array("sums"), rtol=1e-9, atol=0, err_msg="sums")
    np.testing.assert_allclose(hand_trace.array("rates"), torch_trace.array("rates"), rtol=1e-11, atol=1e-18)
    np.testing.assert_allclose(hand_trace.array("norms"), torch_trace.array("norms"), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(
        hand_trace.array("evaluations"), torch_trace.array("evaluations"), rtol=1e-9, atol=0, err_msg="evaluations"
    )
    mine, theirs = parameters(hand), parameters(torch_)
    assert list(mine) == list(theirs)
    for name, value in mine.items():
        assert value.shape == theirs[name].shape
        np.testing.assert_allclose(value, theirs[name], rtol=0, atol=1e-8, err_msg=name)
    for name, value in hand.gradients(0).items():
        np.testing.assert_allclose(value, torch_.gradients(0)[name], rtol=0, atol=1e-8, err_msg=name)


# One pass in which each single option occurs


def cases() -> Iterator[Any]:
    for optimizer in OPTIMIZERS:
        yield pytest.param({"optimizer": optimizer}, id=repr(optimizer))
    for scheduler in SCHEDULERS:
        yield pytest.param({"scheduler": scheduler, "optimizer": SGD(lr=0.03, momentum=0.5)}, id=repr(scheduler))
    for optimizer in (Adam(lr=0.003), RMSprop(lr=0.0005, momentum=0.5)):
        yield pytest.param({"scheduler": OneCycleLR(), "optimizer": optimizer}, id=f"one_cycle, {optimizer.name}")
    for activation in registry.ACTIVATIONS:
        yield pytest.param({"model": {"activation": activation}}, id=f"{activation}, cross_entropy")
        for output in registry.OUTPUT_ACTIVATIONS:
            model = {"activation": activation, "output_activation": output}
            yield pytest.param({"model": model, "loss": MSELoss()}, id=f"{activation}, mse of {output}")
    for loss in LOSSES[1:]:
        yield pytest.param({"loss": loss}, id=repr(loss))
    yield pytest.param({"model": {"activation": "leaky_relu", "negative_slope": 0.3}}, id="negative_slope")
    for init in registry.INITS:
        yield pytest.param({"model": {"init": init, "init_std": 0.2}}, id=f"init {init}")
    for hidden in ([], [1], [13], [3, 11], [9, 2, 5], [4, 8, 3, 6]):
        yield pytest.param({"model": {"hidden": hidden}}, id=f"hidden {hidden}")
    for rate in (0.1, 0.5, 0.9):
        yield pytest.param({"model": {"dropout": rate, "width": 15}}, id=f"dropout {rate}")
        yield pytest.param({"model": {"noise": rate}}, id=f"noise {rate}")
    for norm in (0.01, 0.3, 100.0):
        yield pytest.param({"train": {"max_grad_norm": norm}}, id=f"max_grad_norm {norm}")
    for size in ("full", 1, 16, 64, 7, 100):
        yield pytest.param({"train": {"batch_size": size}, "optimizer": SGD(lr=0.02)}, id=f"batch_size {size}")
    yield pytest.param({"train": {"batch_size": 10, "drop_last": True}}, id="drop_last")
    yield pytest.param({"seed": 2**63 - 1, "model": {"dropout": 0.3}}, id="largest seed")


@pytest.mark.parametrize("parts", list(cases()))
def test_each_single_option(parts: dict[str, Any]) -> None:
    assert_twins(configuration(**parts))


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss.name != "cross_entropy"], ids=repr)
def test_numbers(loss: Any) -> None:
    """Sums of squared and absolute errors, RMSE, MAE and R² agree too, in both directions of a plateau schedule."""
    for mode in ("min", "max"):
        scheduler = ReduceLROnPlateau(patience=1, mode=mode)
        assert_twins(configuration(loss=loss, scheduler=scheduler), make=numbers)


@pytest.mark.parametrize("group", ["optimizer", "scheduler", "loss"])
def test_the_pass_above_uses_each_option(group: str) -> None:
    """A key that is added later, and never tried with another value than its default, fails here."""
    tried = {"optimizer": OPTIMIZERS, "scheduler": SCHEDULERS, "loss": LOSSES}[group]
    for name in registry.GROUPS[group]:
        kind = choice_class(group, name)
        mine = [case for case in tried if type(case) is kind]
        for key in fields(kind):
            if key.name == "name" or (name == "plateau" and key.name == "interval"):
                continue
            values = [getattr(case, key.name) for case in mine]
            assert any(value != default_of(key) for value in values), f"{name}.{key.name}"
            assert all(option in values for option in key.metadata.get("options", ())), f"{name}.{key.name}"


# The whole product, sampled


def leaves_its_own_course(config: Config, features: int) -> bool:
    """Whether a change of 1e-14 in the initial weights changes a loss by more than 1e-10, within one twin."""
    data, held_out = samples(64, features), samples(23, features, seed=1)
    plan = Plan.of(config.train, 64)
    traces = []
    for size in (0.0, 1e-14):
        learner = NUMPY.make([config], (features,), CLASSES, plan)
        noise = np.random.default_rng(0)
        state = learner.state(0)
        # a bias that starts at 0 is moved too: behind units that are dead, it is all that moves
        state["parameters"] += size * noise.choice([-1.0, 1.0], state["parameters"].shape)
        learner.load_state([state])
        traces.append(follow(learner, NUMPY, [config], *data, STEPS, held_out))
    first, second = (trace.array("losses") for trace in traces)
    return bool(np.abs(second / first - 1).max() > 1e-10)


def test_any_combination() -> None:
    tried, unstable = [], []

    @given(configurations(), st.integers(5, 12))
    @settings(**sampling(40))
    def agree(config: Config, features: int) -> None:
        note(repr(config))
        tried.append(config)
        try:
            assert_twins(config, features)
        except AssertionError:
            if not leaves_its_own_course(config, features):
                raise
            unstable.append(config)

    agree()
    print(f"{len(tried)} combinations, {len(unstable)} of them unstable")
    assert len(unstable) <= max(2, 0.03 * len(tried)), unstable


# float32

DIGITS_EPOCHS = 20


def digits_accuracy(backend: str, seed: int, lr: float, jitter: float = 0.0) -> float:
    """Test accuracy after training on the digits, in float32, with dropout.

    `jitter` is a relative change of the initial weights, in the hand-written twin.
    """
    from twinprop.data.digits import Digits
    from twinprop.training.evaluation import evaluate

    config = configuration(
        seed=seed,
        model={"backend": backend, "width": 40, "dtype": "float32", "dropout": 0.2},
        optimizer=SGD(lr=lr, momentum=0.9),
        train={"batch_size": 32, "steps": None, "epochs": DIGITS_EPOCHS},
    )
    dataset = Digits().load()
    train, _, test = (placed(split, config) for split in dataset[:3])
    learner = registry.load(BACKENDS[backend].learner)([config], dataset.shape, 10, Plan.of(config.train, len(train)))
    if jitter:
        state = learner.state(0)
        signs = np.random.default_rng(seed).choice([-1, 1], state["parameters"].shape)
        state["parameters"] = (state["parameters"] * (1 + jitter * signs)).astype(np.float32)
        learner.load_state([state])
    for epoch in range(DIGITS_EPOCHS):
        for x, y in train.epoch([seed], epoch, *order(config)):
            learner.step(x, y)
        learner.end_epoch()
    return float(evaluate(learner, test, 1)[0][1][0])


@pytest.mark.slow
@pytest.mark.parametrize("lr", [0.02, 0.05])
def test_float32_accuracies_agree_to_noise(lr: float) -> None:
    """Ten seeds, at a rate that trains steadily and at one where rounding decides between two courses.

    The twins may differ by no more than a twin differs from itself after a change of its initial weights by
    1e-6, and neither may be the better one: the paired differences have a mean of 0 within their standard error.
    """
    from scipy.stats import ttest_rel

    hand = np.array([digits_accuracy("scratch", seed, lr) for seed in range(10)])
    torch_ = np.array([digits_accuracy("torch", seed, lr) for seed in range(10)])
    jittered = np.array([digits_accuracy("scratch", seed, lr, 1e-6) for seed in range(10)])
    twins, itself = hand - torch_, hand - jittered
    print(f"\nlr {lr}: scratch {hand.mean():.4f} ± {hand.std(ddof=1):.4f}")
    print(f"lr {lr}: torch {torch_.mean():.4f} ± {torch_.std(ddof=1):.4f}")
    for name, difference in (("twins", twins), ("scratch and itself", itself)):
        images = np.round(difference * 359).astype(int).tolist()
        print(f"{name}: difference {difference.mean():+.5f}, in images of 359 {images}")
    assert hand.mean() > 0.95
    # one image where neither ever parts from itself; else twice the spread that rounding alone makes
    assert np.sqrt((twins**2).mean()) <= 1 / 359 + 2 * np.sqrt((itself**2).mean())
    if np.any(twins):
        result = ttest_rel(hand, torch_)
        print(f"paired t = {result.statistic:+.2f}, p = {result.pvalue:.2f}")
        assert result.pvalue > 0.01
