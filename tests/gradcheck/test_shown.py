"""What a demo, or a loop with its own loss, shows of how code is called that takes nothing usual."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.kit.students import check_code, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

RATINGS = """
import numpy as np


class Ratings:
    def __init__(self, users=4, items=5, k=2):
        self.P = np.random.randn(users, k)
        self.Q = np.random.randn(items, k)
        self.b = np.zeros(users)

    def cost(self, who, what, stars):
        e = stars - self.b[who] - np.sum(self.P[who] * self.Q[what], axis=1)
        return np.sum(e ** 2)

    def compute_grad(self, who, what, stars):
        e = stars - self.b[who] - np.sum(self.P[who] * self.Q[what], axis=1)
        gP, gQ, gb = np.zeros_like(self.P), np.zeros_like(self.Q), np.zeros_like(self.b)
        for u, i, one in zip(who, what, e):
            gP[u] -= 2 * one * self.Q[i]
            gQ[i] -= 2 * one * self.P[u]
            gb[u] -= 2 * one
        return gP, gQ, gb


if __name__ == "__main__":
    who, what = np.array([0, 0, 1, 2, 3, 3]), np.array([1, 4, 0, 2, 3, 1])
    model = Ratings()
    for epoch in range(10 ** 9):
        for p, g in zip((model.P, model.Q, model.b), model.compute_grad(who, what, np.array([5, 3, 1, 4, 2, 4.0]))):
            p -= 0.02 * g
"""


def test_a_call_that_a_demo_shows(tmp_path: Path) -> None:
    """Places of users and films, of which nothing but the demo tells: its loop is left at the first call."""
    report = check_code(tmp_path, RATINGS, "Ratings")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} == {"P", "Q", "b"}
    assert report.notes[0].startswith("called as in ratings.py:29; the loss is what cost returns")
    wrong = check_code(tmp_path, RATINGS.replace("gQ[i] -= 2 * one * self.P[u]", "gQ[i] -= one * self.P[u]"), "Ratings")
    assert failed(wrong) == {"gQ"}, report_text(wrong)


def test_another_batch_is_in_another_order(tmp_path: Path) -> None:
    """So what is kept of the first call is seen."""
    code = RATINGS.replace(
        "        e = stars - self.b[who] - np.sum(self.P[who] * self.Q[what], axis=1)\n        gP",
        "        if not hasattr(self, 'stars'): self.stars = stars\n"
        "        e = self.stars - self.b[who] - np.sum(self.P[who] * self.Q[what], axis=1)\n        gP",
    )
    assert check_code(tmp_path, code, "Ratings").verdict == "wrong"


BY_LISTS = """
import math


class Neuron:
    def __init__(self):
        self.gewichte, self.rate = [0.3, -0.5], 0.1
        self.schwelle = 0.2

    def lerne(self, eingabe, ziel):
        aus = math.tanh(sum(w * e for w, e in zip(self.gewichte, eingabe)) + self.schwelle)
        delta = (aus - ziel) * (1 - aus * aus)
        self.gewichte = [w - self.rate * delta * e for w, e in zip(self.gewichte, eingabe)]
        self.schwelle -= self.rate * delta
        return 0.5 * (aus - ziel) ** 2

    def gradienten(self, eingabe, ziel):
        aus = math.tanh(sum(w * e for w, e in zip(self.gewichte, eingabe)) + self.schwelle)
        delta = (aus - ziel) * (1 - aus * aus)
        self.grad_gewichte = [delta * e for e in eingabe]
        self.grad_schwelle = delta

    def verlust(self, eingabe, ziel):
        aus = math.tanh(sum(w * e for w, e in zip(self.gewichte, eingabe)) + self.schwelle)
        return 0.5 * (aus - ziel) ** 2


def demo():
    eins = Neuron()
    eins.gradienten([1, 0], 1)
"""


def test_lists_of_numbers_in_a_demo_function(tmp_path: Path) -> None:
    """Inputs of 0 and 1 become others: with a 0 a gradient does not show."""
    report = check_code(tmp_path, BY_LISTS, "Neuron")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} == {"gewichte[0]", "gewichte[1]", "schwelle"}
    wrong = check_code(tmp_path, BY_LISTS.replace("[delta * e for e", "[delta for e"), "Neuron")
    assert failed(wrong) == {"grad_gewichte[0]", "grad_gewichte[1]"}, report_text(wrong)


STEP = """
import numpy as np


class Netz:
    def __init__(self, n):
        self.lernrate, self.w = 0.1, np.random.randn(n, 2)

    def trainiere(self, x, ziel):
        aus = np.tanh(np.array(x) @ self.w)
        self.w += self.lernrate * np.outer(x, (np.array(ziel) - aus) * (1 - aus ** 2))
        return 0.5 * float(np.sum((ziel - aus) ** 2))


if __name__ == "__main__":
    netz = Netz(3)
    for _ in range(5):
        print(netz.trainiere([0.1, 0.5, 0.2], [1, 0]))
"""


def test_a_step_of_any_name_that_returns_its_loss(tmp_path: Path) -> None:
    """It changes what the object had before, and returns a number."""
    report = check_code(tmp_path, STEP, "Netz")
    assert report.verdict == "right", report_text(report)
    assert check_code(tmp_path, STEP.replace("(1 - aus ** 2)", "(1 - aus)"), "Netz").verdict == "wrong"


FUNCTIONS = """
import numpy as np

W, b = [None], [None]


def objective(W, b, x, y, lam):
    h = x
    for k in range(1, len(W)):
        h = np.tanh(W[k] @ h + b[k])
    return 0.5 * np.sum((h - y) ** 2) + lam * sum(np.sum(one ** 2) for one in W[1:])


