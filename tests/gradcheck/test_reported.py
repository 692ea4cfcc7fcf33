"""Code as others wrote it, that an earlier check did not run, judged wrongly, or explained wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import LAYER, said

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

FOLDER = Path(__file__).parent / "reported"

CASES = [
    ("shared_array:Net", LAYER, "right", ""),
    ("shared_array_not_zero:Net", LAYER, "right", ""),
    ("update_inside:Dense", LAYER, "right", "backward changes W, b itself"),
    ("update_inside:DenseOwnRate", LAYER, "right", "backward changes W, b itself"),
    ("update_inside:UpdateFirst", LAYER, "wrong", "computed after the update"),
    ("forward_x_backward_xy:Net", LAYER, "right", ""),
    *(
        (f"names:{name}", LAYER, "right", "")
        for name in ("DLdW", "Gradient", "Short", "Private", "ParamsDict", "ValGrad")
    ),
    ("returns:Output", LAYER, "right", "dinputs"),
    ("returns:Tuple", LAYER, "right", "All 3 gradients"),
    ("returns:LossAndProbabilities", (), "right, but", "the logarithm of the softmax"),
    ("returns:LossAndGrads", LAYER, "right", ""),
    ("returns:SetX", (), "right", "dx"),
    ("softmax_labels_advice:Loss", (), "right, but", "the logarithm of the softmax"),
    ("one_sample_bias_hint:Layer", LAYER, "wrong", "the derivative of the activation is missing"),
    ("rnn_transpose:RNN", (*LAYER, "6"), "wrong", "Whh is the wrong way round"),
    ("rnn_right:RNN", (*LAYER, "6"), "right", ""),
    ("pair:Softmax", (), "right, but", "--layer FILE:Softmax,CrossEntropy"),
    ("pair:CrossEntropy", (), "right, but", "--layer FILE:Softmax,CrossEntropy"),
    ("pair:Softmax,CrossEntropy", (), "right", ""),
    ("pair:Net", LAYER, "right, but", "--layer FILE:Softmax,CrossEntropy"),
    ("stale_cache:Dense", LAYER, "wrong", "a second batch gets gradients of the first"),
    ("stale_cache:ReLU", (), "wrong", "a second batch gets gradients of the first"),
    ("right_but_exit_1:CrossEntropy", (), "right, but", "0 · log 0 is nan"),
    ("accumulates:Linear", LAYER, "right", "add up over calls"),
    ("vector_target:Net", LAYER, "right, but", "given x (4,), y (3,) onehot"),
    ("one_column:Dense", LAYER, "right, but", "right for one sample alone"),
    ("silent:Swish", (), "wrong", "dLdbeta is 7"),
    ("silent:Lazy", ("3",), "wrong", "7 is one factor too many"),
    ("silent:LazyNamed", ("3",), "wrong", "7 is one factor too many"),
    ("arrays_in_constructor:Affine", (), "right", "All 3 gradients"),
    ("arrays_in_constructor:Affine", ("4x3", "3x"), "right", "Affine(4×3, 3)"),
    ("entrywise_softmax_network:Net", LAYER, "wrong", "taken entry by entry"),
    ("clipped:Bias", ("4",), "wrong", "clipped to [-1, 1]"),
    ("keepdims:Dense", LAYER, "right", "All 3 gradients"),
    ("functions", (), "wrong", "summed over everything"),
    ("functions:forward_prop,back_prop", (), "wrong", "summed over everything"),
    ("one_sample_dense_grad_of_one_output:Softmax", (), "right, but", "one entry that is not 0"),
    ("layer_with_activation:Layer", LAYER, "wrong", "the derivative of the activation is missing"),
    ("whole_numbers:Layer", (), "wrong", "7 is one factor too many"),
    ("flag:Dropout", (), "right", "training=True"),
]


@pytest.mark.parametrize(("spec", "words", "verdict", "part"), CASES, ids=[case[0] for case in CASES])
def test_verdict_and_hint(spec: str, words: tuple[str, ...], verdict: str, part: str) -> None:
    name, _, classes = spec.partition(":")
    report = check_class(f"{FOLDER / name}.py{':' if classes else ''}{classes}", words)
    text = report_text(report)
    assert report.verdict == verdict, text
    assert part in " ".join(text.split()), text
    assert len(report.mistakes) <= 2, text


def test_one_column_is_right_where_it_is_asked_for() -> None:
    report = check_class(f"{FOLDER / 'one_column'}.py:Dense", LAYER, shape=[4, 1])
    assert report.verdict == "right"


def test_a_bias_of_one_sample_is_not_said_to_be_summed_from_the_weight() -> None:
    report = check_class(f"{FOLDER / 'one_sample_bias_hint'}.py:Layer", LAYER)
    assert set(said(report)) == {"dW", "db", "dx"}
    assert "the sum of dW" not in report_text(report)
    assert "wrong way round" not in report_text(report)
