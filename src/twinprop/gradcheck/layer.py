"""A class under test: its gradients against central differences, and what else is known to go wrong.

The number that is differentiated is the loss; for a layer it is Σ y ⊙ dy with random dy, whose
derivative by x is what `backward(dy)` has to return.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twinprop.gradcheck import extremes, hints
from twinprop.gradcheck.inputs import Inputs, choose, copied
from twinprop.gradcheck.numeric import (
    LARGER,
    Comparison,
    Index,
    Slopes,
    compare,
    largest,
    places,
    slopes,
    spelled_index,
    spelled_shape,
    table,
)
from twinprop.gradcheck.subject import (
    GRADIENT_DICTS,
    Float,
    Place,
    Subject,
    SubjectError,
    held_by,
    is_float_array,
    is_number,
    reached,
    spelled_keys,
    stems,
)

ENTRIES = 400
"""Entries of each gradient that are measured; small sizes are measured whole."""

WIDTH = 100
"""Letters in a line of the report."""


@dataclass
class Gradient:
    """One gradient of the class under test.

    Attributes:
        of: what it is the gradient of: a parameter, or x.
        name: where it was found.
        value: the gradient as it was found; None where there is none.
        target: the array that it belongs to.
        right: difference quotients, NaN where they are not known.
        comparison: None where its shape does not fit.
        problem: what is wrong beyond its entries.
    """

    of: str
    name: str
    value: Any
    target: Float
    right: Float
    comparison: Comparison | None = None
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.problem and self.comparison is not None and self.comparison.passed


class Trial:
    """A subject with its inputs: runs forward and backward, and measures slopes.

    Raises:
        SubjectError: the subject raised, or broke the contract.
    """

    def __init__(self, subject: Subject, inputs: Inputs, seed: int, constants: Sequence[str] = ()) -> None:
        self.subject, self.inputs, self.seed = subject, inputs, seed
        self.parameters = [place for place in subject.parameters if place.name not in constants]
        self.x = inputs.x.copy()
        self.out = subject.forward(self.x, inputs.y)
        # forward may put something else into a work array
        self.parameters = [place for place in self.parameters if is_float_array(place.get())]
        rng = np.random.default_rng(seed + 1)
        self.dy: Any = None if subject.is_loss else rng.standard_normal(self.out.shape)
        self.updated: list[str] = []
        again = subject.forward(self.x, inputs.y)
        if not np.array_equal(self.out, again):
            raise SubjectError(
                f"{subject.title}.forward gives other numbers for the same input each time, and only the derivative of "
                "a fixed function can be checked. Draw random numbers by np.random.rand and the like, which are "
                "seeded before each forward; and let forward change nothing that the next forward depends on."
            )

    def value(self) -> float:
        out = self.subject.forward(self.x, self.inputs.y)
        return float(out if self.dy is None else (out * self.dy).sum())

    def magnitude(self) -> float:
        return float(abs(self.out) if self.dy is None else np.abs(self.out * self.dy).sum())

    def backward(self) -> Any:
        return self.subject.backward(self.dy, self.x, self.inputs.y)

    def run(self, change: Any = None) -> dict[str, tuple[str, Any]]:
        """Gradients by what they are of, with their names; `change()` is called between forward and backward."""
        before = [(place, place.get(), place.get().copy()) for place in self.parameters]
        self.subject.forward(self.x, self.inputs.y)
        if change is not None:
            change()
        kept = [(place, np.array(place.get())) for place in self.parameters]
        returned = self.backward()
        if isinstance(returned, tuple | list):
            raise SubjectError(
                f"{self.subject.title}.backward returned a {type(returned).__name__}. Return dx alone, and keep the "
                "gradient of a parameter W as self.dW; or return a dict of gradients."
            )
        moved = [place.name for place, old in kept if not np.array_equal(place.get(), old)]
        found: dict[str, tuple[str, Any]] = {}
        for place in self.parameters:
            gradient = place.gradient() or from_returned(returned, place)
            if gradient is not None:
                found[place.name] = gradient[0], self.array(*gradient)
        if isinstance(returned, np.ndarray) or (self.dy is not None and not isinstance(returned, dict)):
            found["x"] = "dx", self.array("dx", returned)
        for place, array, old in before:
            array[...] = old
            place.set(array)
        self.updated += [name for name in moved if name not in self.updated]
        return found

    def depends(self, place: Place) -> bool:
        """Whether the output changes with an array, as it does with a parameter and not with a work array."""
        array = place.get()
        old = array.copy()
        array[...] = old + 1 + np.abs(old)
        try:
            return not np.array_equal(self.subject.forward(self.x, self.inputs.y), self.out)
        except SubjectError:
            return True
        finally:
            array[...] = old
            place.set(array)

    def array(self, name: str, value: Any) -> Any:
        """A copy of a gradient; None where it is None."""
        if value is None or (isinstance(value, np.ndarray | np.generic | float | int) and np.isrealobj(value)):
            return None if value is None else np.array(value, float)
        raise SubjectError(
            f"{self.subject.title}: {name} is a {type(value).__name__}; a gradient is an array of numbers."
        )

    def measure(self, array: Float, most: int = ENTRIES, larger: float = 1.0) -> dict[Index, Slopes]:
        """Slopes of the value at the entries of a parameter, or of x."""
        middle, magnitude = self.value(), self.magnitude()
        where = places(array.shape, most, self.seed)
        return {index: slopes(self.value, array, index, middle, magnitude, larger) for index in where}


def from_returned(returned: Any, place: Place) -> tuple[str, Any] | None:
    """A gradient in the dict that `backward` returned."""
    if isinstance(returned, dict):
        for keys in [*place.dict_keys(), (place.own,), (f"d{place.own}",)]:
            value = reached(returned, keys)
            if value is not None:
                return spelled_keys("backward()", keys), value
    return None


@dataclass
class Report:
    """What was found about a class.

    Attributes:
        title: the class and its arguments.
        fed: the inputs, in words.
        gradients: one for each parameter, and for x.
        mistakes: what is wrong, each with the names of the gradients that it concerns.
        notes: what is worth knowing and no mistake.
        unchecked: what is named as gradients are, and belongs to no parameter.
    """

    title: str
    fed: str
    gradients: list[Gradient]
    mistakes: list[tuple[list[str], str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.mistakes and all(gradient.passed for gradient in self.gradients)


def check_layer(
    spec: str,
    words: Sequence[str] = (),
    shape: Sequence[int] | None = None,
    targets: str | None = None,
    classes: int | None = None,
    constants: Sequence[str] = (),
    seed: int = 0,
) -> Report:
    """Check the class that `spec` names, `module:Class`.

    Args:
        words: arguments of its constructor, as typed.
        shape: of x.
        targets: `onehot`, `labels` or `real`; tried in turn by default.
        classes: number of classes.
        constants: names of arrays that are no parameters.
        seed: of everything that is drawn.

    Raises:
        SubjectError: the class cannot be found, made or called.
    """
    with np.errstate(all="ignore"):
        subject = Subject.make(spec, words, seed)
        unknown = [name for name in constants if name not in [place.name for place in subject.parameters]]
        if unknown:
            there = ", ".join(place.name for place in subject.parameters) or "none"
            raise SubjectError(f"--constant {' '.join(unknown)}: there is no such array; {subject.title} has {there}.")
        inputs = choose(subject, words, shape, targets, classes, seed)
        report = check_subject(subject, inputs, constants, seed)
        if clips(report, subject, inputs):
            again = choose(Subject.make(spec, words, seed), words, shape, targets, classes, seed, "probabilities")
            report = check_subject(subject, again, constants, seed)
        return report


def adopt_numbers(subject: Subject, inputs: Inputs) -> None:
    """Take a plain number for a parameter where backward leaves its gradient, as of a bias that starts as 0."""
    rehearsal = copied(subject)
    if rehearsal is subject or not subject.numbers:
        return
    out = rehearsal.forward(inputs.x, inputs.y)
    before = [place.gradient() for place in rehearsal.numbers]
    returned = rehearsal.backward(np.ones_like(out), inputs.x, inputs.y)
    for place, twin, old in zip(subject.numbers, rehearsal.numbers, before, strict=True):
        gradient = twin.gradient() or from_returned(returned, twin)
        if gradient is None or (old is not None and old[1] is gradient[1]):
            continue
        value = float(place.get())
        twin.set(np.array(value + 0.1))
        try:
            if np.array_equal(rehearsal.forward(inputs.x, inputs.y), out):
                continue
        except SubjectError:  # the number is a size
            continue
        finally:
            twin.set(place.get())
        # a number becomes a vector where its first update would make it one
        shape = np.shape(gradient[1])
        vector = np.size(gradient[1]) == 1 or (len(shape) == 1 and shape != (inputs.count,))
        place.set(np.full(shape if vector else (), value))
        subject.parameters.append(place)


def clips(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Whether a loss is one of probabilities that it clips: numbers below 0 are all the same to it."""
    if report.passed or not subject.is_loss or subject.parameters or inputs.values != "normal":
        return False
    right = [gradient.right for gradient in report.gradients if gradient.of == "x"]
    below = inputs.x < 0
    return bool(right) and bool(below.any()) and not np.nan_to_num(right[0][below]).any()


