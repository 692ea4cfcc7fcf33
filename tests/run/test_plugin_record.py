"""What a run keeps of its plugins runs again only if the user has named it before."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.plugins import CUBE, forgotten

from twinprop.app.plugin_words import take
from twinprop.app.resume import resume
from twinprop.config import plugins, registry
from twinprop.errors import TwinpropError
from twinprop.run.plugin_record import recall, store, write_record
from twinprop.run.saved import Run

EVIL = f"{CUBE}\nopen('marker', 'w').close()\n"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with forgotten():
        yield


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The directory of a run with a plugin, which was named by a user; nothing is loaded any more."""
    Path("cube.py").write_text(CUBE)
    (tmp_path / "run").mkdir()
    with forgotten():
        assert take(["seed=1", "plugins=cube.py", "-m"]) == ["seed=1", "-m"]
        write_record(tmp_path / "run")
    return tmp_path / "run"


def test_it_is_found_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recall(run)
    assert plugins.LOADED["cube.py"].text == CUBE
    assert capsys.readouterr().err == ""
    (record,) = json.loads((run / "plugins" / "plugins.json").read_text())
    assert record["sha256"] == plugins.digest(CUBE)
    assert record["registers"] == {"activation": ["cube"]}


@pytest.mark.parametrize("change", [lambda: Path("cube.py").write_text("1 / 0\n"), lambda: Path("cube.py").unlink()])
def test_where_the_file_has_changed_the_runs_copy_is_used_and_that_is_told(
    run: Path, change: object, capsys: pytest.CaptureFixture[str]
) -> None:
    change()  # type: ignore[operator]
    recall(run)
    assert plugins.LOADED["cube.py"].text == CUBE
    assert "cube.py: has changed or gone since" in capsys.readouterr().err


def test_what_the_user_has_not_named_is_not_run(run: Path) -> None:
    store().unlink()
    with pytest.raises(TwinpropError, match="code that you have not run yet") as error:
        recall(run)
    assert str(error.value).endswith(f"plugins={run}/plugins/cube.py")
    assert "cube" not in registry.ACTIVATIONS
    take([str(error.value).rpartition(" ")[2]])  # what the message says
    recall(run)
    assert "cube" in registry.ACTIVATIONS


def test_a_copy_that_was_changed_is_not_run(run: Path) -> None:
    (run / "plugins" / "cube.py").write_text(EVIL)
    with pytest.raises(TwinpropError, match="was changed after the run"):
        recall(run)
    assert not Path("marker").exists()


@pytest.mark.parametrize("by", ["load", "resume"])
def test_a_hostile_record_runs_nothing(run: Path, by: str) -> None:
    (run / "plugins" / "cube.py").write_text(EVIL)
    Path("evil.py").write_text(EVIL)
    for spec in ("evil.py", str(Path("evil.py").absolute()), "evil"):
        entry = {"spec": spec, "file": "cube.py", "sha256": plugins.digest(EVIL)}
        (run / "plugins" / "plugins.json").write_text(json.dumps([entry]))
        with pytest.raises(TwinpropError, match="code that you have not run yet"):
            Run(run, {}).saved if by == "load" else resume(run)
    assert not Path("marker").exists()


def test_modules_beside_it_come_from_the_users_folder_alone(run: Path) -> None:
    text = f"import beside\n{CUBE}"
    Path("mine").mkdir()
    Path("mine/cube.py").write_text(text)
    Path("mine/beside.py").write_text("x = 1\n")
    with forgotten():
        take(["plugins=mine/cube.py"])
        write_record(run)
    shutil.rmtree("mine")
    (run / "plugins" / "beside.py").write_text("open('marker', 'w').close()\n")
    del sys.modules["beside"]
    with pytest.raises(TwinpropError, match="No module named 'beside'"):
        recall(run)
    assert not Path("marker").exists()


@pytest.mark.parametrize("text", ["[", "{}", "[1]", '[{"file": "../x.py", "sha256": ""}]', '[{"file": "x"}]', "null"])
def test_a_damaged_record_is_told(run: Path, text: str) -> None:
    (run / "plugins" / "plugins.json").write_text(text)
    if text == "{}":
        return recall(run)  # lists nothing
    with pytest.raises(TwinpropError, match="is not as a run writes it"):
        recall(run)
    return None


def test_one_that_is_named_anew_stays_and_the_difference_is_told(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cube.py").write_text(CUBE.replace("3 *", "6 *"))
    take(["plugins=cube.py"])
    recall(run)
    assert "6 *" in plugins.LOADED["cube.py"].text
    assert "is not what" in capsys.readouterr().err


def test_a_home_that_takes_no_files_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    Path("cube.py").write_text(CUBE)
    take(["plugins=cube.py"])
    assert "cube" in registry.ACTIVATIONS
