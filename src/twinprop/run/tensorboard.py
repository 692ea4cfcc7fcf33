"""What TensorBoard shows of a run: all of it in the run's own directory."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams import summary_v2 as hparams
from torch.utils.tensorboard import SummaryWriter

from twinprop.config.schema import GROUPS, Config, choice_class, flatten
from twinprop.data.base import Samples
from twinprop.run import pictures
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row

HISTOGRAM_BINS = 64
HISTOGRAMS = 20
"""Evaluations at which histograms are written, at most: more would cost more than training."""

PICTURED = 32

SCALARS = {
    "loss/train": "train_loss",
    "loss/val": "val_loss",
    "loss/test": "test_loss",
    "accuracy/train": "train_accuracy",
    "accuracy/val": "val_accuracy",
    "accuracy/test": "test_accuracy",
    "train/lr": "lr",
    "train/grad_norm": "grad_norm",
    "train/samples_per_second": "samples_per_second",
}
METRICS = {
    "final/test_accuracy": "test accuracy",
    "final/test_loss": "test loss",
    "final/val_accuracy": "validation accuracy",
    "final/val_loss": "validation loss",
    "final/best_val_accuracy": "best validation accuracy",
    "final/train_loss": "training loss",
    "final/seconds_per_epoch": "seconds an epoch",
}
NOT_COMPARED = {"data.root", "data.download", "data.workers", "label"}
LAYOUT = {"curves": {name: ["Multiline", [f"{name}/train", f"{name}/val", f"{name}/test"]] for name in ("loss", "accuracy")}}


def _plain(value: Any) -> float | bool | str:
    if isinstance(value, bool | int | float):
        return value
    return str(value) if value is not None else "none"


def comparable(config: Config) -> dict[str, float | bool | str]:
    """The keys by which runs are compared, as HPARAMS takes them."""
    return {key: _plain(value) for key, value in flatten(config).items() if key not in NOT_COMPARED}


def all_keys() -> Iterator[str]:
    """Every key that any choice has: HPARAMS shows only the keys that its first run announces."""
    yield from ("model.backend", "model.activation", "optimizer.lr")
    for item in fields(Config):
        if item.name in GROUPS:
            for name in GROUPS[item.name]:
                yield from (f"{item.name}.{part.name}" for part in fields(choice_class(item.name, name)))
        elif item.name != "train":
            yield item.name
    yield from (key for key in flatten(Config()) if key.startswith("train."))


class TensorBoard:
    """Writes the event file of one run.

    Args:
        directory: the run's.
        config: the run's.
        evaluations: how many evaluations there will be.
    """

    def __init__(self, directory: Path, config: Config, evaluations: int) -> None:
        self.writer = SummaryWriter(str(directory))
        self.config = config
        self.every = max(1, -(-evaluations // HISTOGRAMS))
        self.count = 0
        self.process = psutil.Process()
        self.process.cpu_percent()
        self.writer.add_custom_scalars(LAYOUT)
        self.writer.add_text("configuration", f"```json\n{json.dumps(flatten(config), indent=2)}\n```")
        keys = [key for key in dict.fromkeys(all_keys()) if key not in NOT_COMPARED]
        announced = hparams.hparams_config_pb(
            [hparams.HParam(key) for key in keys],
            [hparams.Metric(tag, display_name=name) for tag, name in METRICS.items()],
        )
        self._summary(announced)
        self._summary(hparams.hparams_pb(comparable(config), trial_id=str(directory)))

    def _summary(self, summary: Any) -> None:
        """Add a summary of TensorBoard's own plugin, which writes no directory of its own."""
        self.writer._get_file_writer().add_summary(summary)

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        """Scalars of an evaluation, and now and then histograms of weights and gradients."""
        for tag, name in SCALARS.items():
            value = getattr(row, name)
            if np.isfinite(value):
                self.writer.add_scalar(tag, value, row.epoch)
        self.writer.add_scalar("system/cpu_percent", self.process.cpu_percent(), row.epoch)
        self.writer.add_scalar("system/memory_MB", self.process.memory_info().rss / 1e6, row.epoch)
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            self.writer.add_scalar("system/gpu_memory_MB", torch.cuda.max_memory_allocated() / 1e6, row.epoch)
        if self.count % self.every == 0:
            parameters = learner.named(learner.state(member)["parameters"])
            for kind, arrays in {"weights": parameters, "gradients": learner.gradients(member)}.items():
                for name, values in arrays.items():
                    self.histogram(f"{kind}/{name}", values, row.epoch)
        self.count += 1

    def histogram(self, tag: str, values: Any, epoch: int) -> None:
        """A histogram of equal bins: TensorBoard's own bins take five times as long to count."""
        if not np.isfinite(values).all():
            return
        values = np.asarray(values, np.float64).ravel()
        counts, edges = np.histogram(values, HISTOGRAM_BINS)
        self.writer.add_histogram_raw(
            tag,
            min=float(values.min()),
            max=float(values.max()),
            num=values.size,
            sum=float(values.sum()),
            sum_squares=float(values @ values),
            bucket_limits=edges[1:].tolist(),
            bucket_counts=counts.tolist(),
            global_step=epoch,
        )

    def pictures(self, test: Samples, predicted: Any, shape: tuple[int, ...], classes: list[str], epoch: int) -> None:
        """The confusion matrix, and samples of the test split with their predictions."""
        if len(classes) <= 50:
            picture = pictures.confusion(test.y, predicted, classes)
            self.writer.add_image("confusion", picture, epoch, dataformats="HWC")
        first = np.arange(min(PICTURED, len(test)))
        wrong = np.flatnonzero(test.y != predicted)[:PICTURED]
        if len(shape) >= 2:
            for tag, which in {"samples": first, "mistakes": wrong}.items():
                if len(which):
                    part = test.take(which)
                    x = part.x if part.x is not None else np.stack([part.source[i] for i in range(len(which))])
                    picture = pictures.samples(x, part.y, predicted[which], classes)
                    self.writer.add_image(tag, picture, epoch, dataformats="HWC")
        elif shape == (2,) and test.x is not None:
            self.writer.add_image("points", pictures.points(test.x, test.y, predicted), epoch, dataformats="HWC")

    def finished(self, monitor: Monitor, seconds_per_epoch: float | None) -> None:
        """The results by which HPARAMS compares runs, and the end of the session."""
        if monitor.rows:
            last = monitor.rows[-1]
            values = {f"final/{name}": getattr(last, name) for name in ("test_accuracy", "test_loss", "val_accuracy")}
            values |= {"final/val_loss": last.val_loss, "final/train_loss": last.train_loss}
            if monitor.best is not None:
                values["final/best_val_accuracy"] = monitor.best.val_accuracy
            if seconds_per_epoch is not None:
                values["final/seconds_per_epoch"] = seconds_per_epoch
            for tag, value in values.items():
                if np.isfinite(value):
                    self.writer.add_scalar(tag, value, last.epoch)
        success = monitor.status == "completed"
        status = api_pb2.STATUS_SUCCESS if success else api_pb2.STATUS_FAILURE
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
        content = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
        self._summary(Summary(value=[Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=content)]))
        self.close()

    def close(self) -> None:
        self.writer.close()
