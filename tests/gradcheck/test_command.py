"""`python -m twinprop gradcheck` from end to end, and the walk through docs/gradcheck.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from twinprop.__main__ import main

ROOT = Path(__file__).parents[2]
EXAMPLE = "docs/examples/hw11_network.py:Network"
DOCS = (ROOT / "docs/gradcheck.md").read_text(encoding="utf-8")


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twinprop", *words], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def test_default_network_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run("gradcheck", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "All 6 gradients agree" in done.stdout
    assert "64-50-50-10 relu" in done.stdout
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


def test_help_imports_no_torch() -> None:
    code = (
        "import sys\nfrom twinprop.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as e:\n    assert e.code == 0\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    for words in (["--help"], ["gradcheck", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "gradcheck" in done.stdout


@pytest.mark.parametrize(
    ("words", "status"), [([EXAMPLE, "--args", "6", "5", "3"], 1), (["twinprop.scratch:Linear", "--args", "4", "3"], 0)]
)
def test_class_needs_no_torch(words: list[str], status: int) -> None:
    code = (
        "import sys\nfrom twinprop.__main__ import main\n"
        f"assert main(['gradcheck', '--layer', *{words}]) == {status}\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def blocks() -> list[tuple[str, str]]:
    """Each command of the page with the output that stands under it."""
    return re.findall(r"```sh\n(python -m twinprop [^\n]+)\n```\n\n```text\n(.*?)\n```", DOCS, re.DOTALL)


def test_page_shows_what_the_commands_print(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    printed_on_page = [(command, output) for command, output in blocks() if "--layer" in command]
    assert len(printed_on_page) == 2
    for command, output in printed_on_page:
        status = main(command.split()[3:])
        printed = capsys.readouterr().out
        assert status == (1 if EXAMPLE in command else 0)
        # the last digits of rounding errors are the machine's own
        assert re.sub(r"\d\.\de-\d\d", "?", printed).strip() == re.sub(r"\d\.\de-\d\d", "?", output).strip()


def test_mended_lines_of_the_page_mend_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/examples/hw11_network.py").read_text(encoding="utf-8")
    diff = re.search(r"```diff\n(.*?)```", DOCS, re.DOTALL)
    assert diff is not None
    lines = diff[1].splitlines()
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    assert len(pairs) == 2
    monkeypatch.chdir(tmp_path)
    for number, (old, new) in enumerate(pairs):
        assert old[0] == "-"
        assert new[0] == "+"
        assert text.count(old[1:].strip()) == 1
        text = text.replace(old[1:].strip(), new[1:].strip())
        (tmp_path / f"mended{number}.py").write_text(text)
        status = main(["gradcheck", "--layer", f"mended{number}:Network", "--args", "6", "5", "3"])
        assert (status == 0) == (number == 1)
        assert ("All 4 gradients agree" in capsys.readouterr().out) == (number == 1)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["model.activaton=tanh"], "activation"),
        (["seed=-1"], "seed=-1"),
        (["seed"], "key=value"),
        (["--args", "4"], "--layer"),
        (["seed=1", "--layer", EXAMPLE], "seed=1"),
        (["--layer", "no_such_module:Class"], "there is no module no_such_module"),
        (["--layer", EXAMPLE, "--args", "4", "3", "2", "1"], "--args 4 3"),
        (["--layer", EXAMPLE, "--args", "6", "5", "3", "--classes", "0"], "at least 1"),
    ],
)
def test_mistakes_on_the_command_line(
    words: list[str], part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["gradcheck", *words]) == 1
    printed = capsys.readouterr()
    assert part in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


def test_broken_derivative_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from twinprop.scratch.activations import ReLU

    monkeypatch.setattr(ReLU, "backward", lambda self, da, need_dx=True: da)
    assert main(["gradcheck", "data=moons", "model.depth=1"]) == 1
    printed = capsys.readouterr().out
    assert "2 of 4 gradients are wrong: linear1.weight, linear1.bias" in printed
