"""Optimizers by hand directly against torch.optim, on the same gradients, option by option."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.choices import OPTIMIZERS
from tests.kit.choices import optimizers as sampled
from tests.kit.twins import sampling

from twinprop.arrays.namespace import to_numpy
from twinprop.config import registry

SHAPES = [(3, 4), (3,)]
SIZE = sum(int(np.prod(shape)) for shape in SHAPES)


def gradients(steps: int, seed: int = 0) -> Any:
    """Gradients over eight orders of magnitude, with entries that are 0 always, at first, and later on."""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(steps, SIZE)) * 10.0 ** rng.uniform(-6, 2, SIZE)
    g[:, 0] = 0
    g[: steps // 2, 1] = 0
    g[steps // 2 :, 2] = 0
    return g


def zeros_like(p: Any) -> Any:
    return p * 0


def by_hand(optimizer: Any, start: Any, g: Any, tensors: bool) -> list[Any]:
    p = torch.as_tensor(start.copy()) if tensors else start.copy()
    state = {slot: zeros_like(p) for slot in optimizer.state_names()}
    path = []
    for t, gradient in enumerate(g, start=1):
        gradient = torch.as_tensor(gradient.copy()) if tensors else gradient.copy()
        optimizer.update(p, gradient, state, t)
        path.append(to_numpy(p).copy())
    return path


def by_torch(optimizer: Any, start: Any, g: Any) -> list[Any]:
    pieces = np.split(start, np.cumsum([np.prod(shape) for shape in SHAPES])[:-1])
    parameters = [torch.tensor(piece.reshape(shape)) for piece, shape in zip(pieces, SHAPES, strict=True)]
    arguments = {key: value for key, value in asdict(optimizer).items() if key != "name"}
    theirs = registry.load(registry.OPTIMIZERS[optimizer.name].pytorch)(parameters, **arguments)
    path = []
    for gradient in g:
        rest = gradient
        for parameter in parameters:
            parameter.grad = torch.as_tensor(rest[: parameter.numel()]).reshape(parameter.shape).clone()
            rest = rest[parameter.numel() :]
        theirs.step()
        path.append(np.concatenate([to_numpy(parameter).ravel() for parameter in parameters]))
    return path


def assert_same_path(optimizer: Any, seed: int = 0, steps: int = 60) -> None:
    start, g = np.random.default_rng([seed, 1]).normal(size=SIZE), gradients(steps, seed)
    expected = by_torch(optimizer, start, g)
    for tensors in (False, True):
        np.testing.assert_allclose(by_hand(optimizer, start, g, tensors), expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_each_option(optimizer: Any) -> None:
    assert_same_path(optimizer)


@given(sampled, st.integers(0, 999))
@settings(**sampling(100))
def test_options_together(optimizer: Any, seed: int) -> None:
    assert_same_path(optimizer, seed)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_float32_stays_float32(optimizer: Any) -> None:
    p, state = np.ones(SIZE, np.float32), {slot: np.zeros(SIZE, np.float32) for slot in optimizer.state_names()}
    for t, g in enumerate(gradients(3).astype(np.float32), start=1):
        optimizer.update(p, g, state, t)
    assert p.dtype == np.float32
    assert all(value.dtype == np.float32 for value in state.values())


@pytest.mark.parametrize("name", registry.OPTIMIZERS)
def test_keys_are_torch_optims(name: str) -> None:
    """Names and defaults are torch.optim's, so what a reader knows of PyTorch holds here."""
    import inspect

    twin = registry.OPTIMIZERS[name]
    theirs = inspect.signature(registry.load(twin.pytorch)).parameters
    mine = registry.load(twin.scratch)()
    for key in fields(mine):
        if key.name not in ("name", "lr"):
            assert getattr(mine, key.name) == theirs[key.name].default, key.name


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("tensors", [False, True])
def test_a_stack_with_its_own_numbers_each(optimizer: Any, tensors: bool) -> None:
    """Hyperparameters as (members, 1) arrays: each network goes the way that it goes alone."""
    others = []
    for factor in (1.0, 0.6, 0.3):
        changed = {
            key.name: tuple(b * factor for b in value) if isinstance(value, tuple) else value * factor
            for key in fields(optimizer)
            if isinstance(value := getattr(optimizer, key.name), float | tuple)
        }
        others.append(replace(optimizer, **changed))
    column: Any = (
        (lambda values: torch.tensor(values, dtype=torch.float64).reshape(-1, 1))
        if tensors
        else lambda v: np.reshape(v, (-1, 1))
    )
    joint = {}
    for key in fields(optimizer):
        values = [getattr(other, key.name) for other in others]
        if isinstance(values[0], tuple):
            joint[key.name] = tuple(column(list(pair)) for pair in zip(*values, strict=True))
        elif isinstance(values[0], float) and len(set(values)) > 1:
            joint[key.name] = column(values)
    stack = replace(optimizer, **joint)
    start, g = np.random.default_rng(1).normal(size=(3, SIZE)), np.stack([gradients(30, seed) for seed in range(3)], 1)
    path = by_hand(stack, start, g, tensors)
    for member, alone in enumerate(others):
        expected = by_hand(alone, start[member], g[:, member], tensors)
        np.testing.assert_allclose([p[member] for p in path], expected, rtol=1e-12, atol=1e-13)
