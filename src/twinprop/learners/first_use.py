"""What a user's hand-written class is looked at for before it first trains: its derivative, and whether it stacks.

One number tells of a derivative: the slope along a random direction of inputs and parameters, by `backward` and by a
central difference. A wrong one is told, and ends nothing; `gradcheck` says which entries are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array
from twinprop.config import registry
from twinprop.config.extend import KINDS, ORIGINS, Origin
from twinprop.config.schema import Config
from twinprop.errors import first_line
from twinprop.learners.build import scratch_layer, torch_layer
from twinprop.learners.losses import reduces
from twinprop.models.base import LayerSpec
from twinprop.scratch.losses import Loss
from twinprop.scratch.network import Network
from twinprop.text import as_typed

BATCH = 4
STEP = 1e-6
TOLERANCE = 1e-4
"""Of the slope: what a central difference in float64 is off by is a hundred times less."""

DRAWS = 3
"""Random points, of which one that agrees is enough: another may lie on a kink."""

TOLD: set[Origin] = set()
"""What has been told in this process, by where it is registered."""

Shape = tuple[int, ...]


def doubts(config: Config, shape: Shape, outputs: int) -> Iterator[str]:
    """What is wrong with the derivatives of a user's hand-written classes, each told once in a process.

    Args:
        config: which choices a run uses.
        shape: of a sample.
        outputs: how many numbers come out.
    """
    if not ORIGINS or config.model.backend != "scratch":
        return
    for kind, name, check in users_own(config, shape, outputs):
        origin = ORIGINS[kind, name]
        if origin in TOLD:
            continue
        TOLD.add(origin)
        chosen = f"{KINDS[kind].key}={name}" if KINDS[kind].key else f"the layer {name}"
        try:
            with np.errstate(all="ignore"):
                found = [check(np.random.default_rng(seed)) for seed in range(DRAWS)]
        except Exception as error:
            yield f"{chosen} ({origin}): cannot be checked ({first_line(error)})."
            continue
        if not any(
            abs(given - measured) <= TOLERANCE * max(abs(given), abs(measured), STEP) for given, measured in found
        ):
            given, measured = found[0]
            yield (
                f"{chosen} ({origin}): backward is not the derivative of forward: along a random direction the slope "
                f"is {given:.4g} by backward, and {measured:.4g} by differences. It trains all the same; "
                f"{as_typed('python -m twinprop gradcheck')}, with the same keys and plugins=, says where."
            )


Check = Callable[[np.random.Generator], tuple[float, float]]
"""Slopes by `backward` and by differences, at a random point along a random direction."""


def users_own(config: Config, shape: Shape, outputs: int) -> Iterator[tuple[str, str, Check]]:
    """The kinds and names of a user's layers, activations and loss that a run uses by hand, with their check."""
    for spec, incoming in with_inputs(config.model.layers(shape, outputs), shape):
        for kind in ("layer", "activation"):
            if (kind, spec.kind) in ORIGINS:
                yield kind, spec.kind, partial(layer_slopes, spec, incoming)
    if ("loss", config.loss.name) in ORIGINS:
        yield "loss", config.loss.name, partial(loss_slopes, config.loss, outputs)


def with_inputs(specs: Sequence[LayerSpec], shape: Shape) -> Iterator[tuple[LayerSpec, Shape]]:
    """Layers with the shape of a sample that comes in."""
    for spec in specs:
        yield spec, shape
        shape = scratch_layer(spec).output_shape(shape)


def layer_slopes(spec: LayerSpec, shape: Shape, rng: np.random.Generator) -> tuple[float, float]:
    """`Check` of a layer."""
    layer = scratch_layer(spec)
    network = Network({"own": layer})
    start = network.parameters.copy() + 0.1 * rng.standard_normal(network.parameters.shape)
    x, dx = rng.standard_normal((2, BATCH, *shape))
    dp = rng.standard_normal(start.shape)

    def outputs(step: float) -> Array:
        network.parameters[...] = start + step * dp
        return np.array(layer.forward(x + step * dx, True))

    y = outputs(0.0)
    dy = rng.standard_normal(y.shape)
    back = layer.backward(dy.copy(), True)
    given = float((back * dx).sum() + network.gradients @ dp)
    return given, float(((outputs(STEP) - outputs(-STEP)) * dy).sum() / (2 * STEP))


def loss_slopes(loss: Loss, outputs: int, rng: np.random.Generator) -> tuple[float, float]:
    """`Check` of a loss."""
    loss = replace(loss)
    a, da = rng.standard_normal((2, BATCH, outputs))
    targets = some_targets(rng, (BATCH,), outputs)
    loss.forward(a, targets)
    given = float((loss.backward() * da).sum())
    up, down = float(loss.forward(a + STEP * da, targets)), float(loss.forward(a - STEP * da, targets))
    return given, (up - down) / (2 * STEP)


