"""Files that need what is not there, and files of another time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError

DOUBLE = (
    "class Double{base}:\n    def forward(self, x):\n        self.x = x\n        return {forward}\n"
    "    def backward(self, dy):\n        return 2 * dy\n"
)


@pytest.mark.parametrize(
    ("head", "base", "forward", "missing"),
    [
        ("import no_plots.pyplot as plt\nplt.rcParams['figure'] = 3\n", "", "2 * x", "no_plots"),
        ("from no_speed import njit\n@njit\ndef twice(x):\n    return 2 * x\n", "", "twice(x)", "no_speed"),
        ("from no_net.layers import Layer\n", "(Layer)", "2 * x", "no_net"),
        ("import cupy as np\n", "", "np.add(x, x)", "cupy"),
        ("from numpy.linalg import no_such_norm\n", "", "2 * x", "numpy.linalg.no_such_norm"),
    ],
)
def test_missing_module_is_stood_in_for(
    head: str, base: str, forward: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needy.py").write_text(head.replace("['figure'] = 3", "") + DOUBLE.format(base=base, forward=forward))
    report = check_class(f"{tmp_path}/needy.py:Double")
    assert report.right
    assert f"not installed, and stood in for: {missing}" in report.notes[0]
    assert missing not in sys.modules


LOSS = """from no_course.functions import softmax, cross_entropy_error
class Loss:
    def forward(self, x, t):
        self.y, self.t = softmax(x), t
        return cross_entropy_error(self.y, t)
    def backward(self, dout=1):
        return {back}
"""


@pytest.mark.parametrize(
    ("back", "verdict"), [("(self.y - self.t) / len(self.t)", "right"), ("self.y - self.t", "wrong")]
)
def test_usual_functions_of_a_missing_module_are_lent(back: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "of_course.py").write_text(LOSS.format(back=back))
    report = check_class(f"{tmp_path}/of_course.py:Loss")
    assert report.verdict.startswith(verdict)
    assert "not installed, and stood in for: no_course" in report.notes[0]


def test_what_is_computed_with_a_missing_module_fails(tmp_path: Path) -> None:
    (tmp_path / "needy.py").write_text("import no_math\n" + DOUBLE.format(base="", forward="no_math.exp(x)"))
    with pytest.raises(SubjectError, match=r"no_math\.exp is not installed, and is needed here"):
        check_class(f"{tmp_path}/needy.py:Double")


def test_optional_module_stays_missing(tmp_path: Path) -> None:
    head = "try:\n    import no_gpu\nexcept ImportError:\n    no_gpu = None\nassert no_gpu is None\n"
    (tmp_path / "own.py").write_text(head + DOUBLE.format(base="", forward="2 * x"))
    assert check_class(f"{tmp_path}/own.py:Double").passed


@pytest.mark.parametrize(
    "forward",
    [
        "np.asarray(x, dtype=np.float32) * 2",
        "x.astype('float32') * np.float(2)",
        "np.array([2 * x[i] for i in xrange(len(x))])",
        "np.asarray(x, dtype='f') * 2 + np.zeros(1).astype('f')",
        "np.reshape(2 * x, newshape=x.shape)",
    ],
)
def test_old_and_coarse_code_is_read_as_of_today(forward: str, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("import numpy as np\n" + DOUBLE.format(base="", forward=forward))
    assert check_class(f"{tmp_path}/old.py:Double").passed
    assert not list(tmp_path.glob("__pycache__"))


def test_file_in_a_folder_of_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "same_of_mine"
    (folder / "parts").mkdir(parents=True)
    (folder / "base_of_mine.py").write_text("TWO = 2\n")
    (folder / "same_of_mine.py").write_text(
        "from .base_of_mine import TWO\n" + DOUBLE.format(base="", forward="TWO * x")
    )
    (folder / "parts" / "part_of_mine.py").write_text(
        "from same_of_mine.base_of_mine import TWO\n" + DOUBLE.format(base="", forward="TWO * x")
    )
    assert check_class(f"{folder}/parts/part_of_mine.py:Double").passed
    assert check_class(f"{folder}/same_of_mine.py:Double").passed


def test_script_that_trains_when_it_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = "import numpy as np\nscale = np.float64(2)\nfor step in range(3):\n    print(undefined)\n"
    (tmp_path / "train.py").write_text(loop + DOUBLE.format(base="", forward="(print(x), scale * x)[1]"))
    report = check_class(f"{tmp_path}/train.py:Double")
    assert report.right
    assert "runs a loop when it is imported" in report.notes[0]
    assert capsys.readouterr().out == ""


def test_numpy_that_is_not_imported_is_lent_and_told(tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(DOUBLE.format(base="", forward="np.add(x, x)"))
    report = check_class(f"{tmp_path}/careless.py:Double")
    assert report.right
    assert "np is not imported" in report.notes[0]
