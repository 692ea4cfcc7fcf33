"""What a run says of a drawing: its answer, what it sees, what each layer gives, and the weights of the first."""

from __future__ import annotations

import io
import math
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.commands import predict
from twinprop.run.saved import Run
from twinprop.scratch.layers import Flatten, Unflatten

MOST_UNITS = 1024
"""Values of a layer that are shown."""

MOST_WEIGHTS = 64
"""Units of the first layer whose weights are shown."""

WIDEST = 320
"""Pixels of the picture of a layer."""


def signed(values: NDArray[Any]) -> list[int]:
    """Values as a picture holds them: 128 for 0, 255 for the largest, 1 for its negative."""
    largest = float(np.abs(values).max()) if values.size else 0.0
    return (np.round(127 * values / (largest or 1.0)) + 128).astype(int).ravel().tolist()


def side_by_side(maps: NDArray[Any]) -> NDArray[Any]:
    """Maps (n, height, width) as one picture."""
    across = math.ceil(math.sqrt(2 * len(maps)))
    rows = math.ceil(len(maps) / across)
    whole = np.zeros((rows * across, *maps.shape[1:]), maps.dtype)
    whole[: len(maps)] = maps
    height, width = maps.shape[1:]
    return whole.reshape(rows, across, height, width).transpose(0, 2, 1, 3).reshape(rows * height, across * width)


class Classifier:
    """A run that drawings are shown to.

    Args:
        run: on images.

    Raises:
        TwinpropError: it is not on images, or cannot be read.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.classes = list(run.saved["data"]["classes"])
        self.network = run.network
        blank = io.BytesIO()
        from PIL import Image

        Image.new("L", (280, 280)).save(blank, "PNG")
        self.layers = list(self.classify(blank.getvalue())["layers"])

    def about(self) -> dict[str, Any]:
        """What the page shows before anything is drawn."""
        model, shape = self.run.config.model, self.run.sample_shape
        test = (self.run.summary.get("test") or {}).get("accuracy")
        accuracy = f", test accuracy {test:.4f}" if test is not None else ""
        weights, height, width = self.first_weights()
        return {
            "name": self.run.path.name,
            "about": f"{model.name}, {'by hand' if model.backend == 'scratch' else 'PyTorch'}{accuracy}",
            "classes": self.classes,
            "shape": list(shape),
            "layers": [layer["name"] for layer in self.layers],
            "weights": [signed(each) for each in weights],
            "weights_of": f"Weights of the first layer ({len(weights)} units): red is above 0, blue below",
            "height": height,
            "width": width,
        }

    def first_weights(self) -> tuple[NDArray[Any], int, int]:
        """(units, height, width) of the first layer with weights that have the size of the image, or of filters."""
        shape = self.run.sample_shape
        for layer in self.network.layers:
            weight = getattr(layer, "weight", None) if "weight" in layer.shapes else None
            if weight is not None and weight.ndim == 4:
                return weight.mean(1)[:MOST_WEIGHTS], *weight.shape[2:]
            if weight is not None and weight.ndim == 2 and weight.shape[1] == math.prod(shape):
                planes = weight.reshape(len(weight), -1, *shape[-2:]).mean(1)
                return planes[:MOST_WEIGHTS], *shape[-2:]
            if weight is not None:
                break
        return np.zeros((0, 1, 1)), 1, 1

    def classify(self, png: bytes) -> dict[str, Any]:
        """What the page shows of a drawing.

        Args:
            png: the drawing as a PNG file.

        Raises:
            TwinpropError: it is no image.
        """
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            file.write(png)
            file.flush()
            (found,) = predict.prepared(self.run, [file.name])
        x = predict.normalized(self.run, [found.pixels])
        outputs = self.run.outputs(x)[0]
        seen = found.pixels
        return {
            "answer": self.classes[int(outputs.argmax())],
            "outputs": [float(value) for value in outputs],
            "seen": {
                "values": (255 * seen).round().astype(int).ravel().tolist(),
                "height": seen.shape[1],
                "width": seen.shape[2],
            },
            "said": "; ".join([*found.changes, *(f"unlike the training images: {doubt}" for doubt in found.doubts)]),
            "layers": self.outputs_of_layers(x),
        }

    def outputs_of_layers(self, x: NDArray[Any]) -> list[dict[str, Any]]:
        """A picture of what each layer gives for a sample (1, *shape): rows of units, or maps side by side."""
        pictures = []
        for name, layer in self.network.named.items():
            x = layer.forward(x)
            if isinstance(layer, Flatten | Unflatten):
                continue  # the same values once more
            values = x[0]
            if values.ndim == 3:
                picture = side_by_side(values[:MOST_WEIGHTS])
            elif values.ndim == 2:
                picture = values
            else:
                values = values[:MOST_UNITS]
                across = len(values) if len(values) <= 32 else math.ceil(math.sqrt(2 * len(values)))
                picture = np.resize(
                    np.append(values, np.zeros(-len(values) % across)), (-(-len(values) // across), across)
                )
            height, width = picture.shape
            scale = max(1, min(20, WIDEST // width))
            label = f"{name}: {type(layer).__name__}, {' × '.join(map(str, x.shape[1:]))}"
            pictures.append(
                {"name": label, "values": signed(picture), "height": height, "width": width, "scale": scale}
            )
        return pictures
