"""Studies lie in `sweeps/`, beside `conf/`, and are found from anywhere, in a checkout and in an installed package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from omegaconf import OmegaConf

from twinprop.app import studies
from twinprop.app.diagnose import diagnose
from twinprop.app.folders import conf, sweeps
from twinprop.app.register import register

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "sweeps").glob("*.yaml"))
MAIN = "from twinprop.app.cli import main; main()"


@pytest.fixture
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(str(conf())):
        yield


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package laid out as pyproject.toml has the wheel laid out."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "src" / "twinprop", site / "twinprop", ignore=shutil.ignore_patterns("__pycache__"))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for source, place in settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        shutil.copytree(ROOT / source, site / place)
    return site


def run(folder: Path, package: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line of the package that lies in `package`, run in `folder`."""
    own = {**os.environ, "PYTHONPATH": str(package), **environment}
    line = [sys.executable, "-c", MAIN, *words]
    return subprocess.run(line, cwd=folder, env=own, capture_output=True, text=True, timeout=100, check=False)


def completed(folder: Path, package: Path, line: str) -> list[str]:
    """What a shell offers after `train.py LINE`."""
    words = {"COMP_LINE": f"train.py {line}", "COMP_POINT": str(len(f"train.py {line}"))}
    return run(folder, package, "-sc", "query=bash", **words).stdout.split()


def test_there_are_twelve_and_none_in_conf() -> None:
    assert len(NAMES) == 12
    assert not (conf() / "sweeps").exists()
    assert sweeps() == ROOT / "sweeps"


