"""Where a class is looked for."""

from __future__ import annotations

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


def test_class_that_is_not_there_is_one_message() -> None:
    with pytest.raises(SubjectError) as caught:
        check_class(spec_of("Linear").replace(":Linear", ":Lineer"))
    text = str(caught.value)
    assert "has no Lineer" in text
    assert "Did you mean 'Linear'" in text
    assert "twinprop/gradcheck" not in text
    assert len(text.splitlines()) <= 4
