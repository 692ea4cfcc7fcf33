"""What TensorBoard shows of a run: all of it in the run's own directory."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams import summary_v2 as hparams
from torch.utils.tensorboard import SummaryWriter

from twinprop.config.schema import Config, flatten
from twinprop.data.base import Samples
from twinprop.run import pictures
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row

HISTOGRAM_BINS = 64
HISTOGRAMS = 20
"""Evaluations at which histograms are written, at most: more would cost more than training."""

PICTURED = 30
"""Samples in a picture, at most."""

SMALLEST_PICTURE = 4
"""Pixels: what has fewer in a direction is a sequence and not an image."""

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
NOT_COMPARED = {"data.root", "data.download", "data.workers", "data.resident"}
"""Where samples lie and how they are read, not what is learnt from them."""

LAYOUT = {
    "curves": {
        name: ["Multiline", [f"{name}/{part}" for part in ("train", "val", "test")]] for name in ("loss", "accuracy")
    }
}


def comparable(config: Config) -> dict[str, float | bool | str]:
    """The keys by which runs are compared, as HPARAMS takes them: a key is of one type in all runs.

    Where numbers of one run meet words of another, TensorBoard takes all for words and then drops the
    runs with numbers from its table. So a key that is null is left out, and a full batch is its size.
    """
    flat = {key: value for key, value in flatten(config).items() if value is not None and key not in NOT_COMPARED}
    if config.train.full_batch():
        del flat["train.batch_size"]
        sizes = config.data.split_sizes()
        if sizes is not None:
            flat["train.batch_size"] = sizes[0]
    return {key: _plain(value) for key, value in flat.items()}


def _plain(value: Any) -> float | bool | str:
    return value if isinstance(value, bool | int | float) else str(list(value) if isinstance(value, tuple) else value)


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
        self.ended = False
        self.process = psutil.Process()
        self.clocks = time.process_time(), time.perf_counter()
        self.writer.add_custom_scalars(LAYOUT)
        self.writer.add_text("configuration", f"```json\n{json.dumps(flatten(config), indent=2)}\n```")
        # Nothing announces the keys and metrics of a whole sweep: TensorBoard would believe the first run that does.
        # From what the runs themselves hold it finds every key, its type and whether it varies, and shows those first.
        # A named group would be averaged with the others of its name; without a name each run is a group.
        self._summary(hparams.hparams_pb(comparable(config), trial_id=""))

    def _summary(self, summary: Any) -> None:
        """Add a summary of TensorBoard's own plugin, which writes no directory of its own."""
        self.writer._get_file_writer().add_summary(summary)  # type: ignore[no-untyped-call]

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        """Scalars of an evaluation, and now and then histograms of weights and gradients."""
        for tag, name in SCALARS.items():
            value = getattr(row, name)
            if np.isfinite(value):
                self.writer.add_scalar(tag, value, row.epoch)
        self.writer.add_scalar("system/cpu_percent", self.cpu_percent(), row.epoch)
        self.writer.add_scalar("system/memory_MB", self.process.memory_info().rss / 1e6, row.epoch)
        peak = torch.cuda.max_memory_allocated()
        if peak:
            self.writer.add_scalar("system/gpu_memory_MB", peak / 1e6, row.epoch)
        if self.count % self.every == 0:
            parameters = learner.named(learner.state(member)["parameters"])
            for kind, arrays in {"weights": parameters, "gradients": learner.gradients(member)}.items():
                for name, values in arrays.items():
                    self.histogram(f"{kind}/{name}", values, row.epoch)
        self.count += 1

    def cpu_percent(self) -> float:
        """CPU use since the call before, in percent of one core; psutil's clock is too coarse for short epochs."""
        before, self.clocks = self.clocks, (time.process_time(), time.perf_counter())
        used, passed = (now - then for now, then in zip(self.clocks, before, strict=True))
        return 100 * used / max(passed, 1e-9)

    def histogram(self, tag: str, values: Any, epoch: int) -> None:
        """A histogram of equal bins: TensorBoard's own bins take five times as long to count."""
        values = np.asarray(values, np.float64).ravel()
        low, high = float(values.min()), float(values.max())
        if not np.isfinite(high - low):
            return
        if high - low > 1e-12 * max(abs(low), abs(high)):
            counts, edges = np.histogram(values, HISTOGRAM_BINS, (low, high))
        else:  # nearer to each other than bins can be
            counts, edges = np.array([values.size]), np.array([low, high])
        self.writer.add_histogram_raw(
            tag,
            min=low,
            max=high,
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
        if len(shape) >= 2 and min(shape[-2:]) >= SMALLEST_PICTURE:
            for tag, which in {"samples": first, "mistakes": wrong}.items():
                if len(which):
                    part = test.take(which)
                    x = part.x if part.x is not None else np.stack([part.source[i] for i in range(len(which))])
                    picture = pictures.samples(x, part.y, predicted[which], classes)
                    self.writer.add_image(tag, picture, epoch, dataformats="HWC")
        elif shape == (2,) and test.x is not None:
            self.writer.add_image("points", pictures.points(test.x, test.y, predicted), epoch, dataformats="HWC")

    def finished(self, monitor: Monitor, seconds_per_epoch: float | None) -> None:
        """What HPARAMS compares beside the last values of the curves, and the end of the session."""
        if self.ended:
            return
        self.ended = True
        if monitor.rows:
            values = {"train/seconds_per_epoch": seconds_per_epoch}
            if monitor.best is not None:
                values |= {"best/val_accuracy": monitor.best.val_accuracy, "best/val_loss": monitor.best.val_loss}
                values |= {"best/test_accuracy": monitor.best.test_accuracy}
            for tag, value in values.items():
                if value is not None and np.isfinite(value):
                    self.writer.add_scalar(tag, value, monitor.rows[-1].epoch)
        # TensorBoard believes the first end that it reads, so an interrupted run leaves its own to whoever resumes it
        if monitor.status != "interrupted":
            success = monitor.status == "completed"
            status = api_pb2.STATUS_SUCCESS if success else api_pb2.STATUS_FAILURE
            end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
            content = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
            self._summary(
                Summary(
                    value=[
                        Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=content, tensor=metadata.NULL_TENSOR)
                    ]
                )
            )
        self.close()

    def close(self) -> None:
        self.writer.close()