def test_the_group_is_the_folder_and_nothing_else_is_a_group(hydra: None) -> None:
    loader = GlobalHydra.instance().config_loader()
    assert loader.get_group_options("sweeps") == NAMES
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    own = {path.name for path in conf().iterdir() if path.is_dir()}
    groups = set(loader.list_groups(""))
    assert groups & folders == {"sweeps"}
    assert groups == own | {"sweeps", "hydra", "from"}
    for group in ("src", "docs", "tests"):
        assert loader.get_group_options(group) == []
        (job,) = diagnose([f"{group}=x"])
        assert "there is no such key" in job.problems[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_study_composes_into_what_its_file_says(name: str, hydra: None) -> None:
    written = OmegaConf.load(sweeps() / f"{name}.yaml")
    composed = compose("config", [f"+sweeps={name}"], return_hydra_config=True)
    params = OmegaConf.to_container(composed.hydra.sweeper.params)
    assert isinstance(params, dict)
    for other in written.get("defaults", []):
        for key, values in OmegaConf.load(sweeps() / f"{other}.yaml").items():
            assert key in ("hydra", "model") or params[key] == values
    own = OmegaConf.select(written, "hydra.sweeper.params") or {
        key: values for key, values in written.items() if key != "defaults"
    }
    assert own.items() <= params.items()


def test_several_studies_together(hydra: None) -> None:
    composed = compose("config", ["+sweeps=[depth,seeds]"], return_hydra_config=True)
    assert dict(composed.hydra.sweeper.params) == {"model.depth": "1,2,3,4,5", "seed": "0,1,2,3,4"}


def test_a_typo_is_answered_with_the_nearest_name(hydra: None) -> None:
    (job,) = diagnose(["+sweeps=learning_rat"], multirun=True)
    (problem,) = job.problems
    assert problem.startswith(f"+sweeps=learning_rat: must be one of {', '.join(NAMES)}.")
    assert problem.endswith("Did you mean 'learning_rate'?")


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("# @package hydra.sweeper.params\nseed: 0,1\n", "hydra.sweeper.params"),
        ("\n# A comment.\n#@package   _global_  \nseed: 0\n", "_global_"),
        ("# A comment.\nseed: 0\n# @package _global_\n", None),
        ("", None),
    ],
)
def test_the_package_is_read_from_the_first_comments(text: str, package: str | None, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    source = studies.StudySource("test", f"studies://{tmp_path}")
    loaded = source.load_config("sweeps/mine")
    assert loaded.header["package"] == package
    assert loaded.config == OmegaConf.load(tmp_path / "mine.yaml")


def test_a_source_knows_its_own_folder_only(tmp_path: Path) -> None:
    source = studies.StudySource("test", f"studies://{tmp_path / 'sweeps'}")
    assert not source.available()
    (tmp_path / "sweeps" / "more").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("a: 1")
    for name in ("a", "b", "more/c"):
        (tmp_path / "sweeps" / f"{name}.yaml").write_text("seed: 0,1")
    assert source.available()
    assert source.list("", None) == source.list("", ObjectType.GROUP) == ["sweeps"]
    assert source.list("", ObjectType.CONFIG) == []
    assert source.list("sweeps", ObjectType.CONFIG) == ["a", "b"]
    assert source.list("sweeps", ObjectType.GROUP) == ["more"]
    assert source.list("sweeps/more", None) == ["c"]
    assert source.is_config("sweeps/more/c")
    for path in ("config", "secret", "sweeps/../secret", "sweeps", "a"):
        assert not source.is_config(path)
        with pytest.raises(HydraException, match="not found"):
            source.load_config(path)


def test_a_folder_of_ones_own_adds_studies_and_experiments(tmp_path: Path) -> None:
    for name, text in {
        "sweeps/mine": "# @package _global_\ndefaults:\n  - activation\n  - /sweeps/other\n",
        "sweeps/other": "# @package hydra.sweeper.params\nseed: 0,1\n",
        "experiment/small": "# @package _global_\nmodel:\n  width: 3\n",
    }.items():
        (tmp_path / "conf" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "conf" / f"{name}.yaml").write_text(text)
    words = ["--config-dir=conf", "+sweeps=mine", "experiment=small"]
    done = run(tmp_path, ROOT / "src", *words, "--cfg", "all")
    assert "model.activation: relu,tanh,sigmoid,leaky_relu\n" in done.stdout, done.stderr
    assert "      seed: 0,1\n" in done.stdout
    assert "  width: 3\n" in done.stdout
    done = run(tmp_path, ROOT / "src", "-m", "--config-dir=conf", "+sweeps=mien")
    assert "mine, optimizer, other" in done.stderr
    assert done.stderr.endswith("Did you mean 'mine'?\n")


@pytest.mark.parametrize("where", ["checkout", pytest.param("installed", marks=pytest.mark.slow)])
def test_a_study_trains_and_is_completed_from_any_folder(where: str, tmp_path: Path, installed: Path) -> None:
    package = ROOT / "src" if where == "checkout" else installed
    assert completed(tmp_path, package, "+sweeps=") == [f"+sweeps={name}" for name in NAMES]
    words = ["-m", "+sweeps=[width,seeds]", "seed=0,1", "model.width=3", "data=moons", "train.epochs=1"]
    done = run(tmp_path, package, *words, "model.backend=scratch", "hydra.sweep.dir=sweep")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "sweep").glob("*/summary.json"))) == 2


def test_completion_offers_the_group_and_no_other_folder(tmp_path: Path) -> None:
    assert completed(tmp_path, ROOT / "src", "+swe") == ["+sweeps="]
    assert completed(tmp_path, ROOT / "src", "+doc") == []


@pytest.mark.slow
def test_the_wheel_holds_configurations_and_studies(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and re.search(
        r"No matching distribution found for hatchling|No module named .hatchling", done.stderr
    ):
        pytest.skip("hatchling cannot be had here")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    for name in ("conf", "sweeps"):
        there = {path.relative_to(ROOT / name) for path in (ROOT / name).rglob("*.yaml")}
        assert {
            path.relative_to(tmp_path / "site/twinprop" / name)
            for path in (tmp_path / "site/twinprop" / name).rglob("*.yaml")
        } == there
    assert completed(tmp_path, tmp_path / "site", "+sweeps=") == [f"+sweeps={name}" for name in NAMES]
    done = run(tmp_path, tmp_path / "site", "+sweeps=depth", "--cfg", "hydra")
    assert "model.depth: 1,2,3,4,5\n" in done.stdout, done.stderr
