"""What is said of each wrong gradient: the edit that mends it, else the pattern that its numbers show.

Edits are listed in `edits.EDITS`, patterns in `patterns.PATTERNS`.
"""

from __future__ import annotations

from collections.abc import Sequence

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.patterns import PATTERNS, missing_term
from twinprop.gradcheck.hints.repair import repairs
from twinprop.gradcheck.hints.routines import routines_of
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trained import Trained
from twinprop.gradcheck.trial import CHANGE

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
            found.setdefault(lost(gradient), []).append(gradient.of)
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


def lost(gradient: Gradient) -> str:
    """What is said of a gradient that is not there."""
    name = gradient.of.rpartition(".")[2]
    if gradient.of == "x":
        return "backward returned nothing. A layer returns dx, which the layer below needs."
    return (
        f"no gradient was found: nothing that backward returned or changed is equal to it or named like it, as "
        f"d{name}, {name}_grad or grads[{name!r}]. "
        f"If {gradient.of} is a constant, say --constant {gradient.of}."
    )


def notes(evidence: Evidence) -> list[str]:
    """What is no mistake, and worth knowing."""
    trial, found = evidence.trial, []
    subject, way = trial.subject, trial.subject.way
    if subject.changes_input(trial.x, trial.inputs.y):
        found.append("forward changes its input x in place; whoever hands it over loses the values. Work on a copy.")
    if way.after:
        found.append(f"{way.after.name} is called after backward, which does not give all gradients.")
    taken = ", ".join(of for of, one in trial.labels.items() if one.label.startswith(CHANGE))
    if taken and not isinstance(subject.made, Trained):  # which says so itself
        who = way.after.name if way.after else "backward"
        found.append(f"{who} changes {taken} itself: the change divided by the learning rate is the gradient.")
    return [note for note in (*found, way.note(), *subject.told) if note]