def check_subject(subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0) -> Report:
    """Check an object on given inputs."""
    rng = np.random.default_rng(seed + 2)
    adopt_numbers(subject, inputs)
    trial = Trial(subject, inputs, seed, constants)
    for place in trial.parameters:
        if not place.get().any():
            # with zeros many derivatives vanish, right or wrong
            place.set(np.array(0.1 * rng.standard_normal(place.get().shape)))
    trial.out = subject.forward(trial.x, inputs.y)
    first = trial.run()
    used = [place.name for place in trial.parameters if trial.depends(place)]
    taken = [first[name][1] for name in used if name in first]
    # what is not used is a parameter where it has a gradient of its own: the velocity of W has that of W
    own = [name for name, (_, value) in first.items() if not any(np.array_equal(value, other) for other in taken)]
    trial.parameters = [place for place in trial.parameters if place.name in {*used, *own}]
    first = {name: first[name] for name in [*(place.name for place in trial.parameters), "x"] if name in first}
    subject.parameters = trial.parameters
    trial.updated = [place.name for place in trial.parameters if place.name in trial.updated]
    second = trial.run()
    report = Report(subject.title, inputs.describe(), compared(trial, first))
    if not report.gradients:
        raise SubjectError(
            f"{subject.title}.backward left no gradient that can be checked: return dx, or keep the gradient of a "
            'parameter W as self.dW, self.W_grad or self.grads["W"].'
        )
    evidence = hints.Evidence(trial, report.gradients, second)
    report.mistakes = hints.find(evidence)
    report.mistakes += [([], text) for text in extremes.find(subject, inputs)]
    report.notes = hints.notes(evidence)
    report.unchecked = unchecked(trial, report.gradients)
    return report


