"""What is said where something cannot be called: what is missing, and the lines to add."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text

GLOBAL_SIZE = """
import numpy as np

{first}
text = {read}
letters = sorted(set(text))
size = len(letters)

class Net:
    def __init__(self):
        self.W = 0.1 * np.ones((4, 3))

    def forward(self, x):
        self.x = x
        return x @ self.W / size

    def backward(self, dy):
        self.dW = self.x.T @ dy / size
        return dy @ self.W.T / {divisor}
"""


def refused(path: Path, text: str, name: str) -> str:
    path.write_text(text)
    with pytest.raises(SubjectError) as caught:
        check_class(f"{path}:{name}")
    return str(caught.value)


def test_a_name_that_a_script_makes_of_data_is_told_with_its_statement(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    text = refused(file, GLOBAL_SIZE.format(first="", read='np.loadtxt("poems.csv")', divisor="size"), "Net")
    assert "The file makes size by `size = len(letters)`" in text
    assert "at the top of the file: size = ..." in text


@pytest.mark.parametrize(("first", "read"), [("size = 7", 'np.loadtxt("poems.csv")'), ("", 'open("poems.txt").read()')])
@pytest.mark.parametrize(("divisor", "right"), [("size", True), ("(2 * size)", False)])
def test_what_is_told_to_be_added_helps_and_a_text_has_another_in_its_place(
    first: str, read: str, divisor: str, right: bool, tmp_path: Path
) -> None:
    (tmp_path / "net.py").write_text(GLOBAL_SIZE.format(first=first, read=read, divisor=divisor))
    report = check_class(f"{tmp_path}/net.py:Net")
    assert report.right is right, report_text(report)
    notes = " ".join(report.notes)
    assert "what it imports, defines and names was run" in notes
    assert ("poems.txt is not there; another text was read in its place" in notes) is not bool(first)


def test_a_name_that_is_nowhere_is_pythons_own_message(tmp_path: Path) -> None:
    text = GLOBAL_SIZE.format(first="", read="set()", divisor="size").replace("/ size", "/ nowhere")
    assert "The file makes" not in refused(tmp_path / "net.py", text, "Net")


def test_a_backward_alone_is_told_how_its_forward_looks(tmp_path: Path) -> None:
    text = refused(tmp_path / "back.py", "def backward(x, y, W):\n    return x.T @ (x @ W - y)\n", "backward")
    assert "backward(x, y, W): which function goes forward?" in text
    assert "def forward_prop(x, ...)" in text


def test_what_is_called_as_a_loss_is_told_so(tmp_path: Path) -> None:
    code = """
        class Net:
            def feed_forward(self, x):
                self.kept = list(x)

            def back_prop(self):
                self.kept = None
    """
    text = refused(tmp_path / "net.py", "\n".join(line[8:] for line in code.splitlines()), "Net")
    assert "feed_forward returned nothing; with feed_forward(x) and back_prop() it is called as a loss" in text
    assert "Of a network, forward(x) returns the outputs" in text


LOOP = """
net = Net()
for epoch in range(3):
    batch = next_batch()
    net.forward(batch)
    net.backward(batch, labels)
    net.W -= 0.1 * net.dW
"""


@pytest.mark.parametrize("loop", ["", LOOP])  # what is made up for a loop that fits no data is not there after it
def test_a_missing_name_is_told_before_targets_of_another_kind(loop: str, tmp_path: Path) -> None:
    code = """
        import numpy as np
        data = np.loadtxt("rows.txt")
        count = len(data)

        class Net:
            def __init__(self):
                self.W = np.ones((3, 4))

            def forward(self, x):
                e = np.exp(self.W @ x)
                self.p = e / e.sum(0)
                return self.p

            def backward(self, x, labels):
                d = self.p.copy()
                d[labels, np.arange(labels.size)] -= 1
                self.dW = d @ x.T / count
    """
    text = refused(tmp_path / "net.py", "\n".join(line[8:] for line in code.splitlines()) + loop, "Net")
    assert "The file makes count by `count = len(data)`" in text


def test_a_text_of_another_in_a_script_beside_is_told(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import numpy as np\nclass Net:\n"
        "    def __init__(self, many):\n        self.W = np.random.randn(many, 2)\n"
        "    def scores(self, x):\n        return x @ self.W\n"
    )
    (tmp_path / "train.py").write_text(
        "import numpy as np\nfrom net import Net\n"
        'letters = sorted(set(open("poems.txt").read()))\n'
        "def main():\n"
        "    x, y = np.random.randn(8, len(letters)), np.random.randn(8, 2)\n"
        "    net = Net(len(letters))\n"
        "    for turn in range(100):\n"
        "        error = net.scores(x) - y\n"
        "        net.W -= 0.1 * x.T @ error / len(x)\n"
    )
    report = check_class(f"{tmp_path}/net.py:Net")
    assert report.right, report_text(report)
    assert any("poems.txt is not there; another text was read" in note for note in report.notes), report.notes


PERCEPTRON = """
import numpy as np

class Perceptron:
    def __init__(self, n=4):
        self.w, self.b, self.lr = np.random.randn(n, 1), np.zeros(1), 0.1

    def forward(self, x):
        self.x = x
        self.out = {output}
        return self.out

    def backward(self, x, y):
        error = y - self.out
        self.w += self.lr * self.x.T @ error
        self.b += self.lr * error.sum(0)
"""


@pytest.mark.parametrize("output", ["np.where({} > 0, 1.0, 0.0)", "np.sign({})", "np.heaviside({}, 1)"])
def test_a_step_has_no_gradient(tmp_path: Path, output: str) -> None:
    said = refused(tmp_path / "net.py", PERCEPTRON.format(output=output.format("x @ self.w + self.b")), "Perceptron")
    assert "its output is a step" in said


def test_an_output_of_nothing_but_0_is_no_step(tmp_path: Path) -> None:
    text = PERCEPTRON.format(output="np.maximum(0, x @ self.w + self.b)").replace(
        "error = ", "error = (self.out > 0) * "
    )
    (tmp_path / "net.py").write_text(text.replace("self.x.T @", "2 * self.x.T @"))
    report = check_class(f"{tmp_path / 'net.py'}:Perceptron")
    assert report.verdict == "wrong", report_text(report)
