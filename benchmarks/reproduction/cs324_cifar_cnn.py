"""cs324: a CNN on CIFAR-10."""

from __future__ import annotations

from typing import Any

from reproduction.page import Page, table
from reproduction.runs import Record, Runs, last, seconds

NEEDS_GPU = "not run: needs a GPU (`make reproduce-gpu`)"
VARIED: dict[str, tuple[str, tuple[Any, ...]]] = {
    "cnn_optimizer": ("optimizer.name", ("sgd", "adam", "rmsprop")),
    "cnn_learning_rate": ("optimizer.lr", (1e-2, 1e-3, 1e-4, 1e-5)),
}
"""What a step varies, and its values."""

BATCHES = (256, 512)


def tell(page: Page) -> None:
    every = Runs()
    rows = []
    for step, (key, values) in VARIED.items():
        runs = page.runs(step)
        every += runs
        for value in values:
            name = value if isinstance(value, str) else f"lr {value:g}, multistep 80, 120"
            rows.append([name, "no figures", *cells(runs.where({key: value})), ""])
    for size in BATCHES:
        runs = page.runs(f"cnn_batch_{size}")
        every += runs
        rows.append([f"batch {size}", "no figures", *cells(runs), runs.cell(gpu_memory, 2, "")])
    head = ["200 epochs", "published", "test accuracy", "seconds an epoch", "GPU memory, GB"]
    page.fill(results=table(head, rows))
    on_cpu = page.runs("cnn_cpu").completed
    if on_cpu:
        every += on_cpu
        rows = [
            [str(int(row.epoch)), f"{row.train_loss:.4f}", f"{row.test_accuracy:.4f}"]
            for row in on_cpu[0].metrics.itertuples()
        ]
        page.fill(machine=machine(on_cpu[0]), first_epochs=table(["epoch", "training loss", "test accuracy"], rows))
    page.fill_jpeg(every)


def cells(runs: Runs) -> list[str]:
    return [runs.cell(last("test_accuracy"), otherwise=NEEDS_GPU), runs.cell(seconds("per_epoch"), 2, "")]


def machine(run: Record) -> str:
    environment = run.summary["environment"]
    return environment["gpu"] or f"{environment['cores']} CPU cores"


def gpu_memory(run: Record) -> float | None:
    """The most memory in GB, which TensorBoard's events hold."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.path))
    events.Reload()
    tag = "system/gpu_memory_MB"
    return events.Scalars(tag)[-1].value / 1000 if tag in events.Tags()["scalars"] else None
