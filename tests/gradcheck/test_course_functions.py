"""Functions as courses ask for them: dicts of parameters and of options, sequences in columns, cells in loops."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import Report, report_text


def check(folder: Path, code: str, names: str) -> Report:
    file = folder / "course.py"
    file.write_text(f"import numpy as np\n{code}")
    return check_class(f"{file}:{names}")


SEQUENCE = """
def turn_forward(xt, a_prev, parameters):
    Wax, Waa, ba = parameters["Wax"], parameters["Waa"], parameters["ba"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev + ba)
    score = parameters["Wya"] @ a_next + parameters["by"]
    return a_next, score, (a_next, a_prev, xt, parameters)

def turn_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    d = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ d, "da_prev": parameters["Waa"].T @ d, "dWax": d @ xt.T,
        "dWaa": d @ a_prev.T, "dba": d.sum(axis=1, keepdims=True),
    }

def turns_forward(x, a0, parameters):
    features, count, steps = x.shape
    outputs, hidden = parameters["Wya"].shape
    a, scores, caches, at = np.zeros((hidden, count, steps)), np.zeros((outputs, count, steps)), [], a0
    for t in range(steps):
        at, scores[:, :, t], cache = turn_forward(x[:, :, t], at, parameters)
        a[:, :, t] = at
        caches.append(cache)
    return a, scores, (caches, x)

def turns_backward(da, caches):
    caches, x = caches
    dx, after, found = np.zeros(x.shape), 0, {}
    for t in reversed(range(da.shape[2])):
        one = turn_backward(da[:, :, t] + after, caches[t])
        dx[:, :, t], after = one["dxt"], one["da_prev"]
        for name in ("dWax", "dWaa", "dba"):
            found[name] = found.get(name, 0) + one[name]
    return {**found, "dx": dx, "da0": after}
"""
PARAMETERS = {"parameters['Wax']", "parameters['Waa']", "parameters['ba']"}


@pytest.mark.parametrize(("name", "beside"), [("turn_backward", "a_prev"), ("turns_backward", "a0")])
def test_a_recurrent_cell_and_its_sequence_in_columns(tmp_path: Path, name: str, beside: str) -> None:
    report = check(tmp_path, SEQUENCE, name)
    assert report.right, report_text(report)
    assert {gradient.of for gradient in report.gradients} == {*PARAMETERS, beside, "x"}
    wrong = SEQUENCE.replace('parameters["Waa"].T @ d', 'parameters["Waa"] @ d')
    assert not check(tmp_path, wrong, name).right


def test_a_bias_of_a_cell_in_columns_that_is_summed_over_the_wrong_axis(tmp_path: Path) -> None:
    wrong = SEQUENCE.replace("d.sum(axis=1, keepdims=True)", "d.sum(axis=0, keepdims=True)")
    assert failed(check(tmp_path, wrong, "turn_backward")) == {"backward()['dba']"}


OPTIONS = """
def centre_forward(x, gain, options):
    eps = options.get("eps", 1e-5)
    if options["mode"] == "test":
        return x, None
    spread = np.sqrt(x.var(axis=0) + eps)
    flat = (x - x.mean(axis=0)) / spread
    return gain * flat, (flat, gain, spread)

def dense_centre_forward(x, w, b, gain, options):
    z = x @ w + b
    out, cache = centre_forward(z, gain, options)
    return out, (x, w, cache)

def dense_centre_backward(dout, cache):
    x, w, (flat, gain, spread) = cache
    d = dout * gain
    dz = (d - d.mean(axis=0) - flat * (d * flat).mean(axis=0)) / spread
    return dz @ w.T, x.T @ dz, dz.sum(axis=0), (dout * flat).sum(axis=0)

def soft_forward(x, options):
    slope = options.get("slope", 0.1)
    return np.where(x > 0, x, slope * x), (x, slope)

