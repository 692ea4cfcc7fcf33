"""505 files of others than this program's authors, who knew the kinds of mistakes and not the program: what it says.

The first 104 (m01 to m24) vary the kinds that once failed, as p01 to p72 do, which another wrote; the others hold 15
classic mistakes, what is right, and whole files as they stand in repositories. Each has its own architecture, names and
style; wrong ones have one mistake, whose lines the table tells, as it tells which lines are right. So no hint may show
one of these. x01 to x14 are in words of our own, of kinds that were met by lot; their mistakes are put in here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twinprop.commands.gradcheck.one import check
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.hints.table import UNKNOWN
from twinprop.gradcheck.report import report_text

FOLDER = Path(__file__).with_name("variants")
CASES = [line.split("\t") for line in (FOLDER / "cases.tsv").read_text("utf-8").splitlines()[1:]]
MISTAKES = [line.split("\t") for line in (FOLDER / "mistakes.tsv").read_text("utf-8").splitlines()[1:]]
UNNAMED = {
    "m01b_4_flat_views_regularised_bias",
    "m21_3_diagonal_not_replaced",
    "m21_4_square_of_sum_missing",
    "temporal_loss",
    "rmse_net",
    "p20_closures",
    "s13_class_weights",
    "s33_sharp_softplus",
    "s56_bacteria",
    "t27_strided_conv_loops",
    "t28_correlate_layer",
    "t41_gru_sequence",
    "t42_naive_softmax_loops",
    "w08_backprop_from_scratch_lists",
    "w11_gru_functional",
    "w15_im2col_conv",
    "w32_triplet_embedding",
    "x04_own_matrix_class",
    "x09_settings_of_pydantic",
    "x11_bias_as_a_column",
}
"""Mistakes that are caught and not named."""

SEVERAL = (
    "m20_2_layer_functions_cache",
    "nnfs_network",
    "s21_mini_keras",
    "w06_miniflow_graph",
    "x05_gradient_of_each_weight",
    "x06_pairs_with_d",
    "x13_call_and_d",
)
"""Files with several things, which are checked one after the other: the verdict is that of the worst."""

pytestmark = pytest.mark.slow


def spec_of(file: str, names: str) -> str:
    return f"{FOLDER / file}.py" + (f":{names}" if names else "")


@pytest.mark.parametrize(("file", "names", "verdict", "lines", "right"), CASES, ids=[case[0] for case in CASES])
def test_verdict_and_no_false_line(file: str, names: str, verdict: str, lines: str, right: str) -> None:
    if file in SEVERAL:
        options = {"args": [], "input": None, "targets": None, "classes": None, "constant": [], "seed": 0}
        assert check(spec_of(file, names), options)["verdict"] == verdict
        return
    report = check_class(spec_of(file, names))
    assert report.verdict == verdict, report_text(report)
    if verdict == "wrong":
        unknown = [names for names, text in report.mistakes if UNKNOWN in text]
        assert bool(unknown) == (file in UNNAMED), report_text(report)
    told = re.findall(rf"{file}\.py:(\d+)", "\n".join(text for _, text in report.mistakes))
    assert not {*told} & {*right.split()}, report_text(report)


@pytest.mark.parametrize(("file", "names", "right", "wrong"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_mistake_that_is_put_in(tmp_path: Path, file: str, names: str, right: str, wrong: str) -> None:
    code = (FOLDER / f"{file}.py").read_text("utf-8")
    assert code.count(right) == 1
    (tmp_path / f"{file}.py").write_text(code.replace(right, wrong))
    report = check_class(f"{tmp_path / file}.py" + (f":{names}" if names else ""))
    assert report.verdict == "wrong", report_text(report)
    assert any(UNKNOWN in text for _, text in report.mistakes) == (file in UNNAMED), report_text(report)
    told = re.findall(rf"{file}\.py:(\d+)", "\n".join(text for _, text in report.mistakes))
    assert {*told} <= {str(code[: code.index(right)].count("\n") + 1)}, report_text(report)
