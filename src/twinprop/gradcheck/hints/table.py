"""What is said of each wrong gradient: the edit that mends it, else the pattern that its numbers show.

A pattern is a function of the evidence and a wrong gradient, which returns what to say, or None. A new one is a
function in the file of its kind, and an entry in `PATTERNS`; a new edit is an entry in `edits.EDITS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twinprop.gradcheck.hints import activation, bias, calls, scale, shape
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.missing import missing_term
from twinprop.gradcheck.hints.repair import repairs
from twinprop.gradcheck.hints.routines import routines_of
from twinprop.gradcheck.report import Gradient

Pattern = Callable[[Evidence, Gradient], str | None]

PATTERNS: tuple[Pattern, ...] = (
    shape.numbers_in_another_shape,
    shape.transposed_shape,
    shape.not_summed,
    shape.summed_to_one_number,
    shape.one_for_each_sample,
    shape.not_finite,
    bias.sum_in_every_entry,
    shape.zero,
    scale.dropout_scale,
    scale.known_factor,
    scale.some_factor,
    bias.summed_from_weight_gradient,
    shape.transposed,
    activation.dy_itself,
    activation.diagonal_of_softmax,
    activation.derivative_of_another,
    activation.reversed_mask,
)
"""Each pattern that is recognised; the first that fits is told."""

UNKNOWN = "no known mistake looks like this."


def explain_gradients(evidence: Evidence, known: Sequence[tuple[str, str]] = ()) -> list[tuple[list[str], str]]:
    """Each recognised mistake with the names of the gradients that show it.

    Args:
        known: what is known to be wrong already, with the name of the gradient.
    """
    found: dict[str, list[str]] = {}
    for name, text in known:
        found.setdefault(text, []).append(name)
    explained = {name for name, _ in known}
    wrong = [one for one in evidence.gradients if not one.passed and one.name not in explained]
    for gradient in wrong:
        if gradient.value is None:
            found.setdefault(calls.missing(gradient), []).append(gradient.of)
    rest = [gradient for gradient in wrong if gradient.value is not None]
    look_at: str = getattr(evidence.trial.subject.made, "look_at", "")
    if rest and look_at:  # what goes back by itself has no lines of backward that an edit could mend
        return [*((names, text) for text, names in found.items()), ([one.name for one in rest], look_at)]
    if rest:
        for repair in repairs(evidence):
            names = [one.name for one in rest if one.of in repair.mended]
            found.setdefault(repair.told(), []).extend(names)
            explained |= set(names)
    unknown: list[Gradient] = []
    for gradient in rest:
        if gradient.name not in explained:
            texts = (pattern(evidence, gradient) for pattern in PATTERNS)
            first = next((text for text in texts if text is not None), None)
            first = first or missing_term(gradient, routines_of(evidence.trial)[0])
            if first is None:
                unknown.append(gradient)
            else:
                found.setdefault(first, []).append(gradient.name)
    if unknown:
        found[f"{UNKNOWN} {where_to_look(evidence, bool(found))}".rstrip()] = [gradient.name for gradient in unknown]
    return [(names, text) for text, names in found.items()]


def where_to_look(evidence: Evidence, others: bool) -> str:
    """Which gradients are right, so that the mistake lies behind them."""
    if others:
        return "Mend the other mistakes first: one that is nearer to the output makes all before it wrong."
    right = [one.name for one in evidence.gradients if one.passed]
    if len(evidence.gradients) == 1:
        return ""
    if not right:
        return "No gradient is right: look at the first lines of backward, where the gradient of the output is taken."
    return f"Right: {', '.join(right)}. So the mistake is in a line of backward that none of these depends on."


def notes(evidence: Evidence) -> list[str]:
    """What is no mistake, and worth knowing."""
    way = evidence.trial.subject.way.note()
    told = evidence.trial.subject.told
    found = [
        calls.changed_input(evidence),
        calls.called_after_backward(evidence),
        calls.update_in_backward(evidence),
        way,
        *told,
    ]
    return [note for note in found if note]