def unstackable(config: Config, shape: Shape, outputs: int) -> str:
    """Why a network with a user's classes must train alone; empty where it need not.

    Hand-written classes share a stack if two networks side by side give what each gives alone.
    """
    if not ORIGINS:
        return ""
    name, by_hand = config.optimizer.name, config.model.backend == "scratch"
    if ("optimizer", name) in ORIGINS:
        if not registry.OPTIMIZERS[name].has("scratch"):
            return f"optimizer={name} has no rule by hand, which stacks are updated by"
        if not alike(partial(optimizer_pair, config)):
            return f"optimizer={name} does not work on several networks side by side"
    for spec, incoming in with_inputs(config.model.layers(shape, outputs), shape):
        own = any((kind, spec.kind) in ORIGINS for kind in ("layer", "activation"))
        if own and not alike(partial(layer_pair if by_hand else torch_pair, spec, incoming)):
            return f"{spec.kind} does not work on several networks side by side"
    if ("loss", config.loss.name) in ORIGINS:
        if not by_hand and not reduces(config.loss):
            return f"loss={config.loss.name} in PyTorch takes no reduction='none', which stacks need"
        if not alike(partial(loss_pair, config.loss, outputs)):
            return f"loss={config.loss.name} does not work on several networks side by side"
    return ""


Pair = tuple[Sequence[Any], Sequence[Any]]
"""Results of two networks side by side, and of each alone, stacked."""


def alike(pair: Callable[[], Pair]) -> bool:
    """Whether both results are there and equal."""
    try:
        with np.errstate(all="ignore"):
            together, alone = pair()
            return all(
                np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
                for a, b in zip(together, alone, strict=True)
            )
    except Exception:  # training it alone meets the same, if it is no matter of axes
        return False


def layer_pair(spec: LayerSpec, shape: Shape) -> Pair:
    """Outputs and gradients of a layer."""
    rng = np.random.default_rng(0)
    values = np.stack([Network({"own": scratch_layer(spec)}, seed).parameters for seed in (0, 1)])
    x = rng.standard_normal((2, BATCH, *shape))

    def results(parameters: Array, x: Array) -> list[Any]:
        layer = scratch_layer(spec)
        network = Network({"own": layer}, parameters=parameters.copy())
        y = layer.forward(x.copy(), True)
        back = layer.backward(np.cos(y), True)
        return [y, back, network.gradients]

    return results(values, x), [np.stack(each) for each in zip(*map(results, values, x), strict=True)]


def torch_pair(spec: LayerSpec, shape: Shape) -> Pair:
    """Outputs of a layer in PyTorch."""
    import torch

    from twinprop.learners.torch_stack_layers import vectorized

    modules = [torch_layer(spec).double() for _ in range(2)]
    names = list(modules[0].state_dict())
    values = [module.state_dict() for module in modules]
    rng = torch.Generator().manual_seed(0)
    for value in (value for each in values for value in each.values()):
        value.copy_(torch.randn(value.shape, generator=rng))  # a plugin may leave them as they were in memory
    x = torch.randn(2, BATCH, *shape, dtype=torch.float64, generator=rng)
    own = {name: torch.stack([each[name] for each in values]) for name in names}
    together = vectorized(modules[0], own)(x, True) if own else modules[0](x)
    alone = torch.stack([module(each) for module, each in zip(modules, x, strict=True)])
    return [together.detach().numpy()], [alone.detach().numpy()]


def loss_pair(loss: Loss, outputs: int) -> Pair:
    """A loss and its gradient."""
    rng = np.random.default_rng(0)
    a, targets = rng.standard_normal((2, BATCH, outputs)), some_targets(rng, (2, BATCH), outputs)

    def results(a: Array, y: Array) -> list[Any]:
        own = replace(loss)
        return [own.forward(a, y), own.backward()]

    return results(a, targets), [np.stack(each) for each in zip(*map(results, a, targets), strict=True)]


def some_targets(rng: np.random.Generator, shape: Shape, outputs: int) -> Array:
    """One-hot classes (*shape, outputs), or numbers where there is one output."""
    if outputs == 1:
        return rng.standard_normal((*shape, 1))
    return np.eye(outputs)[rng.integers(outputs, size=shape)]


def optimizer_pair(config: Config) -> Pair:
    """Parameters after a few updates, by two rates."""
    rng = np.random.default_rng(0)
    p, g, rates = rng.standard_normal((2, 3)), rng.standard_normal((2, 3)), np.array([[0.1], [0.2]])

    def results(p: Array, g: Array, lr: Any) -> list[Any]:
        rule = replace(config.optimizer.stackable(), lr=lr)
        p, state = p.copy(), {name: np.zeros_like(p) for name in rule.state_names()}
        for t in (1, 2, 3):
            rule.update(p, g.copy(), state, t)
        return [p]

    alone = [results(*each) for each in zip(p, g, rates.ravel().tolist(), strict=True)]
    return results(p, g, rates), [np.stack(each) for each in zip(*alone, strict=True)]
