"""`runs`, `show`, `diff`, `tag` and `rm` as they are typed."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.kit.made_runs import configure, make_run, make_sweep

from twinprop.__main__ import main
from twinprop.run.lock import Lock
from twinprop.run.tags import change_tags, tags_of


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "outputs"
    make_sweep(root / "sweeps" / "depths", 6)
    make_run(root / "runs" / "wide", "model.width=99", val_accuracy=0.99, began=1_700_000_000)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["twinprop"])
    return root


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert main(words) == status
    return capsys.readouterr().out


def test_runs_says_what_varied_and_how_to_call_a_run(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, *rows, count = told(capsys, "runs", "--sort", "val_accuracy").splitlines()
    assert head.split() == ["began", "run", "varied", "status", "val_accuracy", "seconds"]
    assert rows[0].split()[2:] == ["runs/wide", "width=99", "completed", "0.9900", "1.00"]
    assert rows[1].split()[2:] == ["sweeps/depths/5", "depth=2", "seed=5", "completed", "0.8333", "1.00"]
    assert count == "7 runs: 7 completed"
    assert "sweeps/depths/5_depth-2_seed-5" in told(capsys, "show", "sweeps/depths/5")


def test_runs_by_what_is_asked_for(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(outputs / "runs" / "never")
    assert told(capsys, "runs", "--where", "model.depth=1").count("depths/") == 2
    assert "never" in told(capsys, "runs", "--status", "not started")
    assert "wide" not in told(capsys, "runs", "--since", "2026-01-01")
    assert "no run there is meant" in told(capsys, "runs", "--status", "failed")
    assert "2 of 8 runs" in told(capsys, "runs", "--limit", "2")
    listed = json.loads(told(capsys, "runs", "--json"))
    assert {run["config"]["model.width"] for run in listed} == {50, 99}
    rows = list(csv.DictReader(io.StringIO(told(capsys, "runs", "--csv", "--sort", "val_accuracy"))))
    assert (rows[0]["model.width"], rows[0]["val_accuracy"]) == ("99", "0.99")
    assert told(capsys, "runs", "--md").startswith("| began | run | varied |")


def test_a_table_fits_the_terminal(
    outputs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(outputs / "runs" / ("long-" * 20), f"label={'word' * 20}")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text = told(capsys, "runs")
    assert max(map(len, text.splitlines())) == 80
    assert "…" in text


def test_diff_names_what_differs(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "diff", "wide", "depths/0")
    rows = [line.split() for line in text.splitlines()]
    assert ["model.width", "99", "50"] in rows
    assert ["val_accuracy", "0.9900", "0", "-0.99"] in rows or ["val_accuracy", "0.9900", "0.0000", "-0.99"] in rows
    assert "versions and machine: the same" in text
    assert "optimizer.lr" not in text


def test_tags(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "tag", "depths/5", "best-so-far", "paper")
    assert "tags" in told(capsys, "runs", "--tag", "paper")
    assert "depths/5_depth-2" in told(capsys, "show", "best-so-far")
    assert "depths/5_depth-2_seed-5: best-so-far taken away" in told(capsys, "tag", "wide", "best-so-far", "--move")
    assert "runs/wide" in told(capsys, "show", "best-so-far")
    assert "no tags" in told(capsys, "tag", "best-so-far", "best-so-far", "--remove")
    told(capsys, "tag", "wide", "../x", status=1)
    shutil.copytree(outputs / "sweeps" / "depths" / "5_depth-2_seed-5", outputs.parent / "elsewhere")
    assert "name it by its path" in told(capsys, "tag", str(outputs.parent / "elsewhere"), "mine")
    assert "name it by its path" not in told(capsys, "tag", "wide", "mine")


def test_rm_asks_and_says(outputs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "3 directories" in told(capsys, "rm", "outputs", "--where", "seed>2", "--dry-run")
    assert "Nothing is removed" in told(capsys, "rm", "wide", status=1)  # nobody can be asked
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    for answer, stays in {"n": True, "": True, "y": False}.items():
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        main(["rm", "wide"])
        assert (outputs / "runs" / "wide").exists() == stays
    told(capsys, "rm", "sweeps/depths", "--yes")
    assert not (outputs / "sweeps" / "depths").exists()
    assert list((outputs / "sweeps").iterdir()) == []


def test_rm_never_takes_what_is_in_training(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep, run = outputs / "sweeps" / "depths", outputs / "runs" / "wide"
    with Lock(sweep), Lock(run):
        for word in ("depths", "depths/5", "wide"):
            told(capsys, "rm", word, "--yes", status=1)
    assert len(list(sweep.glob("*/summary.json"))) == 6
    assert (run / "summary.json").exists()
    told(capsys, "rm", "depths/5", "--yes")
    assert len(list(sweep.glob("*/summary.json"))) == 5


def test_rm_takes_no_folder_that_is_no_run(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (outputs / "notes").mkdir()
    for word in ("outputs", "outputs/runs", "outputs/notes"):
        assert main(["rm", word, "--yes"]) == 1
        assert "is neither a run nor a sweep" in capsys.readouterr().err
    assert len(list(outputs.rglob("summary.json"))) == 7


def test_these_commands_start_without_what_is_slow_to_import() -> None:
    import subprocess

    slow = ("torch", "pandas", "matplotlib", "sklearn", "hydra")
    code = (
        "import sys, twinprop.commands.runs, twinprop.commands.show, twinprop.commands.diff, twinprop.commands.tag, "
        f"twinprop.commands.rm; print([name for name in {slow} if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_rm_takes_what_is_named_and_guesses_nothing(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = outputs / "runs"
    make_run(runs / "wide2")
    make_run(runs / ("n" * 255))
    make_run(outputs.parent / "elsewhere" / "linked")
    (runs / "link").symlink_to(outputs.parent / "elsewhere" / "linked")
    (runs / ".removed-0123456789abcdef").mkdir()  # of a command that was killed
    (runs / ".removed-by-hand").mkdir()
    for word, why in {"wid": "is no directory", "": "name is empty", "runs/link": "is a link, and stays"}.items():
        assert main(["rm", word, "--yes"]) == 1
        assert why in capsys.readouterr().err
    told(capsys, "rm", "wide", "--yes")
    assert main(["rm", "wide", "--yes"]) == 1  # and not wide2
    assert main(["rm", "outputs", "--where", "model.depth=2", "--yes"]) == 0
    assert "runs/link: is a link, and stays" in capsys.readouterr().err
    assert (runs / "link" / "summary.json").exists()
    assert sorted(path.name for path in runs.iterdir()) == [".removed-by-hand", "link"]


def test_rm_goes_on_where_one_is_gone_or_was_half_removed(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = outputs / "sweeps" / "depths" / ".removed-0123456789abcdef"  # of a command that was killed
    rest.mkdir()
    assert main(["rm", "depths/9", "wide", "--yes", "--dry-run"]) == 1
    assert rest.exists()
    assert main(["rm", "depths/9", "wide", "--yes"]) == 1
    said = capsys.readouterr()
    assert "depths/9: is no directory" in said.err
    assert "removed 1 directory" in said.out
    assert not (outputs / "runs" / "wide").exists()
    assert not rest.exists()


def test_rm_of_a_sweep_and_of_its_jobs_at_once(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "removed 1 directory" in told(capsys, "rm", "sweeps/depths/3", "sweeps/depths", "sweeps/depths", "--yes")
    assert not (outputs / "sweeps" / "depths").exists()


@pytest.mark.parametrize("folder", ["src", ".git"])
def test_rm_takes_no_project_in_which_somebody_trained(
    folder: str, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (outputs / "runs" / "wide", outputs / "sweeps" / "depths"):
        (path / folder).mkdir()
        assert main(["rm", str(path), "--yes"]) == 1
        assert f"holds folders that no run made ({folder})" in capsys.readouterr().err
        assert (path / folder).exists()


def test_tags_given_at_once_are_all_kept(outputs: Path) -> None:
    path = outputs / "runs" / "wide"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: change_tags(path, add=[f"t{number}"], remove=["no"]), range(40)))
    assert set(tags_of(path)) == {f"t{number}" for number in range(40)}
    assert change_tags(path, remove=[f"t{number}" for number in range(40)]) == []
    assert not (path / "tags.txt").exists()


def test_a_number_of_rows_below_none_is_refused(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--limit", "-1"]) == 1
    assert "--limit -1: must be a whole number, at least 0" in capsys.readouterr().err
