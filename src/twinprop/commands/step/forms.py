"""Quantities on paper: with their formulas as plain text, in Markdown and in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.text import aligned


@dataclass
class Line:
    """A quantity on paper.

    Attributes:
        name: in LaTeX's notation.
        formula: what it is, in the same.
        value: its numbers, (rows, columns), (n,) or one.
    """

    name: str
    formula: str
    value: Any


Sections = list[tuple[str, list[Line]]]


def cells(value: Any, digits: int) -> list[list[str]]:
    """The numbers of a line in rows; whole ones without a point."""
    array = np.atleast_2d(np.asarray(value))
    form = "{:d}".format if array.dtype.kind in "iu" else f"{{:.{digits}f}}".format
    return [[form(each) for each in row] for row in array]


def text(sections: Sections, digits: int) -> str:
    """All lines as plain text."""
    parts = []
    for title, lines in sections:
        parts.append(f"{title}\n{'-' * len(title)}")
        for line in lines:
            head = f"{plain(line.name)} = {plain(line.formula)}" if line.formula else plain(line.name)
            rows = cells(line.value, digits)
            if len(rows) == len(rows[0]) == 1:
                parts.append(f"{head} = {rows[0][0]}")
            else:
                names = [str(each) for each in range(len(rows[0]))]
                table = aligned(names, rows, names).split("\n")[1:]
                parts.append("\n".join([f"{head} =", *(f"    {row}" for row in table)]))
    return "\n\n".join(parts)


PLAIN = {
    r"\partial ": "∂", r"^\top": "ᵀ", r"\odot": "⊙", r"\sum": "Σ", r"\sigma": "σ", r"\eta": "lr",
    r"\mu": "μ", r"\hat m": "m̂", r"\hat v": "v̂", r"\epsilon": "ε", r"\lambda": "λ", r"\alpha": "α",
    r"\delta": "δ", r"\varphi": "φ", r"\Phi": "Φ", r"\tanh": "tanh", r"\log": "log", r"\mathrm": "", r"\text": "",
    r"\mathbb{1}": "1", r"\sqrt": "√", r"\frac{1}{n m}": "1/(n m) ", r"\frac{1}{n}": "1/n ", r"\le": "≤", r"\,": " ",
    r"\ ": " ", "^2": "²", "{": "", "}": "",
}  # fmt: skip
"""LaTeX's notation in plain text, one after the other."""


def plain(formula: str) -> str:
    """A formula in plain text."""
    for made, said in PLAIN.items():
        formula = formula.replace(made, said)
    return formula


def matrix(value: Any, digits: int) -> str:
    """Numbers in LaTeX's notation."""
    rows = cells(value, digits)
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    lines = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"


def formulas(lines: Iterable[Line], digits: int) -> list[str]:
    """Each line as a formula of LaTeX."""
    return [" = ".join(filter(None, (line.name, line.formula, matrix(line.value, digits)))) for line in lines]


def markdown(sections: Sequence[tuple[str, list[Line]]], digits: int) -> str:
    """All lines in Markdown, with formulas as GitHub and Jupyter show them."""
    parts = [[f"## {title}", *(f"$$ {each} $$" for each in formulas(lines, digits))] for title, lines in sections]
    return "\n\n".join(each for part in parts for each in part)


def latex(sections: Sequence[tuple[str, list[Line]]], digits: int) -> str:
    """All lines in LaTeX, a section each."""
    lines = []
    for title, quantities in sections:
        lines += [rf"\section*{{{title}}}", *(rf"\[ {each} \]" for each in formulas(quantities, digits))]
    return "\n".join(lines)
