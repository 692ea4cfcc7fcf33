"""A section of the page: the words of a template, with figures in their places, and claims that are checked.

The templates of the systems are Markdown, made of passages: a line, with the lines indented below it. A passage has
places, which are named, such as `{accuracy:.4f}`. It may end with claims, such as `[claim: sigmoid is behind]`: what
must hold of the figures for its words to be true.

* Figures and claims are given by the system's module. A paragraph, or item of a list, of which none was given is left
  out: its runs are missing.
* A passage whose claim does not hold is left out, and what does not hold stands in its place. The command then fails.
* A name that the template does not have is an error, and so is a paragraph of which only a part was given.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduction.runs import Record, Runs, read

TEMPLATES = Path(__file__).parent / "templates"
CLAIM = re.compile(r" *\[claim: (.+?)\]")


@dataclass(frozen=True)
class Claim:
    """What some words say of the figures.

    Attributes:
        words: what must hold, as it stands in the template.
        holds: whether it does.
        figures: what it was decided by.
    """

    words: str
    holds: bool
    figures: str

    def __str__(self) -> str:
        return f"{self.words} ({self.figures})"


@dataclass
class Page:
    """The section of a system.

    Attributes:
        template: the file with its words.
        outputs: the folder of all steps.
        images: where pictures go.
        used: every run that was asked for.
        figures: what goes to the places of the template.
        claims: by their words.
        is_empty: whether nothing that it asked for was there.
    """

    template: Path
    outputs: Path
    images: Path
    used: dict[Path, Record] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    is_empty: bool = True

    def runs(self, *steps: str) -> Runs:
        found = Runs(run for step in steps for run in read(self.outputs / step))
        self.is_empty &= not found
        self.used |= {run.path: run for run in found}
        return found

    def rows(self, step: str) -> list[dict[str, Any]]:
        """What a program of ours left; nothing where it was not run."""
        file = self.outputs / f"{step}.json"
        found: list[dict[str, Any]] = json.loads(file.read_text())["rows"] if file.exists() else []
        self.is_empty &= not found
        return found

    def fill(self, **figures: Any) -> None:
        """Give figures, tables and pictures to the places of these names."""
        self.figures |= figures

    def claim(self, words: str, holds: bool, **figures: float | str) -> None:
        """Check what a passage of the template says.

        Args:
            words: the claim, as in the template.
            holds: whether the figures bear it out.
            figures: those it was decided by, for the message where they do not.
        """
        shown = {name.replace("_", " "): value for name, value in figures.items()}
        told = [f"{name} {value if isinstance(value, str) else format(value, '.6g')}" for name, value in shown.items()]
        self.claims[words] = Claim(words, bool(holds), ", ".join(told))

    def picture(self, name: str, text: str, draw: Callable[[Figure], None], size: tuple[float, float]) -> str:
        """Draw a picture, and how the page shows it."""
        figure = Figure(figsize=size, dpi=100, layout="constrained")
        draw(figure)
        figure.savefig(self.images / name, format="png")
        return f"![{text}](images/{name})"

    def fill_jpeg(self, runs: Runs) -> None:
        """Give what has to be said of figures on a copy of CIFAR-10, where they are."""
        if runs.where({"data.name": "image_folder"}):
            self.fill(jpeg=in_a_line((TEMPLATES / "jpeg.md").read_text(encoding="utf-8")))

    @property
    def broken(self) -> list[str]:
        """The claims that do not hold."""
        return [f"{self.template.name}: does not hold: {claim}" for claim in self.claims.values() if not claim.holds]

    def text(self) -> str:
        """The section.

        Raises:
            ValueError: the template does not ask for what was given, or for more in the same paragraph.
        """
        template = self.template.read_text(encoding="utf-8")
        given = self.figures.keys() | self.claims.keys()
        if unknown := given - wanted(template):
            raise ValueError(f"{self.template}: has no place for {', '.join(sorted(unknown))}")
        blocks = []
        for block in template.strip().split("\n\n"):
            is_list = block.startswith("* ")
            passages = re.split(r"\n(?! )", block)
            # the items of a list are left out one by one, the passages of a paragraph together
            units = [[passage] for passage in passages] if is_list else [passages]
            kept = [passage for unit in units if self.is_given(unit) for passage in unit]
            if kept:
                blocks.append(("\n" if is_list else " ").join(map(self.passage, kept)))
        return "\n\n".join(blocks)

    def is_given(self, passages: Sequence[str]) -> bool:
        """Whether there is what the passages want."""
        want = wanted("\n".join(passages))
        missing = want - self.figures.keys() - self.claims.keys()
        if missing and missing != want:
            raise ValueError(f"{self.template}: nothing was given for {', '.join(sorted(missing))}")
        return not missing

    def passage(self, text: str) -> str:
        """A passage in a line, or in its place what does not hold."""
        claims = [self.claims[words] for words in claimed(text)]
        if all(claim.holds for claim in claims):
            return CLAIM.sub("", in_a_line(text)).format(**self.figures)
        told = "; ".join(str(claim) for claim in claims if not claim.holds)
        return f"{'* ' if text.startswith('* ') else ''}**Left out, as this does not hold:** {told}."


def in_a_line(text: str) -> str:
    return " ".join(line.strip() for line in text.splitlines())


def claimed(template: str) -> list[str]:
    """The claims of a template."""
    return list(dict.fromkeys(CLAIM.findall(in_a_line(template))))


def wanted(template: str) -> set[str]:
    """The places and claims of a template."""
    words = CLAIM.sub("", in_a_line(template))
    return {name for _, name, _, _ in string.Formatter().parse(words) if name} | {*claimed(template)}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def style(axes: Axes, x: str, y: str, title: str = "") -> None:
    axes.set(xlabel=x, ylabel=y, title=title)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()


def band(axes: Axes, x: Sequence[float], groups: Sequence[Sequence[float]], **look: Any) -> None:
    """Means with their deviations."""
    points = [
        (a, fmean(values), stdev(values) if len(values) > 1 else 0.0)
        for a, values in zip(x, groups, strict=True)
        if values
    ]
    if points:
        axes.errorbar(*zip(*points, strict=True), capsize=3, ms=5, **look)
