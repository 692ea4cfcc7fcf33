"""Each known mistake is named."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, SIZES, check, failed, said

from twinprop.gradcheck.report import report_text

MISTAKES = [
    (("DxFromGradient", *LAYER), {"dx"}, "the gradient self.dW stands where the weight self.W belongs"),
    (("DxFromGradient", *LAYER), {"dx"}, "return dy @ self.dW.T"),
    (("DxFromGradient", "4", "4"), {"dx"}, "the gradient self.dW stands where the weight self.W belongs"),
    (("DxTransposed", "4", "4"), {"dx"}, "self.W is the wrong way round"),
    (("DxWithoutWeight", *LAYER), {"dx"}, "np.ones_like is applied once too often"),
    (("WeightTransposed", *LAYER), {"dW"}, "dy.T @ self.x is the wrong way round"),
    (("WeightTransposed", "4", "4"), {"dW"}, "dy.T @ self.x is the wrong way round"),
    (("BiasWrongAxis", *LAYER), {"db"}, "summed over axis 1, not over axis 0"),
    (("BiasNotSummed", *LAYER), {"db"}, "not summed over axis 0, that of the samples"),
    (("BiasWithoutAxis", *LAYER), {"db"}, "summed over everything, not over axis 0"),
    (("BiasFromWeight", *LAYER), {"db"}, "self.dW is summed in place of dy"),
    (("BiasMean", *LAYER), {"db"}, "the mean is taken where the sum belongs"),
    (("NeverFilled", *LAYER), {"dW"}, "0 everywhere"),
    (("WrongSign",), {"dx"}, "the sign is wrong"),
    (("NoMean",), {"dx"}, "divide by the count of all 20 numbers"),
    (("MeanTwice",), {"dx"}, "divided by the 5 samples, n, once too often"),
    (("NoMeanOfCrossEntropy",), {"dx"}, "1/n is missing"),
    (("ClippedWrongSign",), {"dx"}, "the sign is wrong"),
    (("SignAndMean",), {"dx"}, "the sign is wrong. Also, 5 times too large"),
    (("HalfMSE",), {"dx"}, "the 2 is missing that the derivative of a square has"),
    (("SigmoidWithoutDerivative",), {"dx"}, "that of sigmoid, self.a * (1 - self.a)"),
    (("SigmoidTakenForTanh",), {"dx"}, "(1 - self.a ** 2) stands where that of sigmoid belongs"),
    (("DiagonalSoftmax",), {"dx"}, "taken entry by entry"),
    (("ColumnsWithoutDerivative", *SIZES), {"dW1", "db1"}, "is missing: that of tanh, 1 - self.A1**2"),
    (("ColumnsDerivativeTwice", *SIZES), {"dW1", "db1"}, "the number 2 is wrong: 1 is right"),
    (("ColumnsFromGradient", *SIZES), {"dW1", "db1"}, "the gradient self.dW2 stands where the weight self.W2 belongs"),
    (("ColumnsFromGradient", *SIZES), {"dW1", "db1"}, "return self.dW2.T @ dZ2"),
    (("ColumnsWrongAxis", *SIZES), {"db1", "db2"}, "summed over axis 0, not over axis 1"),
    (("ColumnsTransposed", "4", "3", "3"), {"dW1", "db1"}, "self.W2 is the wrong way round"),
    (("SigmoidsAgain", *SIZES), {"dW1", "db1"}, "s stands where self.A1 belongs"),
    (("RegressionHalf", "4"), {"dw", "db"}, "the 2 is missing that the derivative of a square has"),
    (("RegressionWithoutMean", "4"), {"dw", "db"}, "1/n is missing: divide by the 5 samples"),
    (("LinearKeepdims", *LAYER), {"db"}, "leave out keepdims=True"),
    (("TanhOfOutput",), {"dx"}, "np.tanh is applied once too often"),
    (("DropoutWithoutScale",), {"dx"}, "the factor 1/(1 - self.p) is missing"),
    (("DropoutWithoutScale", "0.2"), {"dx"}, "the factor 1/(1 - self.p) is missing"),
    (("ReversedReLU",), {"dx"}, "the mask ~self.mask is the wrong way round"),
    (("ReLUsReversed", *SIZES), {"dW1", "db1"}, "the mask self.Z1 < 0 is the wrong way round"),
    (("ColumnsTanhOfOutput", *SIZES), {"dW1", "db1"}, "np.tanh is applied once too often"),
    (("ColumnsSigmoidForTanh", *SIZES), {"dW1", "db1"}, "stands where that of tanh belongs, 1 - self.A1**2"),
    (("SigmoidsOfInput", *SIZES), {"dW1", "db1"}, "self.Z1 stands where self.A1 belongs"),
    (("SlotsFactor",), {"dW"}, "7 is one factor too many"),
    (("NestedFactor",), {"grads[0]['W']"}, "the number 7 is wrong"),
    (("NestedFactor", "True"), {"layers[0]['dW']"}, "the number 7 is wrong"),
    (("HiddenWorkArrayFromGradient", *SIZES), {"dW1", "db1"}, "the gradient self.dW2 stands where the weight"),
]


@pytest.mark.parametrize(
    ("words", "wrong", "hint"), MISTAKES, ids=[f"{words[0]}-{hint[:20]}" for words, _, hint in MISTAKES]
)
def test_mistake_is_found_and_named(words: tuple[str, ...], wrong: set[str], hint: str) -> None:
    report = check(*words)
    assert failed(report) == wrong
    texts = said(report)
    assert set(texts) == wrong
    assert all(hint in texts[name] for name in wrong), texts
    assert "no known mistake" not in report_text(report)


def test_mistakes_in_combination_are_told_apart() -> None:
    report = check("Everything", *SIZES)
    texts = said(report)
    assert set(texts) == {"dW1", "db1", "dW2", "db2"}
    assert "the gradient self.dW2 stands where the weight self.W2 belongs" in texts["dW1"]
    assert "self.dW1 is summed in place of dZ1" in texts["db1"]
    assert "1/n is missing" in texts["dW2"]
    assert "1/n is missing" in texts["db2"]


@pytest.mark.parametrize(
    ("words", "shape"), [(("BiasWrongAxis", "4", "5"), [5, 4]), (("BiasWrongAxis", "5", "5"), [5, 5])]
)
def test_wrong_axis_is_named_where_the_shape_fits(words: tuple[str, ...], shape: list[int]) -> None:
    report = check(*words, shape=shape)
    assert failed(report) == {"db"}
    assert "summed over axis 1, not over axis 0" in said(report)["db"]


def test_two_mistakes_are_mended_one_after_the_other() -> None:
    texts = said(check("HalfKnown", *SIZES))
    assert "np.tanh is applied once too often" in texts["db1"]
    assert "0.1 is one term too many" in texts["dW1"]


def test_changed_input_is_a_note() -> None:
    report = check("ChangesItsInput")
    assert report.passed
    assert "changes its input x in place" in report_text(report)


def test_update_in_backward_is_told_beside_right_gradients() -> None:
    report = check("Updates", *LAYER)
    assert not failed(report)
    assert not report.passed
    assert "backward changes W" in said(report)[""]


def test_backward_with_a_while_is_not_edited() -> None:
    """An edit of what it counts might never end; the numbers still tell."""
    (text,) = said(check("PowerByWhile")).values()
    assert "the sign is wrong: a minus is lost, or one too many" in text