def soft_backward(dout, cache):
    x, slope = cache
    return np.where(x > 0, dout, slope * dout)
"""


@pytest.mark.slow
def test_a_dict_of_options_that_is_passed_on_or_asked_with_get(tmp_path: Path) -> None:
    report = check(tmp_path, OPTIONS, "dense_centre_backward")
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["w", "b", "gain", "x"]
    assert check(tmp_path, OPTIONS, "soft_backward").right
    wrong = OPTIONS.replace("- d.mean(axis=0) - flat", "- flat").replace("dout, slope * dout", "slope * dout, dout")
    assert "backward()[0]" in failed(check(tmp_path, wrong, "dense_centre_backward"))
    assert not check(tmp_path, wrong, "soft_backward").right


WORDS = """
def centre_loss(centre, at, outside):
    z = outside @ centre
    e = np.exp(z - z.max())
    p = e / e.sum()
    d = p.copy()
    d[at] -= 1
    return z.max() + np.log(e.sum()) - z[at], outside.T @ d, np.outer(d, centre)

def steps_loss(x, y, mask):
    n, steps, classes = x.shape
    flat = x.reshape(n * steps, classes)
    e = np.exp(flat - flat.max(axis=1, keepdims=True))
    rows, labels, seen = np.arange(n * steps), y.reshape(-1), mask.reshape(-1)
    logs = flat - flat.max(axis=1, keepdims=True) - np.log(e.sum(axis=1, keepdims=True))
    d = e / e.sum(axis=1, keepdims=True)
    d[rows, labels] -= 1
    return -(seen * logs[rows, labels]).sum() / n, (d * seen[:, None] / n).reshape(x.shape)
