"""Where a class is looked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.kit.students import spec_of

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError


def test_module_is_found_from_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helper_of_mine.py").write_text("SCALE = 2.0\n")
    (tmp_path / "net_of_mine.py").write_text(
        "from helper_of_mine import SCALE\nclass Double:\n    def forward(self, x):\n        return SCALE * x\n"
        "    def backward(self, dy):\n        return SCALE * dy\n"
    )
    (tmp_path / "torn_of_mine.py").write_text("import numpy\n\ndef f(:\n")
    (tmp_path / "needy_of_mine.py").write_text("import no_such_package\n")
    monkeypatch.chdir(tmp_path)
    assert check_class("net_of_mine:Double").passed
    assert check_class("net_of_mine.py:Double").passed
    for spec, part in [
        ("net_of_me:Double", "Did you mean 'net_of_mine'"),
        ("torn_of_mine:Double", "torn_of_mine.py:3"),
        ("needy_of_mine:Double", "no_such_package"),
        ("none.py:Double", "there is no file"),
        ("net_of_mine", "module:Class"),
    ]:
        with pytest.raises(SubjectError, match=part):
            check_class(spec)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "class A:\n    def f(self):\n        pass\n\tdef g(self):\n        pass\n",
            "own.py:4: def g(self):: TabError",
        ),
        ('print "hello"\n', 'own.py:1: print "hello": SyntaxError: Missing parentheses'),
        ("import no_such_package\n", "not installed, and stood in for: no_such_package"),
        ("import numpy\nclass A:\n    def fit(self, X, y):\n        pass\n", "has fit, which does all at once"),
    ],
)
def test_what_cannot_run_is_told_as_python_does(text: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(text)
    with pytest.raises(SubjectError) as caught:
        check_class(f"{tmp_path}/own.py:A")
    assert part in str(caught.value)


DOUBLE = (
    "class Double:\n    def forward(self, x):\n        return 2 * x\n"
    "    def backward(self, dy):\n        return 3 * dy\n"
)


def test_notebook(tmp_path: Path) -> None:
    cells = ["%matplotlib inline\nimport numpy as np\nx = np.load('no.npy')\n", DOUBLE]
    text = {"cells": [{"cell_type": "markdown", "source": "#"}, *({"cell_type": "code", "source": c} for c in cells)]}
    (tmp_path / "own.ipynb").write_text(json.dumps(text))
    report = check_class(f"{tmp_path}/own.ipynb")
    assert report.verdict == "wrong"
    assert "own.ipynb cell 3:5: return 3 * dy" in report.mistakes[0][1]
    (tmp_path / "own.ipynb").write_text("no JSON")
    with pytest.raises(SubjectError, match="is no notebook"):
        check_class(f"{tmp_path}/own.ipynb")


def test_file_that_stops_where_it_would_train(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(f"import numpy as np\n{DOUBLE}data = np.loadtxt('train.csv')\n")
    report = check_class(f"{tmp_path}/script.py:Double")
    assert report.verdict == "wrong"
    assert "script.py:7: data = np.loadtxt('train.csv')" in report.notes[0]


def test_module_of_a_package_and_one_that_imports_from_a_folder_above(tmp_path: Path) -> None:
    for folder in ("package_of_mine", "shared_of_mine", "week5"):
        (tmp_path / folder).mkdir()
    (tmp_path / "package_of_mine" / "__init__.py").write_text("")
    (tmp_path / "package_of_mine" / "base.py").write_text(DOUBLE.replace("3", "2"))
    (tmp_path / "package_of_mine" / "layers.py").write_text(
        "from .base import Double\nclass Twice(Double):\n    pass\n"
    )
    (tmp_path / "shared_of_mine" / "base_of_mine.py").write_text(DOUBLE.replace("3", "2"))
    (tmp_path / "week5" / "homework.py").write_text(
        "from shared_of_mine.base_of_mine import *\nclass Own(Double):\n    pass\n"
    )
    assert check_class(f"{tmp_path}/package_of_mine/layers.py:Twice").passed
    assert check_class(f"{tmp_path}/week5/homework.py:Own").passed


def test_without_a_name_the_only_class_is_taken(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(DOUBLE)
    assert check_class(f"{tmp_path}/one.py").title == "Double()"
    (tmp_path / "two.py").write_text(DOUBLE + DOUBLE.replace("Double", "Other"))
    with pytest.raises(SubjectError, match="what can be checked there: Double, Other"):
        check_class(f"{tmp_path}/two.py")


def test_class_that_is_not_there_is_one_message() -> None:
    with pytest.raises(SubjectError) as caught:
        check_class(spec_of("Linear").replace(":Linear", ":Lineer"))
    text = str(caught.value)
    assert "has no Lineer" in text
    assert "Did you mean 'Linear'" in text
    assert "twinprop/gradcheck" not in text
    assert len(text.splitlines()) <= 4


def test_folders_to_import_from_are_as_before(tmp_path: Path) -> None:
    """What a function imports when it is called is found all the same."""
    (tmp_path / "late_of_mine.py").write_text("SCALE = 3.0\n")
    (tmp_path / "lazy_of_mine.py").write_text(
        "class Triple:\n    def forward(self, x):\n        from late_of_mine import SCALE\n        return SCALE * x\n"
        "    def backward(self, dy):\n        return 3.0 * dy\n"
    )
    before = sys.path[:]
    assert check_class(f"{tmp_path}/lazy_of_mine.py:Triple").passed
    assert sys.path == before
