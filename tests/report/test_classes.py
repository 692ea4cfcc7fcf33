"""A report tells what the best run gets right of each class, as its summary has it."""

from __future__ import annotations

from pathlib import Path

from twinprop.config.schema import Config
from twinprop.data.sklearn_tables import BreastCancer
from twinprop.models.mlp import MLP
from twinprop.report.classes import classes_table
from twinprop.report.page import MARKDOWN, write_report
from twinprop.report.study import Study
from twinprop.run.saved import load
from twinprop.run.single import execute
from twinprop.training.plan import TrainConfig


def test_each_class_stands_in_the_report(tmp_path: Path) -> None:
    execute(Config(data=BreastCancer(), model=MLP(width=8), train=TrainConfig(epochs=3)), tmp_path / "run")
    run = load(tmp_path / "run")
    best = run.summary["best"]
    told = best["test_by_class"]
    table = classes_table(Study("runs", [run]))
    assert table is not None
    assert [row[0] for row in table.rows] == ["benign", "malignant", "mean"]
    assert table.rows[1][2:] == [f"{told['classes']['malignant'][name]:.4f}" for name in ("precision", "recall", "f1")]
    assert table.rows[2][1:] == ["114", *(f"{told['macro'][name]:.4f}" for name in ("precision", "recall", "f1"))]
    assert table.notes[0] == f"Of run, at epoch {best['epoch']}, on the test split."
    assert table.notes[1] == f"ROC AUC {told['roc_auc']:.4f}."
    write_report([Study("runs", [run])], tmp_path / "report")
    text = (tmp_path / "report" / MARKDOWN).read_text("utf-8")
    assert f"{table.markdown()}\n\n{table.notes[0]}" in text, "a line after a table would be one of its rows"


def test_what_is_not_defined_is_a_dash(tmp_path: Path) -> None:
    run = load_with({"classes": {"a": {"precision": None, "recall": 0.0, "f1": 0.0, "samples": 3}}}, tmp_path)
    table = classes_table(Study("runs", [run]))
    assert table is not None
    assert table.rows[0] == ["a", "3", "-", "0.0000", "0.0000"]
    assert "precision of a: no sample is taken for it" in table.notes


def load_with(by_class: dict[str, object], folder: Path):  # type: ignore[no-untyped-def]
    """A run whose summary has these results of classes, of its last epoch alone."""
    from tests.kit.made_runs import configure, end, evaluate

    more = {"macro": {"precision": 0.5, "recall": 0.0, "f1": 0.0}}
    more |= {"undefined": ["precision of a: no sample is taken for it"]}  # type: ignore[dict-item]
    configure(folder / "run")
    evaluate(folder / "run", 0.9)
    end(folder / "run", test_by_class={**by_class, **more})
    return load(folder / "run")
