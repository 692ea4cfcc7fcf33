"""The inputs are chosen: what `forward` and `backward` accept is found by trying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.gradient_names import gradient_of
from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.inputs import Inputs, draw_x, draw_y
from twinprop.gradcheck.shapes import class_counts, usual_shapes
from twinprop.gradcheck.subject import Subject


def choose_inputs(
    subject: Subject,
    words: Sequence[str],
    shape: Sequence[int] | None = None,
    targets: str | None = None,
    classes: int | None = None,
    seed: int = 0,
    values: str | None = None,
) -> Inputs:
    """The first inputs that `forward` and `backward` accept, and that give finite numbers.

    NumPy's broadcasting lets `forward` take targets of a wrong shape, as (n, 1) for an output (n,). Then `backward`
    raises, or leaves gradients of a wrong shape. So what gives gradients of the right shape is preferred.

    Raises:
        SubjectError: it accepts none; the text is about the first that was tried.
    """
    failure: SubjectError | None = None
    accepted_forward: Inputs | None = None
    accepted_both: Inputs | None = None
    tried: list[str] = []
    for inputs in candidates(subject, words, shape, targets, classes, seed):
        if values not in (None, inputs.values):
            continue
        tried.append(str(inputs.x.shape))
        try:
            rehearsal = subject.copied()
            out = rehearsal.forward(inputs.x, inputs.y)
            if not np.all(np.isfinite(out)):
                raise not_finite(subject, inputs, np.asarray(out))
            accepted_forward = accepted_forward or inputs
            if rehearsal is subject:
                return inputs
            returned = rehearsal.backward(np.ones_like(out), inputs.x, inputs.y)
            if gradients_fit(rehearsal, returned, inputs.x):
                return inputs
            accepted_both = accepted_both or inputs
        except SubjectError as error:
            if not error.input_matters and accepted_forward is None:
                raise
            failure = failure or error
    accepted = accepted_both or accepted_forward
    if accepted is not None:
        return accepted  # no input suits backward, which will say so itself
    assert failure is not None
    more = "" if shape else f"\n  Inputs of shape {', '.join(dict.fromkeys(tried))} were tried; give it by --input N M."
    targets_too = "" if targets or not subject.is_loss else " Say what the targets are by --targets."
    raise SubjectError(f"{failure}{more}{targets_too}")


def candidates(
    subject: Subject,
    words: Sequence[str],
    shape: Sequence[int] | None,
    targets: str | None,
    classes: int | None,
    seed: int,
) -> Iterator[Inputs]:
    """What to try, in the order of how usual it is; class numbers last, since they broadcast with anything."""
    kinds = [targets] if targets else ["onehot", "binary", "labels"]
    sizes = list(usual_shapes(subject, words, shape))
    for values in ("normal", "probabilities" if subject.is_loss else "positive"):
        if not subject.is_loss or not subject.takes_y:
            for size, axis in sizes:
                yield Inputs(draw_x(np.random.default_rng(seed), size, axis, values), None, axis, "", values)
            continue
        for kind, (size, axis) in product(kinds, sizes):
            for number in [1] if kind == "binary" else class_counts(subject, words, size, axis, classes):
                rng = np.random.default_rng(seed)
                x = draw_x(rng, size, axis, values)
                same = not subject.parameters and x.ndim > 2 and kind not in ("labels", "binary")
                y = rng.standard_normal(size) if same else draw_y(rng, size[axis], number, axis, kind)
                if kind == "onehot" and number == 1 and values == "probabilities":
                    y = draw_y(rng, size[axis], 1, axis, "binary").reshape(y.shape)  # 1 alone would test half a loss
                yield Inputs(x, y, axis, "real" if same else kind, values)


def gradients_fit(subject: Subject, returned: Any, x: FloatArray) -> bool:
    """Whether the gradients have the shapes of what they belong to."""
    found = [(parameter.get(), gradient_of(parameter)) for parameter in subject.parameters]
    pairs = [(array, gradient[1]) for array, gradient in found if gradient is not None]
    pairs += [(x, returned)] if isinstance(returned, np.ndarray) else []
    return all(array.shape == gradient.shape for array, gradient in pairs if isinstance(gradient, np.ndarray))


def not_finite(subject: Subject, inputs: Inputs, out: FloatArray) -> SubjectError:
    return SubjectError(
        f"{subject.title}.forward returned {out[~np.isfinite(out)].flat[0]} for ordinary numbers, "
        f"{inputs.text()}: its derivative cannot be checked there."
    )
