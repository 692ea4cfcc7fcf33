"""What TensorBoard shows, as it stands in an event file: numbers, histograms and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL.Image import Image
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

from twinprop.data.samples import Samples
from twinprop.run import charts, pictures
from twinprop.task import Regression
from twinprop.training.learner import Learner

HISTOGRAM_BINS = 30
"""As many as TensorBoard draws; from others, it computes so many."""

PICTURED, PICTURED_OF_MANY = 30, 10
"""Samples in a picture, at most: of a run, and of one in a sweep, which would write little else."""


def matrix(test: Samples, predicted: Any, classes: list[str]) -> list[Summary.Value]:
    """The confusion matrix."""
    return [image("confusion", pictures.confusion(test.y, predicted, classes))]


def against(task: Regression, test: Samples, predicted: Any) -> list[Summary.Value]:
    """Predicted numbers against the true ones."""
    return [image("predictions", charts.predictions(task.told(test.y), task.told(predicted)))]


def plane(test: Samples, predicted: Any) -> list[Summary.Value]:
    """Points in the plane with their predictions."""
    assert test.x is not None
    return [image("points", pictures.points(test.x, test.y, predicted))]


def pictured(tag: str, test: Samples, which: Any, predicted: Any, classes: list[str]) -> list[Summary.Value]:
    """Some images of the test split with their predictions."""
    part = test.take(which)
    x = part.x if part.x is not None else np.stack([part.source[i] for i in range(len(which))])
    return [image(tag, pictures.samples(x, part.y, predicted[which], classes))]


def histograms(learner: Learner, member: int) -> list[Summary.Value]:
    """Of each parameter and its gradient, where they are finite."""
    parameters, gradients = learner.state_dict_of(learner.state(member)), learner.gradients(member)
    arrays = {f"weights/{name}": parameters[name] for name in gradients}
    arrays |= {f"gradients/{name}": value for name, value in gradients.items()}
    found = (histogram(tag, np.ravel(value)) for tag, value in arrays.items())
    return [value for value in found if value is not None]


def scalars(values: Mapping[str, float | None]) -> list[Summary.Value]:
    """Those of the values that are finite."""
    return [
        Summary.Value(tag=tag, simple_value=value)
        for tag, value in values.items()
        if value is not None and np.isfinite(value)
    ]


def histogram(tag: str, values: Any) -> Summary.Value | None:
    """Equal bins of the values (n,), which TensorBoard's own take many times as long to count; None if not finite."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        return None
    exact = values.astype(np.float64)
    scale = high - low if high - low > 1e-6 * max(abs(low), abs(high)) else 0.0
    if scale and np.isfinite(HISTOGRAM_BINS / scale):
        places = ((exact - low) * (HISTOGRAM_BINS / scale)).astype(np.intp)
        counts = np.bincount(np.minimum(places, HISTOGRAM_BINS - 1), minlength=HISTOGRAM_BINS)
        edges = np.linspace(low, high, HISTOGRAM_BINS + 1)[1:]
    else:  # nearer to each other, or to 0, than bins can be
        counts, edges = np.array([values.size]), np.array([high])
    found = HistogramProto(
        min=low,
        max=high,
        num=values.size,
        sum=float(exact.sum()),
        sum_squares=float(exact @ exact),
        bucket_limit=edges.tolist(),
        bucket=counts.tolist(),
    )
    return Summary.Value(tag=tag, histo=found)


def image(tag: str, picture: Image, level: int = 6) -> Summary.Value:
    """A picture, as a PNG file that is compressed at a level."""
    encoded, (width, height) = pictures.png(picture, level), picture.size
    return Summary.Value(
        tag=tag, image=Summary.Image(height=height, width=width, colorspace=3, encoded_image_string=encoded)
    )


def image_file(tag: str, path: Path) -> Summary.Value:
    """A picture in a PNG file."""
    return Summary.Value(tag=tag, image=Summary.Image(encoded_image_string=path.read_bytes()))
