"""docs/reproduction.md is written from run directories: means, what is missing, what failed, and no step twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def modules(monkeypatch):
    """reproduce.py and reproduction.py, which are scripts and not part of the package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import reproduce
    import reproduction

    yield reproduce, reproduction
    for name in ("reproduce", "reproduction"):
        sys.modules.pop(name)


def make(folder, number, status="completed", accuracy=0.98, reason="", **keys):
    """A run's directory with two evaluations, the second at epoch 30; without a summary where status is None."""
    path = folder / f"{number}_made_up"
    (path / ".hydra").mkdir(parents=True)
    config = {"seed": number, "model": {"backend": "scratch"}, "data": {"name": "mnist"}}
    for key, value in keys.items():
        group, _, leaf = key.partition("__")
        if leaf:
            config.setdefault(group, {})[leaf] = value
        else:
            config[group] = value
    (path / ".hydra" / "config.yaml").write_text(json.dumps(config))
    columns = "epoch,step,train_loss,train_accuracy,val_loss,val_accuracy,test_loss,test_accuracy,seconds"
    rows = [f"{epoch},{epoch * 10},0.5,{a},0.5,{a},0.5,{a},1" for epoch, a in ((1, 0.5), (30, accuracy))]
    (path / "metrics.csv").write_text("\n".join([columns, *rows]) + "\n")
    if status is None:
        return path
    result = {"loss": 0.5, "accuracy": accuracy}
    seconds = {"total": 3, "train": 2, "per_epoch": 1}
    machine = {"gpu": None, "cpu": "Abacus", "cores": 2, "python": "3", "numpy": "2", "torch": "2"}
    ended = {"status": status, "reason": reason, "train": result, "val": result, "test": result, "steps": 300}
    ended |= {"epochs": 30, "converged_epoch": 1, "seconds": seconds, "environment": machine}
    if status == "failed":  # it has no results
        ended = {"status": status, "reason": reason}
    (path / "summary.json").write_text(json.dumps(ended))
    return path


def page(modules, tmp_path):
    modules[1].write(tmp_path / "outputs", tmp_path / "docs", {"kece470": ["python train.py of kece470"]})
    return (tmp_path / "docs" / "reproduction.md").read_text()


def section(text, title):
    return next(part for part in text.split("\n## ") if part.startswith(title))


def test_a_table_has_mean_and_spread(modules, tmp_path):
    for number, accuracy in enumerate((0.97, 0.98, 0.99)):
        make(tmp_path / "outputs" / "kece470_mlp", number, accuracy=accuracy)
    make(tmp_path / "outputs" / "kece470_mlp", 3, accuracy=0.91, model__backend="torch")
    text = section(page(modules, tmp_path), "kece470")
    assert "| test accuracy, epoch 30 | 0.9810 | 0.9800 ± 0.0100 | 0.9100 |" in text
    assert "by hand, 3 seeds | PyTorch, 1 seed |" in text
    assert "python train.py of kece470" in text
    assert "Did not complete" not in text
    assert (tmp_path / "docs" / "images" / "kece470.png").stat().st_size > 1000


def test_a_system_that_is_missing_says_so(modules, tmp_path):
    text = page(modules, tmp_path)
    assert "| test accuracy, epoch 30 | 0.9810 | not run | not run |" in text
    cnn = section(text, "cs324: a CNN")
    assert cnn.count("not run: needs a GPU (`make reproduce-gpu`)") == 9
    assert not list((tmp_path / "docs" / "images").iterdir())


def test_a_failed_run_is_not_hidden(modules, tmp_path):
    folder = tmp_path / "outputs" / "kece470_mlp"
    make(folder, 0, accuracy=0.97)
    make(folder, 1, status="failed", reason="out of memory in /home/somebody/file.py")
    make(folder, 2, status=None)
    text = section(page(modules, tmp_path), "kece470")
    assert "| 0.9700; 1 of 3 failed, 1 of 3 not finished |" in text
    assert "* `kece470_mlp/1_made_up`: failed: out of memory in file.py" in text
    assert "* `kece470_mlp/2_made_up`: not finished" in text


def test_a_diverged_run_is_in_no_mean(modules, tmp_path):
    folder = tmp_path / "outputs" / "hw5_depth"
    make(folder, 0, accuracy=0.9, model__depth=2)
    make(folder, 1, accuracy=0.1, model__depth=2, status="diverged", reason="the loss was not finite at step 3")
    text = section(page(modules, tmp_path), "hw5")
    assert "| 2 | 0.9000; 1 of 2 diverged |" in text
    assert "the loss was not finite at step 3" in text


def test_the_copy_of_cifar_is_named(modules, tmp_path):
    make(tmp_path / "outputs" / "cs324_cifar_mlp", 0, data__name="image_folder")
    assert "JPEG" in section(page(modules, tmp_path), "cs324: an MLP on CIFAR-10")


def test_what_has_ended_is_not_run_again(modules, tmp_path, monkeypatch):
    reproduce = modules[0]
    steps = [reproduce.Step("kece470", name, 2, ("a=1",)) for name in ("ended", "interrupted", "missing")]
    for number, (first, second) in enumerate((("completed", "failed"), ("completed", "interrupted"))):
        make(tmp_path / steps[number].name, 0, status=first)
        make(tmp_path / steps[number].name, 1, status=second)
    ran = []

    def fake(command, cwd):
        assert not (tmp_path / "interrupted").exists()
        ran.append(command[-1])
        return subprocess.CompletedProcess(command, len(ran) - 1)

    monkeypatch.setattr(subprocess, "run", fake)
    failed = reproduce.run(steps, tmp_path, None)
    assert [word.rpartition("/")[2] for word in ran] == ["interrupted", "missing"]
    assert failed == [steps[2]]


def test_every_step_belongs_to_a_system_and_an_experiment(modules):
    reproduce, reproduction = modules
    conf = BENCHMARKS.parent / "conf"
    for step in reproduce.steps():
        assert step.system in reproduction.SYSTEMS
        for word in step.words:
            if word.startswith("+sweeps="):
                assert (conf / "sweeps" / f"{word.partition('=')[2]}.yaml").exists()
            if word.startswith("experiment="):
                assert (conf / "experiment" / f"{word.partition('=')[2]}.yaml").exists()
    names = [step.name for step in reproduce.steps()]
    assert len(names) == len(set(names))
