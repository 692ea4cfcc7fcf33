"""A run where it is printed, and in a notebook."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pandas as pd

from twinprop.run.view import curves, line, page

SUMMARY = {"status": "completed", "epochs": 2, "test": {"loss": 0.5, "accuracy": 0.75}, "val": {"loss": None}}
METRICS = pd.DataFrame(
    {
        "epoch": [1, 2],
        "train_loss": [2.0, 1.0],
        "val_loss": [math.nan] * 2,
        "test_loss": [3.0, math.inf],
        "test_x": [1, 1],
    }
)


def test_it_is_printed_in_a_line() -> None:
    assert line("runs/a", SUMMARY) == "Run('runs/a', completed, test accuracy 0.7500, loss 0.5000)"
    assert line("runs/a", {"status": "failed"}) == "Run('runs/a', failed, no results)"


def test_the_curves_leave_out_what_is_not_finite() -> None:
    drawn = ElementTree.fromstring(curves(METRICS, "loss"))
    lines = {each.get("stroke"): each.get("points") for each in drawn.findall("polyline")}
    assert [len((points or "").split()) for points in lines.values()] == [2, 0, 1]
    assert {each.text for each in drawn.findall("text")} >= {"train", "val", "test", "loss", "epoch 1", "2", "3", "1"}
    assert curves(METRICS.assign(train_loss=math.nan, test_loss=math.nan), "loss") == ""


def test_the_page_is_whole_and_nothing_in_it_is_markup_of_others() -> None:
    text = page("<b>", {**SUMMARY, "reason": "<script>"}, METRICS)
    root = ElementTree.fromstring(text)
    assert "<script>" in "".join(root.itertext())
    assert root.find(".//script") is None
    cells = [each.text for each in root.findall(".//td")]
    assert cells == ["–", "–", "–", "–", "0.5000", "0.7500"]
    ElementTree.fromstring(page("runs/a", {"status": "failed"}, None))
