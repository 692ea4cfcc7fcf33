"""One image file, read as a network takes it: whatever its format, depth, transparency and orientation.

A file is read as a person sees it, and as its 8-bit copy would be: turned as its EXIF data says, what is
transparent laid on white, and deep pixels scaled by their depth.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base
from PIL.Image import Resampling, Transpose

from twinprop.errors import DataError

LEFT_OUT = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
"""Formats that Pillow only recognises, or hands to another program, which a file from somebody else must not start."""

TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What brings an image upright, by its orientation in EXIF."""

LYING = {5, 6, 7, 8}
"""Orientations in which height and width change places."""

BITS_PER_SAMPLE = 258
"""TIFF's tag."""

WHITES = {"I": (2**8 - 1, 2**16 - 1, 2**31 - 1), "F": (1, 2**8 - 1, 2**16 - 1)}
"""Where a file does not say which value is white: the first of these that no pixel exceeds."""

MOST_OF_A_REASON = 200
"""Characters of Pillow's messages that are told."""


@cache
def formats() -> list[str]:
    """The formats that are read."""
    Image.init()
    return [name for name in Image.ID if name not in LEFT_OUT]


@cache
def endings() -> frozenset[str]:
    """The endings of files in these formats, in lower case: `.png`."""
    return frozenset(ending for ending, name in Image.registered_extensions().items() if name in formats())


def is_image(path: str) -> bool:
    """Whether a file is an image, or by its ending pretends to be one."""
    if os.path.splitext(path)[1].lower() in endings():
        return True
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=formats()):
            return True
    except Image.DecompressionBombError:
        return True
    except Exception:
        return False


def read_image(path: str, grayscale: bool, size: tuple[int, int] | None) -> NDArray[Any]:
    """An image file as float32 in [0, 1], (channels, height, width), brought to a size (height, width) if any.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            image = decode(path, grayscale)
            if size is not None:
                image = image.resize(size[::-1], Resampling.BILINEAR)
    except Exception as error:  # a broken or hostile file makes Pillow raise nearly anything
        raise DataError(f"{path}: not an image that can be read ({reason(error)}); mend or delete it.") from error
    pixels: NDArray[Any] = np.asarray(image, dtype=np.float32)
    if image.mode == "F":
        return np.repeat(pixels[None], 1 if grayscale else 3, axis=0)
    pixels = pixels / 255
    return pixels[None] if grayscale else pixels.transpose(2, 0, 1).copy()


def file_size(path: str) -> tuple[int, int]:
    """Height and width of an image file, upright, which is not decoded for that.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            open(path, "rb") as opened,
            Image.open(opened, formats=formats()) as file,
        ):
            width, height = file.size
            return (width, height) if orientation(file) in LYING else (height, width)
    except Exception as error:
        raise DataError(f"{path}: not an image that can be read ({reason(error)}); mend or delete it.") from error


def reason(error: Exception) -> str:
    """What is wrong with a file, in one line."""
    if isinstance(error, UnidentifiedImageError):
        return "in no format that is known"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:MOST_OF_A_REASON] or type(error).__name__


def decode(path: str, grayscale: bool) -> Image.Image:
    """An image of mode L or RGB, or F from 0 to 1 where it is deeper than 8 bits; of several frames the first."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError("not a file")  # to open a named pipe would wait for who writes into it
    # from an open file: of a TIFF file by its name, Pillow turns the memory map in place of the pixels
    with open(path, "rb") as opened, Image.open(opened, formats=formats()) as file:
        file.load()
        deep = file.mode.startswith(("I", "F"))
        image = scaled(file) if deep else on_white(file).convert("L" if grayscale else "RGB")
        turn = TURNS.get(orientation(file))
    return image if turn is None else image.transpose(turn)


def orientation(file: Image.Image) -> Any:
    """What EXIF says of how to turn an image; None where it says nothing that can be read."""
    try:
        return file.getexif().get(Base.Orientation)
    except Exception:  # what is wrong with the notes beside the pixels is no fault of the pixels
        return None


def on_white(file: Image.Image) -> Image.Image:
    """An image of 8 bits on a white ground, if one can see through it."""
    if not file.has_transparency_data:
        return file
    straight = file.convert("LA") if file.mode == "La" else file
    return Image.alpha_composite(Image.new("RGBA", file.size, "white"), straight.convert("RGBA"))


def scaled(file: Image.Image) -> Image.Image:
    """An image with pixels of more than 8 bits, one channel, as mode F from 0 to 1."""
    values = np.asarray(file, np.float64)
    low, high = values.min(), values.max()
    if not (low >= 0 and high < np.inf):
        raise ValueError(f"its pixels are from {low:g} to {high:g}, and are expected from 0 on")
    top = white(file, high)
    clear = file.info.get("transparency")
    if clear is not None:
        values[values == clear] = top
    return Image.fromarray((values / top).astype(np.float32))


def white(file: Image.Image, high: float) -> float:
    """The value of white in an image whose highest value is `high`."""
    if file.mode.startswith("I;16"):
        bits: int = getattr(file, "tag_v2", {}).get(BITS_PER_SAMPLE, (16,))[0]
        return float(2**bits - 1)
    if file.mode == "I" and file.format in ("PNG", "PPM"):
        return 2**16 - 1  # which Pillow scales them to
    for value in WHITES[file.mode]:
        if high <= value:
            return value
    raise ValueError(f"its pixels go up to {high:g}, and are expected up to one of {WHITES[file.mode]}")
