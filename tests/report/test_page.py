"""The report's files: complete, with nothing from outside, and whatever users name is text."""

from __future__ import annotations

import base64
import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.kit.comparisons import made_up_study

from twinprop.errors import OutputError
from twinprop.report.page import write_report
from twinprop.report.table import Table
from twinprop.report.tables import best_values, comparisons, failures, ranking

KEYS = {"optimizer.lr": [0.01, 0.1, 1.0], "model.activation": ["relu", "tanh"], "seed": [0, 1, 2]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report([made_up_study(KEYS, failed=0.2, seed=3)], folder, ["left out: nothing"])
    return folder


def test_the_page_is_whole_and_takes_nothing_from_outside(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert "default-src 'none'" in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) == 2
    for source in sources:
        kind, _, data = source.partition(",")
        assert kind == "data:image/svg+xml;base64"
        ElementTree.fromstring(base64.b64decode(data))
    assert not re.search(r"<script|https?://|@import|url\(", re.sub(r'src="[^"]*"', "", page))
    for part in (
        "How does the validation accuracy depend",
        "best learning rate",
        "What did not complete",
        "python -m twinprop",
    ):
        assert part in page


def test_markdown_shows_the_figures_that_are_there(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    figures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert [Path(each).stem for each in figures] == ["result", "learning-curves"]
    assert all((folder / each).exists() and (folder / each).with_suffix(".png").exists() for each in figures)
    assert "\n\n\n\n" not in text


def test_results_have_a_row_for_each_run(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((folder / "results.csv").read_text())))
    study = made_up_study(KEYS, failed=0.2, seed=3)
    assert [row["run"] for row in rows] == [run.path.name for run in study.runs]
    assert {"optimizer.lr", "model.activation", "seed", "val_accuracy", "test_loss", "status"} <= {*rows[0]}
    assert [row["test_accuracy"] != "" for row in rows] == [run.summary["status"] == "completed" for run in study.runs]


EVIL = "<script>alert(1)</script>\x1b[2J|a_b$"


def test_what_users_name_is_text(tmp_path: Path) -> None:
    study = made_up_study({"data.name": [EVIL, "digits"], "seed": [0, 1]}, Path("<b>"))
    study.runs[0].summary |= {"status": "failed", "reason": f"no {EVIL}"}
    write_report([study], tmp_path, [EVIL])
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "<b>" not in page
    assert "\x1b" not in page + (tmp_path / "report.md").read_text()
    assert r"\<script\>alert(1)\</script\>\\x1b\[2J\|a\_b\$" in (tmp_path / "report.md").read_text().replace(
        "a_b", r"a\_b"
    )


def test_several_studies_are_sections(tmp_path: Path) -> None:
    studies = [made_up_study({"optimizer.lr": [0.1, 1]}, Path(name)) for name in ("a", "b")]
    page = write_report(studies, tmp_path / "new" / "folder").read_text()
    assert page.count("<section") == 2
    assert (tmp_path / "new" / "folder" / "plots" / "2-result.svg").exists()


def test_the_page_alone(tmp_path: Path) -> None:
    assert write_report([made_up_study(KEYS)], tmp_path, page_alone="mine.html") == tmp_path / "mine.html"
    assert [each.name for each in tmp_path.iterdir()] == ["mine.html"]


def test_a_report_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    study = made_up_study({"seed": [0]})
    write_report([study], tmp_path)
    write_report([study], tmp_path)
    for name in ("results.csv", "report.md", "report.html"):
        own = (tmp_path / name).read_bytes()
        (tmp_path / name).write_text("# mine\n")
        with pytest.raises(OutputError, match=rf"{name}: is there already, and no report's"):
            write_report([study], tmp_path)
        assert (tmp_path / name).read_text() == "# mine\n"
        (tmp_path / name).write_bytes(own)
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(OutputError, match=r"mine.html: is there already"):
        write_report([study], tmp_path, page_alone="mine.html")
    with pytest.raises(OutputError, match=r"mine.html: is no folder"):
        write_report([study], tmp_path / "mine.html")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/report: cannot be written .* --out"):
        write_report([made_up_study({"seed": [0]})], tmp_path / "file" / "report")


def test_the_tables() -> None:
    study = made_up_study(KEYS, failed=0.2, seed=3)
    table = ranking(study)
    assert table.head[:2] == ["activation", "learning rate"]
    assert [row[2] for row in table.rows] == [
        str(each.over_seeds("val_accuracy")) for each in study.comparison.ranked()
    ]
    by_key = ranking(study, "optimizer.lr")
    assert [row[1] for row in by_key.rows] == ["0.01", "0.01", "0.1", "0.1", "1", "1"]
    best = best_values(study)
    assert best is not None
    assert [row[0] for row in best.rows] == ["relu", "tanh"]
    assert {"not tried"} <= {cell for row in best.rows for cell in row} or all("at" in row[-1] for row in best.rows)
    against = comparisons(study)
    assert against is not None
    assert len(against.rows) == len(study.ranked) - 1
    wrong = failures(study)
    assert wrong is not None
    assert sum(run.summary["status"] == "failed" for run in study.runs) == int(wrong.title.split()[4])


def test_a_table_in_every_form() -> None:
    table = Table("t", ["choice", "accuracy"], [["a_b & 50%", "0.9 ± 0.1"], ["x|y", "-"]])
    assert table.csv().splitlines() == ["choice,accuracy", "a_b & 50%,0.9 ± 0.1", "x|y,-"]
    assert table.markdown().splitlines()[1:] == ["| --- | ---: |", "| a_b & 50% | 0.9 ± 0.1 |", r"| x\|y | - |"]
    assert table.latex().splitlines() == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"choice & accuracy \\",
        r"\midrule",
        r"a\_b \& 50\% & 0.9 $\pm$ 0.1 \\",
        r"x|y & - \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    assert table.shortened(1).notes == ["and 1 more row, all in results.csv"]
