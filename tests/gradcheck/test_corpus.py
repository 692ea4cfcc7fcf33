"""The corpus: every class is right, every mistake put into one is caught, and no hint is false."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.corpus import Judgement, classes, judge, judge_all, table
from tests.kit.mistakes import MISTAKES

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

CLASSES = classes()


def test_corpus_is_large_and_its_mistakes_are_many() -> None:
    assert len(CLASSES) >= 60
    assert len({name for _, name, _ in CLASSES}) == len(CLASSES)
    assert len(MISTAKES) == 15


def assert_right(file: Path, name: str, words: list[str]) -> None:
    report = check_class(f"{file}:{name}", words)
    assert report.right, report_text(report)
    assert report.gradients
    assert not report.unchecked


@pytest.mark.parametrize(("file", "name", "words"), CLASSES[::4], ids=[name for _, name, _ in CLASSES[::4]])
def test_right_classes_are_right(file: Path, name: str, words: list[str]) -> None:
    assert_right(file, name, words)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "name", "words"), CLASSES, ids=[name for _, name, _ in CLASSES])
def test_every_right_class_is_right(file: Path, name: str, words: list[str]) -> None:
    assert_right(file, name, words)


def first_with(mistake: str, folder: Path) -> Judgement:
    """The judgement of the first class that has a place for a mistake."""
    return next(found for one in CLASSES if (found := judge(*one, mistake, folder)) is not None)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_caught_and_named(mistake: str, tmp_path: Path) -> None:
    found = first_with(mistake, tmp_path)
    assert found.caught, found
    assert found.hint == "right", found


@pytest.mark.slow
def test_every_mistake_is_caught_and_no_hint_is_false() -> None:
    judgements = judge_all()
    missed = [(one.file, one.name, one.mistake) for one in judgements if not one.caught]
    false = [(one.file, one.name, one.mistake) for one in judgements if one.hint == "false"]
    right = sum(one.hint == "right" for one in judgements)
    assert len(judgements) >= 300
    assert not missed
    assert not false
    assert right >= 0.8 * len(judgements)
    assert table(judgements) in (Path(__file__).parents[2] / "docs/gradcheck.md").read_text("utf-8")
