"""The inputs are chosen: what `forward` and `backward` accept is found by trying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.gradient_names import gradient_of
from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.inputs import Inputs, draw_x, draw_y
from twinprop.gradcheck.shapes import class_counts, suggested_shapes, usual_shapes
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
    raises, or leaves gradients of a wrong shape. So what gives gradients of the right shape is preferred. Only where
    `forward` accepts nothing of what is usual, it gets the shapes that it asks for.

    Raises:
        SubjectError: it accepts none; the text is about the first that was tried.
    """

    def drawn(shapes: Iterable[tuple[tuple[int, ...], int]]) -> Iterator[Inputs]:
        inputs = candidates(subject, words, list(shapes), targets, classes, seed)
        return (one for one in inputs if values in (None, one.values))

    search = Search(subject)
    chosen = search.best_of(drawn(usual_shapes(subject, words, shape)))
    if chosen is None and not shape:
        chosen = search.best_of(drawn(suggested_shapes(subject, words, search.refusals)))
    if chosen is not None:
        return chosen
    assert search.failure is not None
    tried = ", ".join(dict.fromkeys(search.tried))
    more = "" if shape else f"\n  Inputs of shape {tried} were tried; give it by --input N M."
    targets_too = "" if targets or not subject.is_loss else " Say what the targets are by --targets."
    raise SubjectError(f"{search.failure}{more}{targets_too}")


class Search:
    """Inputs are tried on copies of a subject.

    Attributes:
        tried: shapes of x so far.
        failure: what was said of the first.
        refusals: what the class said of those that it refused.
        accepted_by_forward: the first that forward takes.
        accepted_by_both: the first that backward takes as well, though its gradients have other shapes.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.tried: list[str] = []
        self.failure: SubjectError | None = None
        self.refusals: list[str] = []
        self.accepted_by_forward: Inputs | None = None
        self.accepted_by_both: Inputs | None = None

    def best_of(self, several: Iterable[Inputs]) -> Inputs | None:
        """The first that suits, else the first that is accepted at all; None if none is.

        What backward does not accept is taken where nothing better is there: backward will say so itself.
        """
        for inputs in several:
            if self.suits(inputs):
                return inputs
        return self.accepted_by_both or self.accepted_by_forward

    def suits(self, inputs: Inputs) -> bool:
        """Whether all goes well with these inputs.

        Raises:
            SubjectError: it does not, and no other input can help.
        """
        self.tried.append(str(inputs.x.shape))
        try:
            rehearsal = self.subject.copied()
            out = rehearsal.forward(inputs.x, inputs.y)
            if np.size(out) == 0:
                raise empty(self.subject, inputs, np.shape(out))
            if not np.all(np.isfinite(out)):
                raise not_finite(self.subject, inputs, np.asarray(out))
            self.accepted_by_forward = self.accepted_by_forward or inputs
            if rehearsal is self.subject:
                return True
            returned = rehearsal.backward(np.ones_like(out), inputs.x, inputs.y)
            if gradients_fit(rehearsal, returned, inputs.x):
                return True
            self.accepted_by_both = self.accepted_by_both or inputs
        except SubjectError as error:
            if not error.input_matters and self.accepted_by_forward is None:
                raise
            self.failure = self.failure or error
            self.refusals.append(str(error.__cause__))
        return False


def candidates(
    subject: Subject,
    words: Sequence[str],
    shapes: Sequence[tuple[tuple[int, ...], int]],
    targets: str | None,
    classes: int | None,
    seed: int,
) -> Iterator[Inputs]:
    """What to try in shapes of x with the axis of their samples, in the order of how usual it is.

    Class numbers come last, since they broadcast with anything.
    """
    kinds = [targets] if targets else ["onehot", "binary", "labels"]
    for values in ("normal", "probabilities" if subject.is_loss else "positive"):
        if not subject.is_loss or not subject.takes_y:
            for size, axis in shapes:
                yield Inputs(draw_x(np.random.default_rng(seed), size, axis, values), None, axis, "", values)
            continue
        for kind, (size, axis) in product(kinds, shapes):
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


def empty(subject: Subject, inputs: Inputs, shape: tuple[int, ...]) -> SubjectError:
    return SubjectError(
        f"{subject.title}.forward returned an empty array, of shape {shape}, for {inputs.text()}: "
        "there is nothing that could be checked."
    )


def not_finite(subject: Subject, inputs: Inputs, out: FloatArray) -> SubjectError:
    return SubjectError(
        f"{subject.title}.forward returned {out[~np.isfinite(out)].flat[0]} for ordinary numbers, "
        f"{inputs.text()}: its derivative cannot be checked there."
    )
