"""What was found about a class under test, and its text: a table, and what is wrong in words."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import Comparison, Index
from twinprop.gradcheck.arrays.held import FloatArray

MOST_HINTS = 3
"""Mistakes that are told at once, the nearest to the output first."""


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
        accepted: in what sense it is right, of another derivative than that of the table; empty for the others.
    """

    of: str
    name: str
    value: Any
    target: FloatArray
    right: FloatArray
    comparison: Comparison | None = None
    problem: str = ""
    accepted: str = ""

    @property
    def passed(self) -> bool:
        return bool(self.accepted) or (not self.problem and self.comparison is not None and self.comparison.passed)


@dataclass
class Report:
    """What was found about a class.

    Attributes:
        title: the class and its arguments.
        given: the inputs, in words.
        gradients: one for each parameter, and for x.
        mistakes: what is wrong, each with the names of the gradients that it concerns.
        found: what is known to be wrong with a gradient before any hint is looked for.
        advice: what should be mended although every gradient is right.
        notes: what is worth knowing and no mistake.
        unchecked: what is named as gradients are, and belongs to no parameter.
        assumed_loss: of a network that does not say its own; empty for the others.
    """

    title: str
    given: str
    gradients: list[Gradient]
    mistakes: list[tuple[list[str], str]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    assumed_loss: str = ""

    @property
    def right(self) -> bool:
        """Whether every gradient is right."""
        return not self.mistakes and all(gradient.passed for gradient in self.gradients)

    @property
    def passed(self) -> bool:
        """Whether nothing else is to be mended either."""
        return self.right and not self.advice

    @property
    def verdict(self) -> str:
        """`right`, `wrong`, or `right, but`."""
        return "right" if self.passed else "right, but" if self.right else "wrong"


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain data, for `--json`."""
    return {
        "title": report.title,
        "given": report.given,
        "verdict": report.verdict,
        "gradients": [gradient_data(gradient) for gradient in report.gradients],
        "hints": [{"gradients": names, "text": text} for names, text in report.mistakes],
        "advice": report.advice,
        "notes": report.notes,
        "not_checked": report.unchecked,
        "assumed_loss": report.assumed_loss,
    }


def gradient_data(gradient: Gradient) -> dict[str, Any]:
    compared = gradient.comparison
    error = compared.error if compared and compared.worst is not None and np.isfinite(compared.error) else None
    return {
        "name": gradient.name,
        "of": gradient.of,
        "shape": list(gradient.target.shape),
        "passed": gradient.passed,
        "accepted": gradient.accepted,
        "problem": gradient.problem,
        "largest_error": error,
        "entries": compared.checked if compared else 0,
        "wrong": compared.wrong if compared else None,
        "in_doubt": compared.doubtful if compared else 0,
    }


def report_text(report: Report) -> str:
    """The report as a table, and what is wrong in words."""
    rows: list[tuple[str, ...]] = [("gradient", "of", "shape", "largest error", "entries", "in doubt", "")]
    rows += [row(gradient) for gradient in report.gradients]
    lines = [f"{report.title}, given {report.given}", "", table(rows), ""]
    failed = [gradient for gradient in report.gradients if not gradient.passed]
    if not failed:
        agree = "The gradient agrees." if len(rows) == 2 else f"All {len(rows) - 1} gradients agree."
        loss = f" The loss is assumed: {report.assumed_loss}." if report.assumed_loss else ""
        lines += paragraph("", f"{agree}{loss}{unchecked_text(report)}")
    for gradient in failed:
        lines += paragraph("", worst_entry(gradient))
    for names, text in report.mistakes[:MOST_HINTS]:
        lines += ["", *paragraph(f"{', '.join(names)}: " if names else "", text)]
    lines += [line for text in report.advice for line in ["", *paragraph("", text)]]
    lines += [line for note in report.notes for line in ["", *paragraph("Note: ", note)]]
    return "\n".join(lines)


def row(gradient: Gradient) -> tuple[str, ...]:
    """A gradient as a row of the table."""
    compared = gradient.comparison
    return (
        gradient.name,
        gradient.of,
        shape_text(gradient.target.shape),
        f"{compared.error:.1e}" if compared and compared.worst is not None else "-",
        f"{compared.checked} of {compared.analytic.size}" if compared else "-",
        str(compared.doubtful) if compared else "-",
        gradient.accepted if gradient.accepted else "pass" if gradient.passed else (gradient.problem or "FAIL"),
    )


def unchecked_text(report: Report) -> str:
    """What the gradients of the table are not all of."""
    if not report.unchecked:
        return ""
    return (
        f" Not checked: {', '.join(report.unchecked)}, for no parameter was found that it belongs to. A parameter W is "
        "a float array that the object holds after its constructor, and its gradient is dW."
    )


def worst_entry(gradient: Gradient) -> str:
    """The worst entry of a gradient: what was found and what is right."""
    if gradient.value is None:
        return f"{gradient.of}: the output depends on it, and its gradient was not found."
    if gradient.comparison is None:
        return (
            f"{gradient.name}: has shape {np.shape(gradient.value)}; the gradient of {gradient.of} "
            f"has its shape, {gradient.target.shape}."
        )
    compared = gradient.comparison
    if compared.passed and gradient.problem == "second batch":
        return f"{gradient.name}: right for the first batch, but not for a second one with other numbers."
    if compared.passed and gradient.problem == "other batch":
        return f"{gradient.name}: right for this batch, but not for another one."
    if compared.passed and gradient.problem == "not cleared":
        return f"{gradient.name}: right at first, but not after the gradients were cleared and computed again."
    if compared.passed and gradient.problem == "changes":
        return f"{gradient.name}: right at first, but not when backward is called again."
    if compared.worst is None or not compared.wrong:
        return (
            f"{gradient.name}: no entry could be compared: the output has a kink or a jump at each of them, or its "
            "rounding hides the slope."
        )
    mine, numeric = compared.analytic[compared.worst], compared.numeric[compared.worst]
    return (
        f"{gradient.name}: {compared.wrong} of {compared.checked} entries are wrong. "
        f"Worst: {entry_text(gradient.name, compared.worst)} is {mine:.6g}; by differences it is {numeric:.6g}."
    )


WIDTH = 100
"""Letters in a line of the report."""


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of words in columns, the first row a heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shape_text(shape: Index) -> str:
    """`4×3`."""
    return "×".join(map(str, shape)) or "one number"


def entry_text(name: str, where: Index | None) -> str:
    """`W[2, 3]`."""
    return f"{name}[{', '.join(map(str, where))}]" if where else name


def paragraph(head: str, text: str) -> list[str]:
    """A text that follows `head`; its other lines are indented, and code is left as it is."""
    first, *rest = text.split("\n")
    return [*textwrap.wrap(f"{head}{first}", WIDTH), *(f"    {line}" for line in rest)]
