"""A file of the user's is run once, and whatever is wrong with it is one message with the file and the line."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.plugins import CUBE, HEAD, forgotten

from twinprop.config import extend, plugins, registry
from twinprop.config.problems import problems
from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.errors import TwinpropError
from twinprop.models.mlp import MLP


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with forgotten():
        yield


def optimizer(lines: str) -> str:
    head = "import twinprop\nfrom twinprop.scratch import Optimizer\n"
    return f"{head}@twinprop.optimizer('own')\nclass O(Optimizer):\n{lines}"


def activation(decorator: str, thing: str = "class R(Activation): ...") -> str:
    return f"{HEAD}{decorator}\n{thing}\n"


FUNCTION = "def f(z): ..."
TWICE = activation("@twinprop.activation('a')") + "@twinprop.layer('a')\nclass S(Activation): ...\n"
WRONG = {
    "x = 1\ndef f(:\n": "own.py:2: is no Python (invalid syntax): def f(:",
    "import twinprop\nimport nosuch\n": "own.py:2: ModuleNotFoundError: No module named 'nosuch'",
    "x = 1\n1 / 0\n": "own.py:2: ZeroDivisionError: division by zero",
    "import helper\n": "own.py:1: ValueError: not today (in helper.py:2)",
    "import sys\n\nsys.exit(3)\n": "own.py:3: ends Python",
    "x = 1\n": "own.py: registers nothing",
    activation("@twinprop.activation('relu')"): '.activation("relu"): the name is taken, by twinprop\'s own',
    activation("@twinprop.activation('softmax')"): '.activation("softmax"): the name is taken',
    TWICE: 'own.py:5: @twinprop.layer("a"): the name is taken, by that of own.py:3',
    activation(
        "@twinprop.optimizer('a')"
    ): '.optimizer("a"): stands on R, which is no optimizer; it is one for @twinprop.activation',
    activation(
        "@twinprop.activation('a')", FUNCTION
    ): '.activation("a"): stands on f, which is no activation; expected a class that derives from Activation',
    activation("@twinprop.activation"): ".activation: takes a name",
    activation("@twinprop.init('a')"): '.init("a"): stands on R; expected a function',
    activation("@twinprop.init('a', torch=3)", FUNCTION): '.init("a", torch=...): both twins',
    optimizer("    x: object\n    def update(self, p, g, state, t): ...\n"): '.optimizer("own"): its keys',
    optimizer("    x: float = 1.0\n"): '.optimizer("own"): has neither `update`, by hand, nor torch=',
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_told_with_file_and_line(text: str, tmp_path: Path) -> None:
    Path("helper.py").write_text("x = 1\nraise ValueError('not today')\n")
    Path("own.py").write_text(text)
    with pytest.raises(TwinpropError) as error:
        plugins.load("own.py")
    expected = WRONG[text]
    assert str(error.value).startswith(f"own.py:3: @twinprop{expected}" if expected.startswith(".") else expected)
    assert "\n" not in str(error.value)
    assert not plugins.loaded()
    assert not extend.ORIGINS


@pytest.mark.parametrize(
    ("spec", "words"),
    {
        "cbue.py": "there is no file .*cbue.py. Did you mean 'cube.py'",
        "folder.py": "is no file",
        "bytes.py": "is no text in UTF-8",
        "nosuch": "there is no module nosuch",
        "cube": "there is no module cub|^$",
        "a b": "must be a file, FILE.py",
    }.items(),
)
def test_what_is_not_there_is_told(spec: str, words: str) -> None:
    Path("cube.py").write_text(CUBE)
    Path("folder.py").mkdir()
    Path("bytes.py").write_bytes(b"\xff\xfe\x00")
    if spec == "cube":
        assert plugins.load(spec).spec == "cube"
        return
    with pytest.raises(TwinpropError, match=words):
        plugins.load(spec)


def test_a_name_belongs_to_one_file() -> None:
    Path("cube.py").write_text(CUBE)
    Path("other.py").write_text(CUBE)
    Path("more").mkdir()
    Path("more/cube.py").write_text(CUBE)
    plugins.load("cube.py")
    with pytest.raises(TwinpropError, match=r'other.py:4: @twinprop.activation\("cube"\): .* by that of cube.py:4'):
        plugins.load("other.py")
    with pytest.raises(TwinpropError, match=r"cube.py and .*more/cube.py have the same name"):
        plugins.load("more/cube.py")
    assert str(extend.ORIGINS["activation", "cube"]) == "cube.py:4"


def test_what_it_prints_is_told_once_and_not_answered(capsys: pytest.CaptureFixture[str]) -> None:
    Path("loud.py").write_text(f"{CUBE}\nprint('hello')\nprint('again')\n")
    plugins.load("loud.py")
    plugins.load("loud.py")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["loud.py:13: prints when it is read, in each process anew; take that out: hello"]


def test_one_that_has_changed_takes_the_place_of_what_it_was() -> None:
    Path("cube.py").write_text(CUBE)
    first = plugins.load("cube.py")
    assert plugins.load("cube.py") is first
    Path("cube.py").write_text(CUBE.replace('"cube"', '"other"'))
    plugins.load("cube.py")
    assert "cube" not in registry.ACTIVATIONS
    assert "other" in registry.ACTIVATIONS


def test_a_configuration_brings_it_into_another_process() -> None:
    Path("cube.py").write_text(CUBE)
    plugins.load("cube.py")
    Path("cube.py").write_text("changed\n")
    sent = pickle.dumps([Config()])
    with forgotten():
        assert "cube" not in registry.ACTIVATIONS
        pickle.loads(sent)
        assert registry.ACTIVATIONS["cube"].scratch.__module__ == "twinprop_plugin_cube"


def test_keys_of_a_users_class_come_with_it_too() -> None:
    Path("own.py").write_text(optimizer("    pace: float = 1.0\n    def update(self, p, g, state, t): ...\n"))
    plugins.load("own.py")
    config = Config(optimizer=registry.OPTIMIZERS["own"].scratch(pace=2.0))
    sent = pickle.dumps(config)
    with forgotten():
        del sys.modules["twinprop_plugin_own"]
        assert pickle.loads(sent).optimizer.pace == 2.0


def test_the_twin_that_lacks_it_says_what_is_missing() -> None:
    text = f"{HEAD}import torch\n@twinprop.activation('hand')\nclass Hand(Activation): ...\n"
    Path("own.py").write_text(f"{text}@twinprop.activation('theirs')\nclass Theirs(torch.nn.Module): ...\n")
    plugins.load("own.py")
    for backend, name, words in (
        (
            "torch",
            "hand",
            'own.py:4 gives it by hand alone; to have it in PyTorch, give torch=... in @twinprop.activation("hand")',
        ),
        (
            "scratch",
            "theirs",
            "own.py:6 gives it in PyTorch alone; to have it by hand, give a class with forward and backward",
        ),
    ):
        config = Config(data=Digits(), model=MLP(activation=name, backend=backend))
        (problem,) = problems(config)
        assert problem.startswith(f"model.activation={name}: {words}")
        config.model.backend = "scratch" if backend == "torch" else "torch"
        assert not list(problems(config))


def test_a_cell_of_a_notebook_may_be_run_again() -> None:
    cell = {"__name__": "__main__"}
    for _ in range(2):
        exec(compile(CUBE, "cell", "exec"), cell)
    assert registry.ACTIVATIONS["cube"].scratch is cell["Cube"]