def compared(trial: Trial, found: dict[str, tuple[str, Any]]) -> list[Gradient]:
    """Each gradient with its difference quotients."""
    targets = {place.name: place.get() for place in trial.parameters} | {"x": trial.x}
    measured = {name: trial.measure(array) for name, array in targets.items() if name in found}
    scale = largest([entry.central[1] for entries in measured.values() for entry in entries.values()])
    gradients = []
    for name, array in targets.items():
        if name not in found:
            if name != "x" and any(abs(entry.central[1]) > 1e-7 for entry in trial.measure(array, 20).values()):
                gradients.append(Gradient(name, f"d{name}", None, array, np.full(array.shape, np.nan), None, "missing"))
            continue
        label, value = found[name]
        fits = value is not None and value.shape == array.shape
        claimed = value if fits else np.zeros(array.shape)
        comparison = compare(claimed, measured[name], scale)
        for larger in LARGER:
            if comparison.checked > comparison.doubtful:
                break
            comparison = compare(claimed, trial.measure(array, larger=larger), scale)
        gradient = Gradient(name, label, value, array, comparison.numeric)
        if fits:
            gradient.comparison = comparison
        else:
            gradient.problem = "missing" if value is None else "wrong shape"
        gradients.append(gradient)
    return gradients


def unchecked(trial: Trial, gradients: list[Gradient]) -> list[str]:
    """What backward left that is named as gradients are, and belongs to no parameter and to nothing from forward."""
    made, constructed = trial.subject.made, trial.subject.constructed
    trial.subject.forward(trial.x, trial.inputs.y)
    kept = {f"{owner}{name}".lower() for owner, name, _ in held_by(made) if f"{owner}{name}" not in constructed}
    known = [trial.backward(), trial.dy]
    found = []
    for owner, name, value in held_by(made):
        # delta is what many call the gradient of a layer's sum
        of = set() if name.startswith("delta") else {owner.lower() + stem.lower() for stem in stems(name)}
        if name in GRADIENT_DICTS and isinstance(value, dict):
            found += [f"{owner}{name}[{key!r}]" for key in value]
        elif of and not of & kept and f"{owner}{name}" not in constructed and holds_numbers(value):
            found += [] if any(np.array_equal(value, other) for other in known if other is not None) else [owner + name]
    names = [gradient.name for gradient in gradients]
    return [name for name in found if not any(other == name or other.startswith(f"{name}[") for other in names)]


