"""The derivative of an activation: missing, there twice, of another function, or at the wrong argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.matching import proportional
from twinprop.gradcheck.report import Gradient


def sigmoid(z: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-z))


DERIVATIVES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "{} (1 - {})": lambda a: a * (1 - a),
    "1 - {}²": lambda a: 1 - a * a,
    "({} > 0)": lambda a: (a > 0).astype(float),
    "sigmoid'({})": lambda a: sigmoid(a) * (1 - sigmoid(a)),
    "tanh'({})": lambda a: 1 - np.tanh(a) ** 2,
}

FROM_OUTPUT = ("{} (1 - {})", "1 - {}²", "({} > 0)")
"""Derivatives of activations by what forward returned: of sigmoid, tanh and ReLU."""

ONCE_MORE = {"sigmoid'({})": ("sigmoid", "{} (1 - {})"), "tanh'({})": ("tanh", "1 - {}²")}
"""Derivatives by z that are given a in its place: the activation, and the derivative by a."""

# dx of an activation alone


def dx_of_activation(evidence: Evidence, gradient: Gradient) -> FloatArray | None:
    """dx of a layer without parameters whose output has the shape of x; None where it is something else."""
    trial = evidence.trial
    if gradient.of != "x" or not evidence.is_layer or gradient.comparison is None:
        return None
    value = gradient.comparison.analytic
    return value if trial.dy.shape == value.shape and not trial.parameters else None


def dy_itself(evidence: Evidence, gradient: Gradient) -> str | None:
    value = dx_of_activation(evidence, gradient)
    if value is None or not proportional(value, evidence.trial.dy):
        return None
    return "equal to dy: the derivative of the function is missing, dx = dy * f'(x)."


def diagonal_of_softmax(evidence: Evidence, gradient: Gradient) -> str | None:
    value, p = dx_of_activation(evidence, gradient), np.asarray(evidence.trial.out, float)
    if value is None or not proportional(value, p * (1 - p) * evidence.trial.dy) or not np.allclose(p.sum(-1), 1):
        return None
    return (
        "equal to p (1 - p) dy, the diagonal of the derivative of softmax. Each output depends on every input:\n"
        "dx = p * (dy - (p * dy).sum(axis=-1, keepdims=True))"
    )


def derivative_of_another(evidence: Evidence, gradient: Gradient) -> str | None:
    """dx that is dy times a well-known derivative of x or of y."""
    value, trial = dx_of_activation(evidence, gradient), evidence.trial
    if value is None:
        return None
    sources = {"x": trial.x, "y": np.asarray(trial.out, float)}
    for (letter, source), (name, derivative) in product(sources.items(), DERIVATIVES.items()):
        if proportional(value, trial.dy * derivative(source)):
            return f"equal to dy times {name.replace('{}', letter)}, which is not this function's derivative."
    return None


# the activation of a hidden layer: with one sample, a unit's gradients are all off by its derivative


def hidden_gradient(evidence: Evidence, gradient: Gradient) -> tuple[FloatArray, FloatArray] | None:
    """In a loss, a wrong gradient for one sample and the right one; None where they differ by a number alone."""
    alone = evidence.one_sample(gradient)
    return None if alone is None or evidence.is_layer or proportional(*alone) else alone


def derivative_missing(evidence: Evidence, gradient: Gradient) -> str | None:
    alone = hidden_gradient(evidence, gradient)
    if alone is None:
        return None
    value, right = alone
    for name, d in derivatives(evidence, value):
        if proportional(value * d, right):
            letter = "a" if name in FROM_OUTPUT else "z"
            there = name.replace("{}", letter)
            return (
                f"the derivative of the activation is missing: right if multiplied by {there}, {letter} from forward."
            )
    return None


def derivative_twice(evidence: Evidence, gradient: Gradient) -> str | None:
    alone = hidden_gradient(evidence, gradient)
    if alone is None:
        return None
    value, right = alone
    for name, d in derivatives(evidence, value):
        if proportional(value, right * d):
            there = name.replace("{}", "a" if name in FROM_OUTPUT else "z")
            return f"the derivative of the activation is there twice: {there} is once too many."
    return None


def derivatives(evidence: Evidence, value: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """Each known derivative of each array that forward kept, if it fits a gradient and is not 1 everywhere."""
    for (name, derivative), (_, a) in product(DERIVATIVES.items(), caches_along(evidence, value)):
        d = derivative(a)
        if not np.allclose(d, 1):
            yield name, d


def caches_along(evidence: Evidence, value: FloatArray) -> list[tuple[int, FloatArray]]:
    """What forward kept and has a number for each entry of one axis of a gradient, ready to be multiplied with it."""
    return [
        (axis, cache.ravel().reshape([-1 if other == axis else 1 for other in range(value.ndim)]))
        for cache in evidence.caches
        for axis in range(value.ndim)
        if cache.size == value.shape[axis] > 1
    ]


def wrong_derivative(evidence: Evidence, gradient: Gradient) -> str | None:
    """The derivative of another function, or of the right one at z in place of a."""
    alone = hidden_gradient(evidence, gradient)
    if alone is None:
        return None
    caches = caches_along(evidence, alone[0])
    for (axis, a), (other, z) in product(caches, caches):
        text = replaced_derivative(*alone, a, z) if other == axis else None
        if text is not None:
            return text
    return None


def replaced_derivative(value: FloatArray, right: FloatArray, a: FloatArray, z: FloatArray) -> str | None:
    """Which derivative stands in place of the right one, if the right one is of `a` and the other of `z`."""
    letter = "a" if z is a else "z"
    for true, (taken, derivative) in product(FROM_OUTPUT, DERIVATIVES.items()):
        belongs, stands = DERIVATIVES[true](a), derivative(z)
        if np.allclose(stands, belongs) or not proportional(value * belongs, right * stands):
            continue
        belonging, there = true.replace("{}", "a"), taken.replace("{}", letter)
        name, own = ONCE_MORE.get(taken, ("", ""))
        if z is a and own == true:
            return f"{name} is applied once more in its derivative: from a = {name}(z) it is {belonging}."
        of = "a from forward" if z is a else "a from forward, and z what went into it"
        return f"the wrong derivative of the activation: {there} stands where {belonging} belongs, {of}."
    return None


def reversed_mask(evidence: Evidence, gradient: Gradient) -> str | None:
    """0 exactly where it should not be."""
    if gradient.comparison is None:
        return None
    value, right = evidence.one_sample(gradient) or (gradient.comparison.analytic, gradient.comparison.numeric)
    if value.shape != right.shape or not value.any() or not right.any():
        return None
    # entry by entry, or unit by unit: a weight's gradient is 0 where its input is, too
    axes = [(), *((axis,) for axis in range(value.ndim))]
    if any(np.array_equal((value != 0).any(axis), (right == 0).all(axis)) for axis in axes):
        return "0 exactly where it should not be: a mask is the wrong way round. The derivative of ReLU is (z > 0)."
    return None
