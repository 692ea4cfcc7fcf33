"""A class that breaks the contract is told in one message."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, check

from twinprop.gradcheck.faults import SubjectError


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("NoForward",), ["has no forward"]),
        (("NoBackward",), ["has no backward"]),
        (("Nothing",), ["returned nothing"]),
        (("Raises",), ["contract.py:", "x * undefined", "NameError"]),
        (("RaisesInBackward", *LAYER), ["backward raised", "self.W.T @ self.x", "ValueError"]),
        (("DxTransposed", *LAYER), ["linear.py:", "return dy @ self.W", "the wrong way round"]),
        (("RaisesWhenMade",), ["RaisesWhenMade() raised", "no room"]),
        (("Linear", "4", "3", "2"), ["TypeError", "--args"]),
        (("LossOfPairs",), ["shape (5, 2)", "mean over samples"]),
        (("Coarse",), ["float32"]),
        (("Random",), ["other numbers for the same input"]),
        (("NoGradients",), ["self.dW"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_broken_contract_is_one_message(words: tuple[str, ...], parts: list[str]) -> None:
    with pytest.raises(SubjectError) as caught:
        check(*words)
    text = str(caught.value)
    assert all(part in text for part in parts), text
    assert "twinprop/gradcheck" not in text
    assert len(text.splitlines()) <= 4