def holds_numbers(value: Any) -> bool:
    return is_number(value) or is_float_array(value) or (isinstance(value, list | tuple | dict) and len(value) > 0)


def describe(report: Report) -> str:
    """The report as a table, and what is wrong in words."""
    rows: list[tuple[str, ...]] = [("gradient", "of", "shape", "largest error", "entries", "in doubt", "")]
    for gradient in report.gradients:
        compared_ = gradient.comparison
        rows.append(
            (
                gradient.name,
                gradient.of,
                spelled_shape(gradient.target.shape),
                f"{compared_.error:.1e}" if compared_ and compared_.worst is not None else "-",
                f"{compared_.checked} of {compared_.analytic.size}" if compared_ else "-",
                str(compared_.doubtful) if compared_ else "-",
                "pass" if gradient.passed else (gradient.problem or "FAIL"),
            )
        )
    lines = [f"{report.title}, given {report.fed}", "", table(rows), ""]
    failed = [gradient for gradient in report.gradients if not gradient.passed]
    if not failed:
        agree = "The gradient agrees." if len(rows) == 2 else f"All {len(rows) - 1} gradients agree."
        lines += paragraph("", f"{agree}{unseen(report)}")
    for gradient in failed:
        lines += paragraph("", worst(gradient))
    for names, text in report.mistakes:
        lines += ["", *paragraph(f"{', '.join(names)}: " if names else "", text)]
    lines += [line for note in report.notes for line in ["", *paragraph("Note: ", note)]]
    return "\n".join(lines)


def unseen(report: Report) -> str:
    """What the gradients of the table are not all of."""
    if not report.unchecked:
        return ""
    return (
        f" Not checked: {', '.join(report.unchecked)}, for no parameter was found that it belongs to. A parameter W is "
        "a float array that the object holds after its constructor, and its gradient is dW."
    )


def worst(gradient: Gradient) -> str:
    """The worst entry of a gradient: what was found and what is right."""
    if gradient.value is None:
        return f"{gradient.of}: the output depends on it, and there is no gradient of it."
    if gradient.comparison is None:
        return (
            f"{gradient.name}: has shape {np.shape(gradient.value)}; the gradient of {gradient.of} "
            f"has its shape, {gradient.target.shape}."
        )
    compared_ = gradient.comparison
    if compared_.passed:
        return f"{gradient.name}: right at first, but not when backward is called again."
    if compared_.worst is None or not compared_.wrong:
        return (
            f"{gradient.name}: no entry could be compared: the output has a kink or a jump at each of them, or its "
            "rounding hides the slope."
        )
    here = f"{spelled_index(gradient.name, compared_.worst)}"
    mine, numeric = compared_.analytic[compared_.worst], compared_.numeric[compared_.worst]
    return (
        f"{gradient.name}: {compared_.wrong} of {compared_.checked} entries are wrong. "
        f"Worst: {here} is {mine:.6g}; by differences it is {numeric:.6g}."
    )


def paragraph(head: str, text: str) -> list[str]:
    """A text that follows `head`; its other lines are indented, and code is left as it is."""
    first, *rest = text.split("\n")
    return [*textwrap.wrap(f"{head}{first}", WIDTH), *(f"    {line}" for line in rest)]
