"""docs/reproduction.md is written from run directories: means, what is missing, what failed, and no step twice."""

import subprocess
from pathlib import Path

from tests.benchmarks import made_up

ROOT = Path(__file__).parents[2]


def make(folder, number, status="completed", accuracy=0.98, reason="", **keys):
    """A run with two evaluations, the second at epoch 30."""
    evaluations = []
    for epoch, a in ((1, 0.5), (30, accuracy)):
        results = {
            f"{split}_{what}": value
            for split in ("train", "val", "test")
            for what, value in (("loss", 0.5), ("accuracy", a))
        }
        evaluations.append({"epoch": epoch, "step": epoch * 10, **results, "seconds": 1})
    config = {"seed": number, "data.name": "mnist", **{key.replace("__", "."): value for key, value in keys.items()}}
    made_up.make(folder / f"{number}_made_up", config, evaluations, status, reason, converged_epoch=1)


def page(reproduction, tmp_path):
    reproduction.write(tmp_path / "outputs", tmp_path / "docs", {"kece470": ["python train.py of kece470"]})
    return (tmp_path / "docs" / "reproduction.md").read_text()


def section(text, title):
    return next(part for part in text.split("\n## ") if part.startswith(title))


def test_a_table_has_mean_and_spread(reproduction, tmp_path):
    for number, accuracy in enumerate((0.97, 0.98, 0.99)):
        make(tmp_path / "outputs" / "kece470_mlp", number, accuracy=accuracy)
    make(tmp_path / "outputs" / "kece470_mlp", 3, accuracy=0.91, model__backend="torch")
    text = section(page(reproduction, tmp_path), "kece470")
    assert "| test accuracy, epoch 30 | 0.9810 | 0.9800 ± 0.0100 | 0.9100 |" in text
    assert "by hand, 3 seeds | PyTorch, 1 seed |" in text
    assert "python train.py of kece470" in text
    assert "Did not complete" not in text
    assert (tmp_path / "docs" / "images" / "kece470.png").stat().st_size > 1000


def test_a_system_that_is_missing_says_so(reproduction, tmp_path):
    text = page(reproduction, tmp_path)
    assert "| test accuracy, epoch 30 | 0.9810 | not run | not run |" in text
    cnn = section(text, "cs324: a CNN")
    assert cnn.count("not run: needs a GPU (`make reproduce-gpu`)") == 9
    assert not list((tmp_path / "docs" / "images").iterdir())


def test_a_failed_run_is_not_hidden(reproduction, tmp_path):
    folder = tmp_path / "outputs" / "kece470_mlp"
    make(folder, 0, accuracy=0.97)
    make(folder, 1, status="failed", reason="out of memory in /home/somebody/file.py")
    make(folder, 2, status=None)
    text = section(page(reproduction, tmp_path), "kece470")
    assert "| 0.9700; 1 of 3 failed, 1 of 3 not finished |" in text
    assert "* `kece470_mlp/1_made_up`: failed: out of memory in file.py" in text
    assert "* `kece470_mlp/2_made_up`: not finished" in text


def test_a_diverged_run_is_in_no_mean(reproduction, tmp_path):
    folder = tmp_path / "outputs" / "hw5_depth"
    make(folder, 0, accuracy=0.9, model__depth=2)
    make(folder, 1, accuracy=0.1, model__depth=2, status="diverged", reason="the loss was not finite at step 3")
    text = section(page(reproduction, tmp_path), "hw5")
    assert "| 2 | 0.9000; 1 of 2 diverged |" in text
    assert "the loss was not finite at step 3" in text


def test_the_copy_of_cifar_is_named(reproduction, tmp_path):
    make(tmp_path / "outputs" / "cs324_cifar_mlp", 0, data__name="image_folder")
    assert "JPEG" in section(page(reproduction, tmp_path), "cs324: an MLP on CIFAR-10")


def test_what_has_ended_is_not_run_again(reproduce, tmp_path, monkeypatch):
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


def test_every_step_belongs_to_a_system_and_an_experiment(reproduce, reproduction):
    conf = ROOT / "conf"
    for step in reproduce.steps():
        assert step.system in reproduction.SYSTEMS
        for word in step.words:
            if word.startswith("+sweeps="):
                assert (conf.parent / "sweeps" / f"{word.partition('=')[2]}.yaml").exists()
            if word.startswith("experiment="):
                assert (conf / "experiment" / f"{word.partition('=')[2]}.yaml").exists()
    names = [step.name for step in reproduce.steps()]
    assert len(names) == len(set(names))


def test_a_system_that_was_not_run_keeps_what_the_page_says_of_it(reproduction, tmp_path):
    make(tmp_path / "outputs" / "kece470_mlp", 0, accuracy=0.97)
    before = page(reproduction, tmp_path)
    assert "| 0.9700 |" in section(before, "kece470")
    (tmp_path / "outputs").rename(tmp_path / "elsewhere")
    make(tmp_path / "outputs" / "hw5_depth", 0, accuracy=0.9, model__depth=2)
    text = page(reproduction, tmp_path)
    assert section(text, "kece470") == section(before, "kece470")
    assert "| 2 | 0.9000 |" in section(text, "hw5")
    assert text.count("Trained on: Abacus") == 1
