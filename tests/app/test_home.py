"""`~` is the home folder, once, for every path that is typed, and never a folder of that name."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import matplotlib
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from tests.kit.commands import in_process, outside

import twinprop
from twinprop.__main__ import main, with_home
from twinprop.app.compose import compose
from twinprop.app.home import expand
from twinprop.data.toy import Moons
from twinprop.errors import TwinpropError

QUICK = ["train.epochs=1", "data=moons", "data.n_samples=50", "model.width=4", "model.backend=scratch"]

WORDS = {
    "data.root=~/x": ["/home/me/x"],
    "data.root=~": ["/home/me"],
    "data.root='~/x'": ["/home/me/x"],
    'data.root="~/x"': ["/home/me/x"],
    "+data.root=~/x y": ["/home/me/x y"],
    "data.root=~/a,~/b": ["/home/me/a", "/home/me/b"],
    "data.root=/a,'~/b',~": ["/a", "/home/me/b", "/home/me"],
    "data.root=choice(~/a, ~/b)": ["/home/me/a", "/home/me/b"],
    "data.root=/a/~/b": ["/a/~/b"],
    "data.root=./~": ["./~"],
    "data.root=a~": ["a~"],
    "hydra.run.dir=~/runs/${now:%Y-%m-%d}_x": ["/home/me/runs/${now:%Y-%m-%d}_x"],
    "hydra.sweep.dir=~/sweeps": ["/home/me/sweeps"],
    "hydra.searchpath=[~/a,file://~/b]": [["/home/me/a", "file:///home/me/b"]],
    "label=~/x": ["~/x"],
    "label='~/x'": ["~/x"],
    "label=~mine,b": ["~mine", "b"],
    "label=a ~ b": ["a ~ b"],
    "data.root=~/${oc.env:A,${label}},~/b": ["/home/me/${oc.env:A,${label}}", "/home/me/b"],
    "optimizer.lr=0.1": [0.1],
}


@pytest.mark.parametrize("word", WORDS)
def test_hydra_reads_a_path_in_the_home_folder(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    (mended,) = expand([word])
    parser = OverridesParser.create()
    (override,) = parser.parse_overrides([mended])
    values = override.sweep_string_iterator() if override.is_sweep_override() else [mended.partition("=")[2]]
    assert [each.value() for each in parser.parse_overrides([f"a={value}" for value in values])] == WORDS[word]
    assert expand([mended])[0] == mended, "once"


def test_a_home_that_hydra_would_not_read_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/it's me, {too}")
    (override,) = OverridesParser.create().parse_overrides(expand(["data.root=~/x"]))
    assert override.value() == "/home/it's me, {too}/x"


def test_options_and_keys_that_are_taken_away_are_what_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    words = ["--config-dir", "~/c", "--config-dir=~/c", "-cd", "~", "~optimizer", "~data.root=~/x", "-m", "seed=1"]
    expected = ["--config-dir", "/home/me/c", "--config-dir=/home/me/c", "-cd", "/home/me", *words[5:]]
    assert expand(words) == expected
    other = ["predict", "~/run", "--seen=~/x", "~", "~optimizer", "data.root=~/x", "--layer", "~/a.py:B"]
    expected = ["predict", "/home/me/run", "--seen=/home/me/x", "/home/me", *other[4:7], "/home/me/a.py:B"]
    assert [with_home(word) for word in other] == expected


@pytest.mark.parametrize("word", ["data.root=~nobody-here/x", "hydra.run.dir='~nobody-here'"])
def test_the_home_of_nobody_is_told(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, message = in_process(monkeypatch, tmp_path, *QUICK, word)
    assert (status, "there is no user 'nobody-here'" in message) == (1, True)
    assert not list(tmp_path.iterdir())
    with pytest.raises(TwinpropError, match="no user"):
        compose([word])


def test_no_command_makes_a_folder_called_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())  # or it would look for fonts anew
    monkeypatch.setenv("HOME", str(home))
    assert in_process(monkeypatch, work, *QUICK, "hydra.run.dir=~/run", "data.root=~/data") == (0, "")
    assert in_process(monkeypatch, work, *QUICK, 'hydra.run.dir="~/quoted"') == (0, "")
    assert in_process(monkeypatch, work, "-m", *QUICK, "hydra.sweep.dir=~/sweep", "data.root=~/a,~/b") == (0, "")
    assert (home / "run" / "model.safetensors").exists()
    assert f"root: {home}/data" in (home / "run" / ".hydra" / "config.yaml").read_text()
    assert sorted(path.name for path in home.glob("[!.]*")) == ["quoted", "run", "sweep"]
    assert len(list((home / "sweep").glob("*/model.safetensors"))) == 2
    run = twinprop.train(*QUICK, "hydra.run.dir=~/notebook")
    assert run.path == home / "notebook"
    assert twinprop.load("~/run").summary["status"] == "completed"
    assert main(["report", "~/sweep"]) == 0
    assert f"{home}/a" in (home / "sweep" / "results.csv").read_text()
    assert not list(work.iterdir())
    assert not list(tmp_path.rglob("~*"))


def test_a_shell_leaves_the_tilde_to_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    done = outside(tmp_path, *shlex.split("data=image_folder data.root=~/nothing"))
    assert f"data.root={tmp_path}/nothing" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["outputs"]


def test_the_environment_may_name_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Moons(root="~/data").root_path == tmp_path / "data"


@pytest.mark.parametrize("launcher", ["population", "basic"])
def test_a_directory_that_a_file_names_is_in_the_home_folder_too(
    launcher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "a home", tmp_path / "work"
    (work / "mine" / "experiment").mkdir(parents=True)
    home.mkdir()
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
    monkeypatch.setenv("HOME", str(home))
    text = "# @package _global_\nhydra: {run: {dir: ~/run}, sweep: {dir: ~/sweep}}\n"
    (work / "mine" / "experiment" / "here.yaml").write_text(text)
    words = [*QUICK, "--config-dir", "mine", "experiment=here"]
    if launcher == "population":
        assert in_process(monkeypatch, work, *words) == (0, "")
    assert in_process(monkeypatch, work, "-m", *words, f"hydra/launcher={launcher}", "seed=0,1") == (0, "")
    assert sorted(path.parent.parent.name for path in home.glob("*/*/summary.json")) == ["sweep"] * 2
    assert (home / "run" / "summary.json").exists() == (launcher == "population")
    assert not list(tmp_path.rglob("~*"))