def backward(W, b, x, y, lam):
    h = [x]
    for k in range(1, len(W)):
        h.append(np.tanh(W[k] @ h[-1] + b[k]))
    grad_W, grad_b = [None] * len(W), [None] * len(W)
    g = h[-1] - y
    for k in range(len(W) - 1, 0, -1):
        g = g * (1 - h[k] ** 2)
        grad_b[k] = g
        grad_W[k] = np.outer(g, h[k - 1]) + 2 * lam * W[k]
        g = W[k].T @ g
    return grad_W, grad_b


if __name__ == "__main__":
    W, b = [None, np.random.randn(4, 3), np.random.randn(2, 4)], [None, np.zeros(4), np.zeros(2)]
    backward(W, b, np.random.randn(3), np.random.randn(2), 0.01)
"""


def test_functions_of_lists_that_begin_at_1(tmp_path: Path) -> None:
    """Weights in arguments are measured, whatever they lie in."""
    report = check_code(tmp_path, FUNCTIONS, "objective,backward")
    assert report.right, report_text(report)
    assert {one.of for one in report.gradients} == {"W[1]", "W[2]", "b[1]", "b[2]"}
    wrong = check_code(tmp_path, FUNCTIONS.replace("+ 2 * lam", "+ lam"), "objective,backward")
    assert failed(wrong) == {"grad_W[1]", "grad_W[2]"}, report_text(wrong)


SCRIPT = """
import numpy as np

R = np.array([[5, 3, 0], [4, 0, 1], [1, 1, 5]])
known = R > 0
U = np.array([[2, 0], [1, 1], [0, 2]])
M = np.array([[2, 1], [1, 0], [1, 2]])
lr = 0.01

for epoch in range(100):
    E = known * (U @ M.T - R)
    loss = 0.5 * np.sum(E ** 2) + 0.05 * (np.sum(U ** 2) + np.sum(M ** 2))
    dU = E @ M + 0.1 * U
    dM = E.T @ U + 0.1 * M
    U = U - lr * dU
    M = M - lr * dM
"""


def test_a_loop_that_says_its_loss(tmp_path: Path) -> None:
    """Its own data are what it is run with; weights that begin as whole numbers are weights."""
    (file := tmp_path / "ratings.py").write_text(SCRIPT)
    report = check_class(str(file))
    assert report.verdict == "right", report_text(report)
    assert any("the loss is loss, which that round computes" in note for note in report.notes)
    file.write_text(SCRIPT.replace("E.T @ U + 0.1", "E.T @ U - 0.1"))
    report = check_class(str(file))
    assert failed(report) == {"change of M"}, report_text(report)
    assert "the sign is wrong" in report_text(report)


BATCHES = """
import numpy as np

features = np.random.randn(40, 6)
labels = np.argmax(features[:, :3], axis=1)
W, b, lr = np.zeros((6, 3)), np.zeros(3), 0.1


def batches(size):
    for at in range(0, len(features), size):
        yield features[at:at + size], labels[at:at + size]


for epoch in range(5):
    for X, y in batches(10):
        e = np.exp(X @ W + b)
        p = e / e.sum(axis=1, keepdims=True)
        l = -np.log(p[range(len(y)), y]).mean()
        d = p.copy()
        d[range(len(y)), y] -= 1
        W -= lr * X.T @ d / len(y)
        b -= lr * d.sum(axis=0) / len(y)
"""


def test_batches_that_a_generator_makes(tmp_path: Path) -> None:
    """The first of them is the step."""
    (file := tmp_path / "softmax.py").write_text(BATCHES)
    report = check_class(str(file))
    assert report.right, report_text(report)
    file.write_text(BATCHES.replace("d.sum(axis=0) / len(y)", "d.mean(axis=0) / len(y)"))
    assert failed(check_class(str(file))) == {"change of b"}


def test_indices_keep_their_sizes(tmp_path: Path) -> None:
    """A list of whole numbers may be sizes, whose order matters."""
    code = """
import numpy as np


def cost(theta, sizes, data):
    n, h = sizes
    W, V = theta[:n * h].reshape(h, n), theta[n * h:].reshape(n, h)
    a = np.tanh(W @ data)
    d = V @ a - data
    g = (V.T @ d) * (1 - a ** 2)
    return 0.5 * np.sum(d ** 2), np.concatenate([(g @ data.T).ravel(), (d @ a.T).ravel()])


if __name__ == "__main__":
    theta = np.random.randn(24)
    print(cost(theta, [4, 3], np.random.randn(4, 5))[0])
"""
    report = check_code(tmp_path, code, "cost")
    assert report.right, report_text(report)
    assert [one.of for one in report.gradients] == ["theta"]
    assert np.size(report.gradients[0].target) == 24


def test_a_demo_writes_nothing(tmp_path: Path) -> None:
    """What it would write is left out, and the call is found all the same."""
    lines = [
        "np.save('{0}/a.npy', who)",
        "np.savez('{0}/b.npz', who)",
        "open('{0}/c.txt', 'w').write('c')",
        "from pathlib import Path; Path('{0}/d.txt').write_text('d')",
    ]
    written = "\n    ".join(one.format(tmp_path) for one in lines)
    code = RATINGS.replace("    model = Ratings()\n", f"    {written}\n    model = Ratings()\n")
    report = check_code(tmp_path, code, "Ratings")
    assert report.verdict == "right", report_text(report)
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["ratings.py"]
    (tmp_path / "after.txt").write_text("files are written again")
