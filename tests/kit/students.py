"""The classes in tests/gradcheck/classes, written as students write them, checked by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report

FOLDER = Path(__file__).parents[1] / "gradcheck" / "classes"
FILES = {
    name: file for file in sorted(FOLDER.glob("*.py")) for name in re.findall(r"^class (\w+)", file.read_text(), re.M)
}
LAYER = ("4", "3")
"""Arguments of a layer: features that come in and go out."""
SIZES = ("4", "6", "3")
"""Arguments of a network: inputs, hidden units and outputs."""


def spec_of(name: str) -> str:
    """What --layer is given for a class."""
    return f"{FILES[name]}:{name}"


def check(name: str, *words: str, **options: Any) -> Report:
    return check_class(spec_of(name), words, **options)


def said(report: Report) -> dict[str, str]:
    """What is said about each gradient; under "" what is about none."""
    texts: dict[str, str] = {}
    for names, text in [*report.mistakes, *([[], text] for text in report.advice)]:
        for name in names or [""]:
            texts[name] = f"{texts.get(name, '')} {text}"
    return texts


def check_code(folder: Path, code: str, name: str, words: Sequence[str] = ()) -> Report:
    """The check of a class whose code is given, in a file of its own."""
    file = folder / f"{name.lower()}.py"
    file.write_text(code)
    return check_class(f"{file}:{name}", words)


def failed(report: Report) -> set[str]:
    return {gradient.name for gradient in report.gradients if not gradient.passed}
