"""What is wrong beyond the numbers of one call: no gradient, one that adds up, an update, a changed input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.matching import nearly_equal
from twinprop.gradcheck.report import Gradient


def missing(gradient: Gradient) -> str:
    """What is said of a gradient that is not there."""
    name = gradient.of.rpartition(".")[2]
    if gradient.of == "x":
        return "backward returned nothing. A layer returns dx, which the layer below needs."
    return (
        f"no gradient was found after backward; it is looked for as d{name}, {name}_grad or grads[{name!r}]. "
        f"If {gradient.of} is a constant, say --constant {gradient.of}."
    )


def changed_by_repetition(evidence: Evidence) -> Iterator[tuple[Gradient, str]]:
    """Gradients that another call of backward changes; their `problem` says so from now on."""
    for gradient in evidence.gradients:
        _, again = evidence.second.get(gradient.of, ("", None))
        if not isinstance(again, np.ndarray) or np.shape(again) != np.shape(gradient.value):
            continue
        if np.allclose(again, gradient.value, rtol=1e-9, atol=1e-300, equal_nan=True):
            continue
        gradient.problem = gradient.problem or "changes"
        if nearly_equal(again, 2 * np.asarray(gradient.value)):
            yield (
                gradient,
                "a second forward and backward gives twice the gradient: it is added to that of the call before. "
                "Write = in place of +=, or clear it in a method zero_grad().",
            )
        else:
            yield gradient, "a second forward and backward with the same numbers gives another gradient."


def update_in_backward(evidence: Evidence) -> str | None:
    if not evidence.trial.updated:
        return None
    names = ", ".join(evidence.trial.updated)
    return f"backward changes {names}. It should only leave the gradients; the update is a step of its own."


def changed_input(evidence: Evidence) -> str | None:
    if not evidence.trial.subject.changes_input(evidence.trial.x, evidence.trial.inputs.y):
        return None
    return "forward changes its input x in place; whoever hands it over loses the values. Work on a copy."
