"""What the report says of a wrong gradient."""

from __future__ import annotations

import numpy as np
from tests.kit.students import check

from twinprop.gradcheck.report import report_text


def test_worst_entry_is_the_worst() -> None:
    report = check("SigmoidWithoutDerivative")
    (gradient,) = report.gradients
    compared = gradient.comparison
    assert compared is not None
    ratio = np.abs(compared.analytic - compared.numeric) / np.maximum(
        np.abs(compared.analytic), np.abs(compared.numeric)
    )
    assert compared.worst == np.unravel_index(ratio.argmax(), ratio.shape)
    text = report_text(report)
    assert f"dx[{compared.worst[0]}, {compared.worst[1]}] is {compared.analytic[compared.worst]:.6g}" in text
    assert f"{compared.numeric[compared.worst]:.6g}" in text
