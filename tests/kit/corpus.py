"""The corpus of right classes with mistakes put in: how many are caught, and how many hints are right or false.

`python -m tests.kit.corpus` prints the table of docs/gradcheck.md; with names of mistakes after it, of those alone.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kit.mistakes import MISTAKES, with_mistake

from twinprop.errors import TwinpropError
from twinprop.gradcheck.check import check_class

FOLDER = Path(__file__).parents[1] / "gradcheck" / "corpus"


def classes() -> list[tuple[Path, str, list[str]]]:
    """The file, the name and the arguments of each class."""
    found = []
    for file in sorted(FOLDER.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"corpus_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [(file, name, words.split()) for name, words in module.ARGS.items()]
    return found


@dataclass
class Judgement:
    """What the check said of a class with a mistake.

    Attributes:
        verdict: the report's, or `error` where the class could not run.
        hint: `right` if a hint names the mistake or its line, `false` if there are hints and none does, else `none`.
        texts: what was said.
    """

    file: str
    name: str
    mistake: str
    line: int
    verdict: str
    hint: str
    texts: list[str]

    @property
    def caught(self) -> bool:
        return self.verdict != "right"


def judge(file: Path, name: str, words: Sequence[str], mistake: str, folder: Path) -> Judgement | None:
    """Check a class with a mistake put in; None where it has no place for it."""
    changed = with_mistake(file.read_text("utf-8"), name, mistake)
    if changed is None:
        return None
    source, line = changed
    path = folder / f"{file.stem}_{name}_{re.sub(r'[^a-z]', '_', mistake.lower())}.py"
    path.write_text(source, "utf-8")
    try:
        report = check_class(f"{path}:{name}", words)
        verdict = report.verdict
        texts = [text for _, text in report.mistakes]
        texts += report.advice if report.right else []
    except TwinpropError as error:
        verdict, texts = "error", [str(error)]
    said = [text for text in texts if not text.startswith("no known mistake")]
    if any(re.search(MISTAKES[mistake][1], text) or f"{path.name}:{line}:" in text for text in said):
        hint = "right"
    else:
        hint = "false" if said else "none"
    return Judgement(file.stem, name, mistake, line, verdict, hint, texts)


def judge_all(mistakes: Sequence[str] = tuple(MISTAKES)) -> list[Judgement]:
    with tempfile.TemporaryDirectory() as folder:
        right = classes()
        every = [judge(*one, mistake, Path(folder)) for mistake in mistakes for one in right]
    return [one for one in every if one is not None]


def table(judgements: Sequence[Judgement]) -> str:
    """A row for each mistake, in Markdown."""
    lines = [
        "| mistake | classes | caught | hint right | no hint | hint false |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for mistake in [*dict.fromkeys(one.mistake for one in judgements), "all"]:
        rows = [one for one in judgements if mistake in (one.mistake, "all")]
        hints = [one.hint for one in rows if one.caught]
        counts = [len(rows), len(hints), *(hints.count(kind) for kind in ("right", "none", "false"))]
        lines.append(f"| {mistake} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


def main(mistakes: Sequence[str]) -> None:
    judgements = judge_all(mistakes)
    print(f"{len(classes())} classes, {len(judgements)} of them with a mistake\n")
    print(table(judgements))
    for one in judgements:
        if not one.caught or one.hint != "right":
            print(f"\n{one.file}:{one.name}, {one.mistake}, line {one.line}: {one.verdict}, hint {one.hint}")
            print("\n".join(f"    {text}" for text in one.texts))


if __name__ == "__main__":
    main(sys.argv[1:] or list(MISTAKES))
