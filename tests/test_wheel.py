"""The wheel alone, in an environment of its own and another folder: it trains, sweeps and reports by its command."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from tests.kit.commands import ROOT

import twinprop

pytestmark = pytest.mark.slow


class Installed:
    """An environment with the wheel in it; what it depends on is taken from this one."""

    def __init__(self, folder: Path) -> None:
        self.folder, environment = folder, folder / "environment"
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
        (wheel,) = folder.glob("*.whl")
        venv.create(environment)
        self.scripts = environment / ("Scripts" if os.name == "nt" else "bin")
        install = [sys.executable, "-m", "pip", "--python", str(self.scripts / "python"), "install", "--no-index"]
        subprocess.run([*install, "--no-deps", str(wheel)], capture_output=True, check=True)
        # a folder that a .pth file names comes last, and .pth files in it, as that of a checkout, are not read
        (packages,) = environment.rglob("site-packages")
        (packages / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    def run(self, program: str, *words: str) -> str:
        """What a program of the environment prints."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [str(self.scripts / program), *words]
        done = subprocess.run(command, cwd=self.folder, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_the_wheel_is_whole(installed: Installed) -> None:
    where = (
        "import twinprop.app.folders as f, importlib.metadata as m; print(f.PACKAGE, f.conf(), m.version('twinprop'))"
    )
    package, conf, version = installed.run("python", "-c", where).split()
    assert Path(package).is_relative_to(installed.folder)
    assert Path(conf).parent == Path(package)
    assert version == twinprop.__version__
    assert (Path(package) / "py.typed").exists()
    assert installed.run("twinprop", "--version") == f"twinprop {version}\n"
    for name in ("conf", "sweeps"):
        assert yaml_files(Path(package) / name) == yaml_files(ROOT / name)


def yaml_files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*.yaml")}


def test_it_trains_sweeps_and_reports(installed: Installed) -> None:
    short = ("train.epochs=1", "model.backend=scratch")
    assert "status   completed" in installed.run("twinprop", "train", *short, "hydra.run.dir=run")
    assert "nothing is left to do" in installed.run("twinprop", "resume", "run")
    sweep = installed.run("twinprop", "sweep", *short, "+sweeps=seeds", "hydra.sweep.dir=sweep")
    assert (installed.folder / "sweep" / "sweep.csv").exists()
    assert " completed" in sweep
    report = installed.run("twinprop", "report", "sweep")
    assert "written to " in report
    assert "twinprop train model.activation=tanh" in installed.run("twinprop", "train", "--help")
