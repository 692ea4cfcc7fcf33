"""Each known mistake is named."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, SIZES, check, failed, said

from twinprop.gradcheck.report import report_text

MISTAKES = [
    (("DxFromGradient", *LAYER), {"dx"}, "dW stands where the weight W belongs"),
    (("DxFromGradient", *LAYER), {"dx"}, "return dy @ self.dW.T"),
    (("DxFromGradient", "4", "4"), {"dx"}, "dW stands where the weight W belongs"),
    (("DxTransposed", "4", "4"), {"dx"}, "the weight W is the wrong way round"),
    (("DxWithoutWeight", *LAYER), {"dx"}, "W is not used"),
    (("WeightTransposed", *LAYER), {"dW"}, "the right gradient transposed"),
    (("WeightTransposed", "4", "4"), {"dW"}, "the right gradient transposed"),
    (("BiasWrongAxis", *LAYER), {"db"}, "summed over the wrong axis; the batch is axis 0"),
    (("BiasNotSummed", *LAYER), {"db"}, "not summed over the batch"),
    (("BiasWithoutAxis", *LAYER), {"db"}, "the sum over everything"),
    (("BiasFromWeight", *LAYER), {"db"}, "the sum of dW over axis 0"),
    (("BiasFromWeight", *LAYER), {"db"}, "np.sum(self.dW, axis=0)"),
    (("BiasMean", *LAYER), {"db"}, "5 times too small"),
    (("NeverFilled", *LAYER), {"dW"}, "0 everywhere"),
    (("Accumulates", *LAYER), {"dW", "db"}, "added to that of the call before"),
    (("WrongSign",), {"dx"}, "the sign is wrong"),
    (("NoMean",), {"dx"}, "20 times too large"),
    (("MeanTwice",), {"dx"}, "divided by n twice"),
    (("NoMeanOfCrossEntropy",), {"dx"}, "1/n is missing"),
    (("ClippedWrongSign",), {"dx"}, "the sign is wrong"),
    (("SignAndMean",), {"dx"}, "the sign is wrong. Also, 5 times too large"),
    (("HalfMSE",), {"dx"}, "2 (a - y)"),
    (("SigmoidWithoutDerivative",), {"dx"}, "the derivative of the function is missing"),
    (("SigmoidTakenForTanh",), {"dx"}, "1 - y²"),
    (("DiagonalSoftmax",), {"dx"}, "the diagonal"),
    (("ColumnsWithoutDerivative", *SIZES), {"dW1", "db1"}, "missing: right if multiplied by 1 - a²"),
    (("ColumnsDerivativeTwice", *SIZES), {"dW1", "db1"}, "is there twice"),
    (("ColumnsFromGradient", *SIZES), {"dW1", "db1"}, "W2 is not used"),
    (("ColumnsFromGradient", *SIZES), {"dW1", "db1"}, "Here dW2 stands in its place"),
    (("ColumnsWrongAxis", *SIZES), {"db1", "db2"}, "wrong axis; the batch is axis 1"),
    (("ColumnsTransposed", "4", "3", "3"), {"dW1", "db1"}, "W2 stands there the wrong way round"),
    (("SigmoidsAgain", *SIZES), {"dW1", "db1"}, "sigmoid is applied once more"),
    (("RegressionHalf", "4"), {"dw", "db"}, "half as large as it should be: the derivative of (a - y)²"),
    (("RegressionWithoutMean", "4"), {"dw", "db"}, "5 times too large, and there are 5 samples: 1/n is missing"),
    (("LinearKeepdims", *LAYER), {"db"}, "the numbers are right, the shape is not"),
    (("TanhOfOutput",), {"dx"}, "equal to dy times tanh'(y)"),
    (("DropoutWithoutScale",), {"dx"}, "by 2, as dropout does by 1/(1 - p)"),
    (("DropoutWithoutScale", "0.2"), {"dx"}, "by 1.25, as dropout does by 1/(1 - p)"),
    (("ReversedReLU",), {"dx"}, "a mask is the wrong way round"),
    (("ReLUsReversed", *SIZES), {"dW1", "db1"}, "a mask is the wrong way round"),
    (("ColumnsTanhOfOutput", *SIZES), {"dW1", "db1"}, "tanh is applied once more"),
    (("ColumnsSigmoidForTanh", *SIZES), {"dW1", "db1"}, "a (1 - a) stands where 1 - a² belongs"),
    (("SigmoidsOfInput", *SIZES), {"dW1", "db1"}, "z (1 - z) stands where a (1 - a) belongs"),
    (("SlotsFactor",), {"dW"}, "7 times the right gradient"),
    (("NestedFactor",), {"grads[0]['W']"}, "7 times the right gradient"),
    (("NestedFactor", "True"), {"layers[0]['dW']"}, "7 times the right gradient"),
    (("HiddenWorkArrayFromGradient", *SIZES), {"dW1", "db1"}, "Here dW2 stands in its place"),
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
    assert "W2 is not used" in texts["dW1"]
    assert "the sum of dW1 over axis 1" in texts["db1"]
    assert "1/n is missing" in texts["dW2"]
    assert "1/n is missing" in texts["db2"]


@pytest.mark.parametrize(
    ("words", "shape"), [(("BiasWrongAxis", "4", "5"), [5, 4]), (("BiasWrongAxis", "5", "5"), [5, 5])]
)
def test_wrong_axis_is_named_where_the_shape_fits(words: tuple[str, ...], shape: list[int]) -> None:
    report = check(*words, shape=shape)
    assert failed(report) == {"db"}
    assert "summed over the wrong axis; the batch is axis 0" in said(report)["db"]


def test_what_another_mistake_may_explain_is_not_called_unknown() -> None:
    texts = said(check("HalfKnown", *SIZES))
    assert "tanh is applied once more" in texts["db1"]
    assert "Mend the other mistakes first" in texts["dW1"]


def test_changed_input_is_a_note() -> None:
    report = check("ChangesItsInput")
    assert report.passed
    assert "changes its input x in place" in report_text(report)


def test_update_in_backward_is_told_beside_right_gradients() -> None:
    report = check("Updates", *LAYER)
    assert not failed(report)
    assert not report.passed
    assert "backward changes W" in said(report)[""]
