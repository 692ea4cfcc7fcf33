"""The table of known mistakes, and what it says of each wrong gradient.

A mistake is a function of the evidence and a wrong gradient, which returns what to say, or None. A new one is a
function in the file of its kind, and an entry in `MISTAKES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twinprop.gradcheck.hints import activation, bias, calls, scale, shape, weight
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.report import Gradient

Mistake = Callable[[Evidence, Gradient], str | None]

MISTAKES: tuple[tuple[Mistake, ...], ...] = (
    (
        shape.numbers_in_another_shape,
        shape.transposed_shape,
        shape.not_summed,
        shape.summed_to_one_number,
        shape.one_for_each_sample,
    ),
    (shape.not_finite,),
    (shape.zero,),
    (bias.wrong_axis,),
    (bias.sum_in_every_entry,),
    (scale.dropout_scale, scale.known_factor, scale.some_factor),
    (bias.summed_from_weight_gradient,),
    (weight.transposed,),
    (activation.dy_itself, activation.diagonal_of_softmax, activation.derivative_of_another),
    (activation.reversed_mask,),
    (weight.weight_not_used,),
    (weight.weight_transposed,),
    (activation.derivative_missing, activation.derivative_twice, activation.wrong_derivative),
)
"""Each mistake that is recognised; of those in one row, the first that fits is told."""

UNKNOWN = (
    "no known mistake looks like this. Where a gradient nearer to the output passes, the mistake is in the lines of "
    "backward between that one and this one."
)

UNKNOWN_YET = (
    "no known mistake looks like this. Mend the other mistakes first: one that is nearer to the output makes all that "
    "come before it wrong."
)


def explain_gradients(evidence: Evidence) -> list[tuple[list[str], str]]:
    """Each recognised mistake with the names of the gradients that show it."""
    found: dict[str, list[str]] = {}
    for gradient in evidence.gradients:
        if gradient.value is None:
            found.setdefault(calls.missing(gradient), []).append(gradient.of)
        elif gradient.comparison is None or gradient.comparison.wrong:
            texts = list(recognised(evidence, gradient))
            for text in texts or ([UNKNOWN] if gradient.comparison is not None else []):
                found.setdefault(text, []).append(gradient.name)
    known = [text for text in found if text != UNKNOWN]
    if UNKNOWN in found and known:
        found[UNKNOWN_YET] = found.pop(UNKNOWN)
    for gradient, text in calls.changed_by_repetition(evidence):
        found.setdefault(text, []).append(gradient.name)
    update = calls.update_in_backward(evidence)
    if update:
        found[update] = []
    return [(names, text) for text, names in found.items()]


def recognised(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """What the table says of a wrong gradient."""
    for row in MISTAKES:
        text = next((text for mistake in row if (text := mistake(evidence, gradient)) is not None), None)
        if text is not None:
            yield text


def notes(evidence: Evidence) -> list[str]:
    """What is no mistake, and worth knowing."""
    note = calls.changed_input(evidence)
    return [note] if note else []
