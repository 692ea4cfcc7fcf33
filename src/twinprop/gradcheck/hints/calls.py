"""What is said beyond the numbers: a gradient that is not there, an update inside backward, a changed input."""

from __future__ import annotations

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trained import Trained
from twinprop.gradcheck.trial import CHANGE


def missing(gradient: Gradient) -> str:
    """What is said of a gradient that is not there."""
    name = gradient.of.rpartition(".")[2]
    if gradient.of == "x":
        return "backward returned nothing. A layer returns dx, which the layer below needs."
    return (
        f"no gradient was found: nothing that backward returned or changed is equal to it or named like it, as "
        f"d{name}, {name}_grad or grads[{name!r}]. "
        f"If {gradient.of} is a constant, say --constant {gradient.of}."
    )


def update_in_backward(evidence: Evidence) -> str | None:
    trial = evidence.trial
    taken = [of for of, one in trial.labels.items() if one.label.startswith(CHANGE)]
    if not taken or isinstance(trial.subject.made, Trained):  # which says so itself
        return None
    way = trial.subject.way
    who = way.after.name if way.after else "backward"
    return f"{who} changes {', '.join(taken)} itself: the change divided by the learning rate is the gradient."


def called_after_backward(evidence: Evidence) -> str | None:
    way = evidence.trial.subject.way
    return f"{way.after.name} is called after backward, which does not give all gradients." if way.after else None


def changed_input(evidence: Evidence) -> str | None:
    if not evidence.trial.subject.changes_input(evidence.trial.x, evidence.trial.inputs.y):
        return None
    return "forward changes its input x in place; whoever hands it over loses the values. Work on a copy."
