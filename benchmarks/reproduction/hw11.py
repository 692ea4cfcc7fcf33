"""hw11: one hidden layer, by hand and in PyTorch, and what its two wrong gradients cost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from matplotlib.figure import Figure

from reproduction.page import Page, style, table
from reproduction.runs import (
    HAND,
    NOT_RUN,
    TEST,
    TORCH,
    Record,
    Runs,
    complete,
    last,
    seconds,
    seeds,
    standard_error,
    twin_columns,
)

LOSS = last("test_loss")
PUBLISHED_LOSS = {"scratch": 0.378297, "torch": 0.5413635}
PUBLISHED = {"scratch": 0.8877, "torch": 0.8982}
PUBLISHED_SECONDS = {"scratch": 3310.987, "torch": 193.664}
CHANCE = standard_error(0.9, 10_000)
"""One standard error of accuracies such as the published ones."""

STEPS = 3000
"""Of the full batch."""

Rows = list[dict[str, float]]
"""Losses and accuracy with the wrong gradients, by step."""


def tell(page: Page) -> None:
    hand, normalized = page.runs("hw11_scratch"), page.runs("hw11_scratch_normalized")
    hand_torch = page.runs("hw11_scratch_torch")
    torch, torch_normalized = page.runs("hw11_torch"), page.runs("hw11_torch_normalized")
    alone, torch_alone = page.runs("hw11_scratch_alone"), page.runs("hw11_torch_alone")
    wrong = page.rows("faulty_gradient")
    head = ["", "published, by hand", f"by hand, {seeds(hand)}", f"PyTorch, {seeds(hand_torch)}"]
    head.append(f"`data.normalize=true`, by hand, {seeds(normalized)}")
    timed = [alone.cell(full_batch_seconds, 0), "", ""]
    page.fill(scratch_table=beside("scratch", head, [hand, hand_torch, normalized], timed))
    head = ["", "published, PyTorch", *twin_columns(torch)]
    head += [f"`data.normalize=true`, {name}" for name in twin_columns(torch_normalized)]
    groups = [runs.where(twin) for runs in (torch, torch_normalized) for twin in (HAND, TORCH)]
    page.fill(torch_table=beside("torch", head, groups, ["", torch_alone.cell(seconds("train"), 2), "", ""]))
    page.fill(cost_of_mistakes=cost_of_mistakes(hand, wrong))
    if hand.completed:
        drawn = drawing(hand, normalized, torch, wrong)
        page.fill(picture=page.picture("hw11.png", "Training loss by step", drawn, (9, 5)))
    in_torch = torch.where(TORCH)
    apart = abs(hand.mean(TEST) - in_torch.mean(TEST))
    if complete(hand, in_torch):
        say_of_accuracies(page, hand.mean(TEST), in_torch.mean(TEST), apart)
    say_of_normalized(page, normalized, torch_normalized.where(TORCH))
    if complete(hand) and wrong:
        say_of_mistakes(page, hand, wrong)
    if complete(alone, torch_alone, hand, in_torch):
        say_of_seconds(page, alone, torch_alone.mean(seconds("train")), apart)


def beside(backend: str, head: list[str], groups: list[Runs], timed: list[str]) -> str:
    """What was published of a twin, and ours."""
    return table(
        head,
        [
            ["test loss", f"{PUBLISHED_LOSS[backend]}", *(runs.cell(LOSS) for runs in groups)],
            ["test accuracy", f"{PUBLISHED[backend]}", *(runs.cell(TEST) for runs in groups)],
            ["seconds of training", f"{PUBLISHED_SECONDS[backend]}", *timed],
        ],
    )


def say_of_accuracies(page: Page, by_hand: float, in_torch: float, apart: float) -> None:
    page.fill(by_hand=by_hand, in_torch=in_torch)
    page.claim(
        "both accuracies are more than a standard error below the published",
        by_hand < PUBLISHED["scratch"] - CHANCE and in_torch < PUBLISHED["torch"] - CHANCE,
        by_hand=by_hand,
        published_by_hand=PUBLISHED["scratch"],
        in_PyTorch=in_torch,
        published_in_PyTorch=PUBLISHED["torch"],
    )
    page.claim("both trainings get to within 0.01 of one accuracy", apart < 0.01, by_hand=by_hand, in_PyTorch=in_torch)


def say_of_normalized(page: Page, hand: Runs, torch: Runs) -> None:
    if complete(torch):
        accuracy, loss = torch.mean(TEST), torch.mean(LOSS)
        page.fill(torch_normalized=accuracy, torch_normalized_loss=loss)
        page.claim(
            "with normalised images PyTorch's accuracy is within a standard error of the published",
            abs(accuracy - PUBLISHED["torch"]) < CHANCE,
            accuracy=accuracy,
            published=PUBLISHED["torch"],
            standard_error=CHANCE,
        )
        page.claim(
            "with normalised images PyTorch's loss is below the published",
            loss < PUBLISHED_LOSS["torch"],
            loss=loss,
            published=PUBLISHED_LOSS["torch"],
        )
    if complete(hand):
        page.fill(normalized=hand.mean(TEST), normalized_loss=hand.mean(LOSS))
        page.claim(
            "with normalised images the accuracy by hand is above the published",
            hand.mean(TEST) > PUBLISHED["scratch"],
            accuracy=hand.mean(TEST),
            published=PUBLISHED["scratch"],
        )


def say_of_mistakes(page: Page, hand: Runs, wrong: Rows) -> None:
    step = min(wrong[-1]["step"], 2000)
    row = next(row for row in wrong if row["step"] == step)
    right = hand[0].metrics.set_index("step").loc[step]
    accuracy, loss = row["test_accuracy"], row["train_loss"]
    page.fill(step=step, wrong=accuracy, right=right["test_accuracy"], wrong_loss=loss, right_loss=right["train_loss"])
    page.claim(
        "with wrong gradients the training loss falls and accuracy is above that of a guess",
        loss < wrong[0]["train_loss"] and accuracy > 0.1,
        first_loss=wrong[0]["train_loss"],
        loss=loss,
        accuracy=accuracy,
    )
    page.claim(
        "wrong gradients cost at least 0.1 of accuracy",
        right["test_accuracy"] - accuracy >= 0.1,
        right=right["test_accuracy"],
        wrong=accuracy,
    )
    best = max(row["test_accuracy"] for row in wrong)
    page.claim(
        "wrong gradients stay below the accuracy that was published by hand",
        best < PUBLISHED["scratch"],
        best=best,
        published=PUBLISHED["scratch"],
    )


def say_of_seconds(page: Page, alone: Runs, batches: float, apart: float) -> None:
    took, published = alone.mean(full_batch_seconds), PUBLISHED_SECONDS["scratch"]
    page.fill(full_batch_seconds=took, steps_alone=alone[0].summary["steps"], times=published / took)
    page.claim("full-batch steps take less time than published", took < published, seconds=took, published=published)
    page.claim(
        "batches of 64 get to within 0.01 of that accuracy in less than a minute",
        apart < 0.01 and batches < 60,
        seconds=batches,
        difference=apart,
    )


def full_batch_seconds(run: Record) -> float:
    """What all steps would have taken, by those of a shorter run."""
    return float(run.summary["seconds"]["train"] / run.summary["steps"] * STEPS)


def cost_of_mistakes(right: Runs, wrong: Rows) -> str:
    """The same steps with right and wrong gradients."""
    if not right.completed or not wrong:
        return f"{NOT_RUN}."
    by_step = {row["step"]: row for row in wrong}
    metrics = right.completed[0].metrics.set_index("step")
    rows = []
    for step in (100, 500, 1000, 2000):
        if step in by_step and step in metrics.index:
            pair = [metrics.loc[step], by_step[step]]
            cells = [f"{each[name]:.4f}" for name in ("train_loss", "test_loss", "test_accuracy") for each in pair]
            rows.append([f"{step:,}", *cells])
    head = [f"{name}, {which}" for name in ("training loss", "test loss", "accuracy") for which in ("right", "wrong")]
    return table(["step", *head], rows)


def drawing(hand: Runs, normalized: Runs, torch: Runs, wrong: Rows) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        if wrong:
            axes.plot([r["step"] for r in wrong], [r["train_loss"] for r in wrong], "C3", label="with both mistakes")
        for runs, look, name in ((hand, "C0", "by hand, full batch"), (normalized, "C0--", "the same, normalised")):
            for run in runs.completed[:1]:
                axes.plot(run.metrics["step"], run.metrics["train_loss"], look, label=name)
        for twin, look, name in ((TORCH, "C1-", "PyTorch, batch 64"), (HAND, "k:", "the same by hand")):
            for run in torch.where(twin).completed[:1]:
                ends = [0, *run.metrics["step"]]
                for (start, end), loss in zip(pairwise(ends), run.metrics["train_loss"], strict=True):
                    axes.plot([start, end], [loss] * 2, look, lw=2.5, label=None if start else name)
        style(axes, "step", "training loss", "Full batch: at each step; batches of 64: the mean of an epoch")

    return draw
