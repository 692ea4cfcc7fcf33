"""One update on paper: its numbers are those that one finds with a pencil, and those of PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from twinprop.app.compose import compose
from twinprop.commands import step
from twinprop.commands.step.forms import Sections, latex, markdown, plain, text
from twinprop.errors import TwinpropError

SMALL = ["data=moons", "model.hidden=[3]", "train.batch_size=2"]


def by_name(sections: Sections) -> dict[str, np.ndarray]:
    return {plain(line.name): np.asarray(line.value) for _, lines in sections for line in lines}


def test_numbers_are_those_of_a_pencil() -> None:
    sections, difference = step.worked(compose([*SMALL, "model.activation=sigmoid", "optimizer.lr=0.5"]), 2)
    found = by_name(sections)
    assert difference < 1e-12
    x, w1, w2 = found["X"], found["W_1"], found["W_out"]
    np.testing.assert_array_equal(w1, w1.round(2))
    z1 = x @ w1.T + found["b_1"]
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ w2.T + found["b_out"]
    p = np.exp(z2) / np.exp(z2).sum(1, keepdims=True)
    np.testing.assert_allclose(found["Z_1"], z1, rtol=1e-12)
    np.testing.assert_allclose(found["L"], -np.log((p * found["Y"]).sum(1)).mean(), rtol=1e-12)
    d2 = (p - found["Y"]) / 2
    d1 = d2 @ w2 * a1 * (1 - a1)
    np.testing.assert_allclose(found["∂L/∂W_out"], d2.T @ a1, rtol=1e-10)
    np.testing.assert_allclose(found["∂L/∂b_1"], d1.sum(0), rtol=1e-10)
    np.testing.assert_allclose(found["∂L/∂W_1"], d1.T @ x, rtol=1e-10)
    np.testing.assert_allclose(found["W_1^new"], w1 - 0.5 * d1.T @ x, rtol=1e-10)


@pytest.mark.parametrize(
    "words",
    [
        "model.activation=relu optimizer=adam loss=mse model.hidden=[2,2]",
        "model.activation=gelu optimizer=rmsprop model.output_activation=sigmoid loss=mse",
        "optimizer=sgd optimizer.momentum=0.9 optimizer.nesterov=true optimizer.weight_decay=0.1 model.hidden=[]",
        "model.activation=elu optimizer=adamw loss.label_smoothing=0.1",
        "model.activation=softplus optimizer=adagrad loss=huber",
    ],
)
def test_every_form_says_all_and_pytorch_agrees(words: str) -> None:
    given = words.split()
    keys = {word.partition("=")[0] for word in given}
    config = compose([*(word for word in SMALL if word.partition("=")[0] not in keys), *given])
    sections, difference = step.worked(config, 2)
    assert difference < 1e-9
    for form in (text, markdown, latex):
        told = form(sections, 4)
        assert all(title in told for title, _ in sections)
    assert latex(sections, 4).count(r"\begin{pmatrix}") == latex(sections, 4).count(r"\end{pmatrix}") > 5
    left = [mark for mark in text(sections, 4) if mark in "\\{}"]
    assert not left, text(sections, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data=digits"], "too many for paper"),
        ([*SMALL, "model.dropout=0.5"], "dropout is not worked out"),
        ([*SMALL, "scheduler=cosine"], "without schedules"),
    ],
)
def test_what_is_not_for_paper_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(TwinpropError, match=said):
        step.worked(compose(words), 2)