"""


@pytest.mark.parametrize(
    ("name", "of", "right", "wrong"),
    [
        ("centre_loss", ["outside", "x"], "np.outer(d, centre)", "np.outer(p, centre)"),
        ("steps_loss", ["x"], "d * seen[:, None] / n", "d / n"),
    ],
)
def test_a_loss_of_a_vector_and_one_of_each_step(
    tmp_path: Path, name: str, of: list[str], right: str, wrong: str
) -> None:
    report = check(tmp_path, WORDS, name)
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == of
    assert not check(tmp_path, WORDS.replace(right, wrong), name).right


GROUPS = """
def split_forward(x, gamma, G):
    n, c, h, w = x.shape
    parts = x.reshape(n, G, c // G, h, w)
    flat = (parts - parts.mean(axis=(2, 3, 4), keepdims=True)).reshape(x.shape)
    return gamma * flat, (gamma, flat, G)

def split_backward(dout, cache):
    gamma, flat, G = cache
    n, c, h, w = dout.shape
    d = (dout * gamma).reshape(n, G, c // G, h, w)
    dx = (d - d.mean(axis=(2, 3, 4), keepdims=True)).reshape(dout.shape)
    return dx, (dout * flat).sum(axis=(0, 2, 3), keepdims=True)
"""


def test_a_number_of_groups(tmp_path: Path) -> None:
    report = check(tmp_path, GROUPS, "split_backward")
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["gamma", "x"]
    wrong = GROUPS.replace("(d - d.mean(axis=(2, 3, 4)", "(d - d.mean(axis=(3, 4)")
    assert failed(check(tmp_path, wrong, "split_backward")) == {"dx"}


THREE = """
def begin(sizes):
    made = {}
    for at in range(1, len(sizes)):
        made[f"W{at}"] = 0.5 * np.random.randn(sizes[at], sizes[at - 1])
        made[f"b{at}"] = np.zeros((sizes[at], 1))
    return made

def init_parameters(sizes):
    return begin(sizes)

def forward_pass(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = np.tanh(parameters["W2"] @ A1 + parameters["b2"])
    A3 = 1 / (1 + np.exp(-(parameters["W3"] @ A2 + parameters["b3"])))
    return A3, (A1, A2, A3, parameters["W2"], parameters["W3"])

def compute_cost(A3, Y):
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1]

def backward_pass(X, Y, cache):
    A1, A2, A3, W2, W3 = cache
    d3 = (A3 - Y) / X.shape[1]
    d2 = W3.T @ d3 * (1 - A2**2)
    d1 = W2.T @ d2 * (1 - A1**2)
    found = {}
    for number, d, below in ((1, d1, X), (2, d2, A1), (3, d3, A2)):
        found[f"dW{number}"], found[f"db{number}"] = d @ below.T, d.sum(axis=1, keepdims=True)
    return found
"""
ADAM = """
def adam_step(parameters, found, m, v, t, learning_rate):
    for name in parameters:
        m[name] = 0.9 * m[name] + 0.1 * found[f"d{name}"]
        v[name] = 0.99 * v[name] + 0.01 * found[f"d{name}"] ** 2
        step = m[name] / (1 - 0.9**t) / (np.sqrt(v[name] / (1 - 0.99**t)) + 1e-8)
        parameters[name] = parameters[name] - learning_rate * step
    return parameters

def model(X, Y, layer_sizes, learning_rate=0.1, epochs=10):
    parameters = init_parameters(layer_sizes)
    m = {name: np.zeros_like(one) for name, one in parameters.items()}
    v = {name: np.zeros_like(one) for name, one in parameters.items()}
    for t in range(1, epochs + 1):
        A3, cache = forward_pass(X, parameters)
        found = backward_pass(X, Y, cache)
        parameters = adam_step(parameters, found, m, v, t, learning_rate)
    return parameters
"""


@pytest.mark.slow
def test_as_many_layers_as_forward_reads_though_they_are_trained_by_adam(tmp_path: Path) -> None:
    report = check(tmp_path, THREE + ADAM, "backward_pass")
    assert report.right, report_text(report)
    assert report.title.startswith("forward_pass, backward_pass")
    assert len(report.gradients) == 6
    wrong = THREE.replace("W2.T @ d2 * (1 - A1**2)", "W2.T @ d2 * (1 - A2.mean() ** 2)")
    assert failed(check(tmp_path, wrong + ADAM, "backward_pass")) == {"backward()['dW1']", "backward()['db1']"}


def test_a_script_whose_loop_cannot_be_run_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "letters.py").write_text(
        "import numpy as np\n"
        "text = open('nowhere.txt').read()\n"
        "W = np.random.randn(len(set(text)), 3)\n"
        "while True:\n"
        "    W -= 0.1 * text.gradient(W)\n"
    )
    with pytest.raises(SubjectError, match=r"no loop there runs.*letters.py:NAME"):
        check_class(f"{tmp_path}/letters.py")


ONE_STEP = """
def sig(z):
    return 1 / (1 + np.exp(-z))

def pass_both_ways(w, b, X, Y):
    m = X.shape[1]
    A = sig(w.T @ X + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    grads = {"dw": X @ (A - Y).T / m, "db": np.sum(A - Y) / m}
    return grads, cost
"""


def test_a_function_that_returns_its_gradients_before_its_cost(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_STEP, "pass_both_ways")
    assert report.right, report_text(report)
    assert [one.of for one in report.gradients] == ["w", "b"]
    wrong = check(tmp_path, ONE_STEP.replace("np.sum(A - Y) / m", "np.sum(A - Y)"), "pass_both_ways")
    assert [one.of for one in wrong.gradients if not one.passed] == ["b"], report_text(wrong)


ONE_FEATURE = """
def total_cost(x, y, w, b):
    m, total = x.shape[0], 0
    for i in range(m):
        total += (w * x[i] + b - y[i]) ** 2
    return total / (2 * m)

def total_gradient(x, y, w, b):
    m, dw, db = x.shape[0], 0, 0
    for i in range(m):
        dw += (w * x[i] + b - y[i]) * x[i]
        db += w * x[i] + b - y[i]
    return dw / m, db / m
"""


def test_a_cost_of_one_feature_is_one_number(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_FEATURE, "total_gradient")
    assert report.right, report_text(report)
    assert "x (5,)" in report.given
    wrong = check(tmp_path, ONE_FEATURE.replace("* x[i]\n        db", "* w\n        db"), "total_gradient")
    assert [one.of for one in wrong.gradients if not one.passed] == ["w"], report_text(wrong)


IN_A_DICT = """
import numpy as np

def initialize(n0, n1, n2):
    one = {"W1": np.random.randn(n1, n0), "b1": np.zeros((n1, 1))}
    return one | {"W2": np.random.randn(n2, n1), "b2": np.zeros((n2, 1))}

def forward_propagation(X, parameters):
    A1 = 1 / (1 + np.exp(-(parameters["W1"] @ X + parameters["b1"])))
    A2 = 1 / (1 + np.exp(-(parameters["W2"] @ A1 + parameters["b2"])))
    return {"A1": A1, "A2": A2}

def back_propagation(X, y, parametres, activations):
    A1, A2 = activations["A1"], activations["A2"]
    m = y.shape[1]
    dZ2 = A2 - y
    dZ1 = parametres["W2"].T @ dZ2 * A1 * (1 - A1)
    gradients = {"dW2": dZ2 @ A1.T / m, "db2": dZ2.sum(1, keepdims=True) / m}
    return gradients | {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(1, keepdims=True) / m}

def predict(X, parameters):
    return forward_propagation(X, parameters)["A2"] >= 0.5
"""


@pytest.mark.parametrize("mistake", ["", pytest.param(" * A1 * (1 - A1)", marks=pytest.mark.slow)])
def test_a_dict_is_known_by_its_keys(tmp_path: Path, mistake: str) -> None:
    """Whatever it is called where it is read: `parametres`, and the dict that forward returns without a name."""
    (tmp_path / "course.py").write_text(IN_A_DICT.replace(mistake, ""))
    report = check_class(f"{tmp_path}/course.py")
    assert report.title.startswith("forward_propagation, back_propagation")
    assert len(report.gradients) == 4
    assert report.right is not bool(mistake), report_text(report)


LISTED = """
import numpy as np

LAYER_PLAN = [{"size_in": 2, "size_out": 5, "kind": "relu"}, {"size_in": 5, "size_out": 1, "kind": "sigmoid"}]

def init_layers(layer_plan):
    values = {}
    for at, one in enumerate(layer_plan, 1):
        values[f"W{at}"] = np.random.randn(one["size_out"], one["size_in"])
        values[f"b{at}"] = np.zeros((one["size_out"], 1))
    return values

def full_forward(X, values, layer_plan):
    memory, A = {}, X
    for at, one in enumerate(layer_plan, 1):
        memory[f"A{at - 1}"] = A
        Z = values[f"W{at}"] @ A + values[f"b{at}"]
        A = np.maximum(0, Z) if one["kind"] == "relu" else 1 / (1 + np.exp(-Z))
        memory[f"Z{at}"] = Z
    return A, memory

def full_backward(Y_hat, Y, memory, values, layer_plan):
    grads, m = {}, Y.shape[1]
    dA = -(Y / Y_hat - (1 - Y) / (1 - Y_hat))
    for at, one in reversed(list(enumerate(layer_plan, 1))):
        s = 1 / (1 + np.exp(-memory[f"Z{at}"]))
        dZ = dA * (memory[f"Z{at}"] > 0) if one["kind"] == "relu" else dA * s * (1 - s)
        grads[f"dW{at}"], grads[f"db{at}"] = dZ @ memory[f"A{at - 1}"].T / m, dZ.sum(1, keepdims=True) / m
        dA = values[f"W{at}"].T @ dZ
    return grads
"""


@pytest.mark.parametrize("mistake", ["", " / m, dZ.sum"])
def test_layers_that_a_list_of_the_module_tells(tmp_path: Path, mistake: str) -> None:
    (tmp_path / "plan.py").write_text(LISTED.replace(mistake, ", dZ.sum") if mistake else LISTED)
    report = check_class(f"{tmp_path}/plan.py")
    assert {one.of for one in report.gradients} == {f"values['{name}']" for name in ("W1", "W2", "b1", "b2")}
    assert failed(report) == ({"backward()['dW1']", "backward()['dW2']"} if mistake else set()), report_text(report)


PAIRED = """
import numpy as np

def start(sizes):
    return [(np.random.randn(m, n), np.zeros(n)) for m, n in zip(sizes[:-1], sizes[1:])]

def predict(params, x):
    kept = [x]
    for w, b in params[:-1]:
        kept.append(np.tanh(kept[-1] @ w + b))
    w, b = params[-1]
    return kept[-1] @ w + b, kept

def grad_loss(params, x, y):
    out, kept = predict(params, x)
    d, found = (out - y) / len(x), []
    for at in reversed(range(len(params))):
        found.insert(0, (kept[at].T @ d, d.sum(axis=0)))
        d = d @ params[at][0].T * (1 - kept[at] ** 2)
    return found

params = start([2, 8, 1])
X = np.random.randn(50, 2)
Y = X[:, :1] * X[:, 1:]
for epoch in range(100):
    grads = grad_loss(params, X, Y)
    params = [(w - 0.1 * dw, b - 0.1 * db) for (w, b), (dw, db) in zip(params, grads)]
"""


@pytest.mark.parametrize("mistake", ["", pytest.param("(1 - kept[at] ** 2)", marks=pytest.mark.slow)])
def test_weights_in_tuples_of_a_list(tmp_path: Path, mistake: str) -> None:
    (tmp_path / "pairs.py").write_text(PAIRED.replace(mistake, "(1 - kept[at])") if mistake else PAIRED)
    report = check_class(f"{tmp_path}/pairs.py")
    assert len(report.gradients) == 4
    assert {one.of for one in report.gradients if not one.passed} == (
        {"params[0][0]", "params[0][1]"} if mistake else set()
    ), report_text(report)


COSTS = """
import numpy as np

def forward_propagation_n(X, Y, parameters):
    m = X.shape[1]
    W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(0, Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = 1 / (1 + np.exp(-Z2))
    cost = 1. / m * np.sum(-np.log(A2) * Y - np.log(1 - A2) * (1 - Y))
    cache = (Z1, A1, W1, b1, Z2, A2, W2, b2)
    return cost, cache

def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2) = cache
    dZ2 = A2 - Y
    dW2 = 1. / m * np.dot(dZ2, A1.T)
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(W2.T, dZ2), np.int64(A1 > 0))
    dW1 = 1. / m * np.dot(dZ1, X.T)
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dZ1": dZ1, "dW1": dW1, "db1": db1}

def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    raise NotImplementedError
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong", "told"),
    [
        ("", "", set(), ""),
        ("np.dot(dZ2, A1.T)", "np.dot(dZ2, A1.T) * 2", {"dW2"}, "2 is one factor too many"),
        ("db1 = 1. / m", "db1 = 4. / m", {"db1"}, "4 is one factor too many"),
    ],
)
def test_a_cost_and_a_cache(tmp_path: Path, old: str, new: str, wrong: set[str], told: str) -> None:
    """Forward is given the targets; what checks gradients does not go back."""
    (tmp_path / "course.py").write_text(COSTS.replace(old, new) if old else COSTS)
    report = check_class(f"{tmp_path}/course.py")
    assert report.title == "forward_propagation_n, backward_propagation_n"
    assert failed(report) == {f"backward()['{name}']" for name in wrong}, report_text(report)
    assert told in " ".join(text for _, text in report.mistakes)
