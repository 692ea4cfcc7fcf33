"""The notebooks of examples/ are what their sources give when they are executed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from tests.kit.commands import ROOT

EXAMPLES = ROOT / "examples"
SOURCES = sorted((EXAMPLES / "source").glob("*.py"))


def build() -> Any:
    spec = importlib.util.spec_from_file_location("build", EXAMPLES / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(notebook: Any) -> list[list[str]]:
    """Of each cell the kinds of its outputs, but for how many streams there are: a process writes as it likes."""
    kept = [[each for each in cell.get("outputs", []) if each.output_type != "stream"] for cell in notebook.cells]
    return [[f"{each.output_type} {' '.join(each.get('traceback', []))}" for each in cell] for cell in kept]


def test_each_source_has_its_notebook_with_the_same_cells() -> None:
    nbformat = pytest.importorskip("nbformat")
    assert len(SOURCES) == 3
    for source in SOURCES:
        notebook = nbformat.read(EXAMPLES / f"{source.stem}.ipynb", 4)
        cells = build().cells(source.read_text("utf-8"))
        assert [cell.source for cell in notebook.cells] == [cell.source for cell in cells], "run examples/build.py"
        assert not re.search(r"/tmp/|/home/|/work|Traceback", str([cell.get("outputs") for cell in notebook.cells]))


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_it_runs(source: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    before = nbformat.read(EXAMPLES / f"{source.stem}.ipynb", 4)
    now = build().executed(source)
    assert outputs(now) == outputs(before)
    assert "Traceback" not in str([cell.get("outputs") for cell in now.cells])
