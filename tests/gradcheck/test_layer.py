"""Classes as students write them: sound ones pass, and each known mistake is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.twins import sampling

from twinprop.gradcheck import extremes
from twinprop.gradcheck.inputs import choose
from twinprop.gradcheck.layer import Report, check_layer, describe
from twinprop.gradcheck.subject import Subject, SubjectError

CLASSES = Path(__file__).with_name("classes.py")
SIZES = ["4", "6", "3"]


def check(name: str, *words: str, **options: Any) -> Report:
    return check_layer(f"{CLASSES}:{name}", words, **options)


def said(report: Report) -> dict[str, str]:
    """What is said about each gradient; under "" what is about none."""
    texts: dict[str, str] = {}
    for names, text in report.mistakes:
        for name in names or [""]:
            texts[name] = f"{texts.get(name, '')} {text}"
    return texts


def failed(report: Report) -> set[str]:
    return {gradient.name for gradient in report.gradients if not gradient.passed}


SOUND = [
    ("Linear", "4", "3"),
    ("TorchLinear", "4", "3"),
    ("ReLU",),
    ("Sigmoid",),
    ("Softmax",),
    ("Log",),
    ("Exp",),
    ("Kinks",),
    ("Dropout", "p=0.3"),
    ("BatchNorm", "4"),
    ("CrossEntropy",),
    ("MSE",),
    ("NLL",),
    ("ClippedBCE",),
    ("ClippedNLL",),
    ("Columns", *SIZES),
    ("Sigmoids", *SIZES),
    ("Stack", "[4,6,5,3]"),
    ("Dicts", "4", "3"),
    ("Lists", "[4,6,3]"),
    ("HiddenWorkArray", *SIZES),
    ("Slots",),
    ("Nested",),
    ("Nested", "True"),
    ("Regression", "4"),
    ("Logistic", "4"),
    ("ReLUs", *SIZES),
    ("Momentum", "4", "3"),
    ("Numbers",),
    ("BiasFromNumber", "4", "3"),
    ("Offset", "1e3", "1e-9"),
    ("Offset", "1e8", "0.1"),
]


@pytest.mark.parametrize("words", SOUND, ids=lambda words: words[0])
@pytest.mark.parametrize("seed", range(4))
def test_sound_classes_pass(words: tuple[str, ...], seed: int) -> None:
    report = check(*words, seed=seed)
    assert report.passed, describe(report)
    assert report.gradients
    assert "agree" in describe(report)


LAYER = ("4", "3")
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
    assert "no known mistake" not in describe(report)


@pytest.mark.parametrize(
    ("words", "hints"),
    [
        (("UnshiftedSoftmax",), ["the exponential of a softmax overflows"]),
        (("UnshiftedCrossEntropy",), ["the exponential of a softmax overflows", "the logarithm of 0"]),
        (("UnshiftedLogSumExp",), ["the exponential of a softmax overflows"]),
        (("LogOfSoftmax",), ["the logarithm of 0"]),
        (("ColumnsUnshifted", *SIZES), ["the exponential of a softmax overflows", "the logarithm of 0"]),
        (("LogOfProbabilities",), ["0 · log 0 is nan", "before the softmax"]),
        (("UnclippedBCE",), ["0 · log 0 is nan", "before the sigmoid", "np.maximum(z, 0) - z * y"]),
        (("NaiveSigmoid",), ["the exponential overflows", "np.where(z >= 0, 1, e) / (1 + e)"]),
        (("NaiveSoftplus",), ["the exponential overflows", "np.log1p(e)"]),
        (("NaiveTanh",), ["the exponential overflows", "np.tanh(z)"]),
        (("LogisticOfSigmoid", "4"), ["the logarithm of 0", "np.maximum(z, 0) - z * y"]),
        (("Updates", *LAYER), ["backward changes W"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_mistake_beside_right_gradients(words: tuple[str, ...], hints: list[str]) -> None:
    report = check(*words)
    assert not failed(report)
    assert not report.passed
    assert all(hint in said(report)[""] for hint in hints)
    assert ("softmax" in "".join(hints)) or "largest number of each row" not in said(report)[""]


def test_overflow_is_told_with_its_line_and_log_softmax_is_not_called_unshifted() -> None:
    (text,) = [text for _, text in check("LogOfSoftmax").mistakes]
    assert "classes.py:" in text
    assert "return -np.log(self.p" in text
    assert "overflows" not in text


def test_mistakes_in_combination_are_told_apart() -> None:
    report = check("Everything", *SIZES)
    texts = said(report)
    assert set(texts) == {"dW1", "db1", "dW2", "db2"}
    assert "W2 is not used" in texts["dW1"]
    assert "the sum of dW1 over axis 1" in texts["db1"]
    assert "1/n is missing" in texts["dW2"]
    assert "1/n is missing" in texts["db2"]


def test_forgotten_gradient_and_constants() -> None:
    assert "no gradient was found" in said(check("NoBiasGradient", *LAYER))["b"]
    assert not check("Masked", *LAYER).passed
    assert check("Masked", *LAYER, constants=["mask"]).passed
    with pytest.raises(SubjectError, match="W, b, mask"):
        check("Masked", *LAYER, constants=["mast"])


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


def test_work_arrays_are_no_parameters() -> None:
    report = check("WorkArrays", *LAYER, shape=[5, 4])
    assert report.passed, describe(report)
    assert [gradient.of for gradient in report.gradients] == ["W", "b", "x"]


def test_parameter_that_forward_forgets_is_told() -> None:
    assert failed(check("ForgottenBias", *LAYER)) == {"db"}


def test_plain_numbers_are_parameters_where_they_have_a_gradient() -> None:
    assert [gradient.of for gradient in check("Numbers").gradients] == ["a", "b", "x"]
    assert [gradient.target.shape for gradient in check("BiasFromNumber", *LAYER).gradients] == [(4, 3), (3,), (5, 4)]
    assert failed(check("NumbersFactor")) == {"da", "db"}


def test_gradients_of_no_known_parameter_are_told() -> None:
    report = check("Tuples")
    assert report.unchecked == ["dlayers", "grads['b']"]
    assert "The gradient agrees. Not checked: dlayers, grads['b']" in describe(report)
    for words in SOUND:
        assert not check(*words).unchecked or words[0] == "Numbers", words


@pytest.mark.parametrize("sizes", [("1e3", "1e-9"), ("1e8", "0.1")])
def test_rounding_hides_no_mistake(sizes: tuple[str, str]) -> None:
    assert failed(check("OffsetFactor", *sizes)) == {"dx"}


def test_layer_that_returns_no_dx() -> None:
    assert "returns dx" in said(check("NoDx", *LAYER))["x"]


def test_wrong_shape_of_dx() -> None:
    assert "has shape (4,)" in describe(check("WrongDxShape"))


def test_worst_entry_is_the_worst() -> None:
    report = check("SigmoidWithoutDerivative")
    (gradient,) = report.gradients
    compared = gradient.comparison
    assert compared is not None
    ratio = np.abs(compared.analytic - compared.numeric) / np.maximum(
        np.abs(compared.analytic), np.abs(compared.numeric)
    )
    assert compared.worst == np.unravel_index(ratio.argmax(), ratio.shape)
    text = describe(report)
    assert f"dx[{compared.worst[0]}, {compared.worst[1]}] is {compared.analytic[compared.worst]:.6g}" in text
    assert f"{compared.numeric[compared.worst]:.6g}" in text


def test_kinks_are_counted_and_never_wrong() -> None:
    (gradient,) = check("Kinks").gradients
    assert gradient.comparison is not None
    assert gradient.comparison.doubtful == (gradient.target > 0.3).sum() > 0
    report = check("Kinks", "True")
    assert not report.passed
    assert "no entry could be compared" in describe(report)


def test_changed_input_is_a_note() -> None:
    report = check("ChangesItsInput")
    assert report.passed
    assert "changes its input x in place" in describe(report)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("NoForward",), ["has no forward"]),
        (("NoBackward",), ["has no backward"]),
        (("Nothing",), ["returned nothing"]),
        (("Raises",), ["classes.py:", "x * undefined", "NameError"]),
        (("RaisesInBackward", *LAYER), ["backward raised", "self.W.T @ self.x", "ValueError"]),
        (("DxTransposed", *LAYER), ["classes.py:", "return dy @ self.W", "the wrong way round"]),
        (("RaisesWhenMade",), ["RaisesWhenMade() raised", "no room"]),
        (("Linear",), ["TypeError", "--args"]),
        (("Linear", "4", "3", "2"), ["TypeError"]),
        (("LossOfEach",), ["shape (5,)", "mean over samples"]),
        (("Coarse",), ["float32"]),
        (("Random",), ["other numbers for the same input"]),
        (("TwoArguments",), ["backward(dy, cache)"]),
        (("NoGradients",), ["self.dW"]),
        (("ReturnsTuple", *LAYER), ["returned a tuple", "self.dW"]),
        (("ListOfGradients", *LAYER), ["dW is a list"]),
        (("Lineer",), ["has no Lineer", "Did you mean 'Linear'"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_broken_contract_is_one_message(words: tuple[str, ...], parts: list[str]) -> None:
    with pytest.raises(SubjectError) as caught:
        check(*words)
    text = str(caught.value)
    assert all(part in text for part in parts), text
    assert "gradcheck/layer.py" not in text
    assert len(text.splitlines()) <= 4


def test_input_that_does_not_fit_says_what_to_do() -> None:
    with pytest.raises(SubjectError, match=r"classes\.py") as caught:
        check("Linear", *LAYER, shape=[5, 7])
    assert "(5, 7)" in str(caught.value)
    report = check("ReLU", shape=[2, 3, 4, 4])
    assert report.passed
    assert report.gradients[0].target.shape == (2, 3, 4, 4)


def test_columns_are_recognised_in_a_given_shape() -> None:
    report = check("Columns", *SIZES, shape=[4, 9])
    assert report.passed
    assert "columns" in report.fed


@pytest.mark.parametrize(("targets", "name"), [("labels", "CrossEntropy"), ("onehot", "MSE"), ("real", "MSE")])
def test_targets_can_be_chosen(targets: str, name: str) -> None:
    report = check(name, targets=targets)
    assert report.passed
    assert targets in report.fed


def test_module_is_found_from_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helper_of_mine.py").write_text("SCALE = 2.0\n")
    (tmp_path / "net_of_mine.py").write_text(
        "from helper_of_mine import SCALE\nclass Double:\n    def forward(self, x):\n        return SCALE * x\n"
        "    def backward(self, dy):\n        return SCALE * dy\n"
    )
    (tmp_path / "torn_of_mine.py").write_text("import numpy\n\ndef f(:\n")
    (tmp_path / "needy_of_mine.py").write_text("import no_such_package\n")
    monkeypatch.chdir(tmp_path)
    assert check_layer("net_of_mine:Double").passed
    assert check_layer("net_of_mine.py:Double").passed
    for spec, part in [
        ("net_of_me:Double", "Did you mean 'net_of_mine'"),
        ("torn_of_mine:Double", "torn_of_mine.py:3"),
        ("needy_of_mine:Double", "no_such_package"),
        ("none.py:Double", "there is no file"),
        ("net_of_mine", "module:Class"),
    ]:
        with pytest.raises(SubjectError, match=part):
            check_layer(spec)


def test_sizes_are_told_apart() -> None:
    """The number of samples is none of the other sizes; and targets of a wrong shape that broadcast are noticed."""
    assert "x (7, 5)" in check("Linear", "5", "6").fed
    report = check("Columns", "2", "6", "3", shape=[2, 2])
    assert report.passed
    assert "y (3, 2)" in report.fed
    report = check("Columns", "2", "6", "1", shape=[2, 2])
    assert report.passed
    assert "y (1, 2)" in report.fed


@pytest.mark.parametrize("shape", [[5], [5, 1], [5, 3]])
@pytest.mark.parametrize("name", ["ClippedBCE", "MSE"])
def test_losses_of_one_number_for_each_sample(name: str, shape: list[int]) -> None:
    report = check(name, shape=shape)
    assert report.passed, describe(report)
    assert str(tuple(shape)) in report.fed.partition(" y ")[2]
    assert not check("BCEOfOnesOnly", shape=shape).passed


def test_vector_outputs_get_vector_targets() -> None:
    assert "y (5,) binary" in check("Logistic", "4").fed
    assert "y (5,) labels" in check("Logistic", "4", targets="labels").fed
    assert "y (5, 3) onehot" in check("Dicts", "4", "3").fed


def test_only_shapes_are_tried_again() -> None:
    with pytest.raises(SubjectError, match="NameError") as caught:
        check("Raises")
    assert "were tried" not in str(caught.value)


def test_looking_for_overflow_leaves_the_weights() -> None:
    subject = Subject.make(f"{CLASSES}:Columns", SIZES, 0)
    inputs = choose(subject, SIZES)
    before = [place.get().copy() for place in subject.parameters]
    with np.errstate(all="ignore"):
        assert extremes.find(subject, inputs) == []
    assert all(np.array_equal(place.get(), old) for place, old in zip(subject.parameters, before, strict=True))


# Random sound layers


@st.composite
def sound(draw: Any) -> tuple[str, list[str], list[int]]:
    size = st.integers(1, 9)
    kind = draw(
        st.sampled_from(["Linear", "TorchLinear", "ReLU", "Sigmoid", "Softmax", "CrossEntropy", "Columns", "Stack"])
    )
    n, widths = draw(size), [draw(size) for _ in range(3)]
    if kind in ("Linear", "TorchLinear"):
        return kind, list(map(str, widths[:2])), [n, widths[0]]
    if kind == "Columns":
        return kind, list(map(str, widths)), [widths[0], n + 9]  # columns are told from rows by their number
    if kind == "Stack":
        return kind, [str(widths)], [n, widths[0]]
    return kind, [], [n, widths[0]]


@given(sound(), st.integers(0, 10**6))
@settings(**sampling(100))
def test_no_false_alarm(layer: tuple[str, list[str], list[int]], seed: int) -> None:
    name, words, shape = layer
    report = check(name, *words, shape=shape, seed=seed)
    assert report.passed, describe(report)
