"""Which arrays and numbers of a class are its parameters."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, check, failed, said

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


def test_forgotten_gradient_and_constants() -> None:
    assert "no gradient was found" in said(check("NoBiasGradient", *LAYER))["b"]
    masked = check("Masked", *LAYER)
    assert masked.passed
    assert any("not checked" in note and note.endswith(": mask.") for note in masked.notes)
    assert check("Masked", *LAYER, constants=["mask"]).passed
    with pytest.raises(SubjectError, match="W, b, mask"):
        check("Masked", *LAYER, constants=["mast"])


def test_work_arrays_are_no_parameters() -> None:
    report = check("WorkArrays", *LAYER, shape=[5, 4])
    assert report.passed, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["W", "b", "x"]


def test_parameter_that_forward_forgets_is_told() -> None:
    assert failed(check("ForgottenBias", *LAYER)) == {"db"}


def test_plain_numbers_are_parameters_where_they_have_a_gradient() -> None:
    assert [gradient.of for gradient in check("Numbers").gradients] == ["a", "b", "x"]
    assert [gradient.target.shape for gradient in check("BiasFromNumber", *LAYER).gradients] == [(4, 3), (3,), (5, 4)]
    assert failed(check("NumbersFactor")) == {"da", "db"}
