"""One image file: what is read is what a person sees, and what cannot be read is one message."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import EpsImagePlugin, Image
from PIL.ExifTags import Base

from twinprop.data.image_files import MOST_OF_A_REASON, endings, is_image, read_image
from twinprop.errors import DataError

GRAY = np.random.default_rng(0).integers(0, 256, (5, 7), np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
AN_EIGHT_BIT_STEP = 1 / 255


def read(path: Path, grayscale: bool = False, size: tuple[int, int] | None = None) -> Any:
    pixels = read_image(str(path), grayscale, size)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() <= 1
    return pixels


def planes(pixels: Any) -> Any:
    """Pixels of 8 bits, (height, width, 3), as they are to be read."""
    return (pixels / 255).astype(np.float32).transpose(2, 0, 1)


def refused(path: Path, *words: str) -> str:
    with pytest.raises(DataError) as caught:
        read_image(str(path), False, None)
    message = str(caught.value)
    assert message.startswith(f"{path}: not an image that can be read (")
    assert message.endswith("); mend or delete it.")
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


@pytest.mark.parametrize(
    "name", ["x.png", "x.PNG", "x.bmp", "x.tif", "x.ppm", "x.tga", "x.pcx", "x.sgi", "x.qoi", "x.dib", "x.apng"]
)
@pytest.mark.parametrize("as_named", [True, False])
def test_what_pillow_reads_is_read_whatever_its_ending(name: str, as_named: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    Image.fromarray(COLOUR).save(path)
    if not as_named:
        path = path.rename(tmp_path / "x.dat")
    assert is_image(str(path))
    np.testing.assert_array_equal(read(path), planes(COLOUR))
    gray = np.asarray(Image.fromarray(COLOUR).convert("L"))
    np.testing.assert_array_equal(read(path, grayscale=True), (gray / 255).astype(np.float32)[None])


@pytest.mark.parametrize("name", ["x.jpg", "x.jfif", "x.JPEG", "x.webp", "x.avif", "x.gif", "x.jp2"])
def test_formats_that_change_pixels_are_read_too(name: str, tmp_path: Path) -> None:
    smooth = np.linspace(40, 200, 16 * 16 * 3).reshape(16, 16, 3).astype(np.uint8)
    Image.fromarray(smooth).save(tmp_path / name)
    assert np.abs(read(tmp_path / name) - planes(smooth)).max() < 0.1


def test_texts_are_no_images(tmp_path: Path) -> None:
    for name, text in {"a.txt": "a", "b.yaml": "a: 1\nb: 2\n", "c": "", "d.json": "{}", "e.csv": "1,2\n" * 100}.items():
        (tmp_path / name).write_text(text)
        assert not is_image(str(tmp_path / name)), name


def deep(path: Path, values: Any, **more: Any) -> Path:
    Image.fromarray(values).save(path, **more)
    return path


DEEP = {
    "a 16-bit PNG": lambda to: deep(to / "x.png", GRAY * np.uint16(257)),
    "a 16-bit TIFF": lambda to: deep(to / "x.tif", GRAY * np.uint16(257)),
    "a big-endian 16-bit TIFF": lambda to: deep(to / "x.tif", (GRAY * np.uint16(257)).astype(">u2")),
    "a 16-bit PGM": lambda to: deep(to / "x.pgm", GRAY * np.uint16(257)),
    "a 16-bit JPEG 2000": lambda to: deep(to / "x.jp2", GRAY * np.uint16(257)),
    "a 12-bit TIFF": lambda to: twelve_bits(to / "x.tif"),
    "a 32-bit TIFF of bytes": lambda to: deep(to / "x.tif", GRAY.astype(np.int32)),
    "a 32-bit TIFF of 16 bits": lambda to: deep(to / "x.tif", GRAY.astype(np.int32) * 257),
    "a 32-bit TIFF of 31 bits": lambda to: deep(to / "x.tif", GRAY.astype(np.int32) * (2**31 // 255)),
    "a float TIFF up to 1": lambda to: deep(to / "x.tif", GRAY.astype(np.float32) / 255),
    "a float TIFF of bytes": lambda to: deep(to / "x.tif", GRAY.astype(np.float32)),
    "a float TIFF of 16 bits": lambda to: deep(to / "x.tif", GRAY.astype(np.float32) * 257),
    "a PFM": lambda to: deep(to / "x.pfm", GRAY.astype(np.float32) / 255),
}


def twelve_bits(path: Path) -> Path:
    """A TIFF file with two pixels in three bytes, which Pillow does not write."""
    height, width = GRAY.shape
    bits = ["".join(f"{value * 4095 // 255:012b}" for value in row) for row in GRAY.tolist()]
    digits = "".join(row + "0" * (-len(row) % 8) for row in bits)
    data = bytes(int(digits[place : place + 8], 2) for place in range(0, len(digits), 8))
    tags = {256: width, 257: height, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: len(data)}
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, n) for tag, n in tags.items())
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4))
    return path


@pytest.mark.parametrize("kind", DEEP)
def test_a_deep_image_reads_as_its_copy_of_8_bits(kind: str, tmp_path: Path) -> None:
    path, copy = DEEP[kind](tmp_path), deep(tmp_path / "copy.png", GRAY)
    assert Image.open(path).mode[0] in "IF"
    for grayscale in (True, False):
        for size in (None, (3, 4), (9, 9)):
            pixels, expected = read(path, grayscale, size), read(copy, grayscale, size)
            assert pixels.shape == expected.shape == (1 if grayscale else 3, *(size or GRAY.shape))
            np.testing.assert_allclose(pixels, expected, atol=AN_EIGHT_BIT_STEP)


@pytest.mark.parametrize("ending", ["png", "tif", "pgm", "jp2"])
def test_a_dark_16_bit_image_stays_dark(ending: str, tmp_path: Path) -> None:
    """Its depth says what is white, and not its lightest pixel."""
    path = deep(tmp_path / f"x.{ending}", np.full((3, 3), 200, np.uint16))
    np.testing.assert_allclose(read(path), 200 / 65535, rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.float32([[0, -1]]), "from -1 to 0"),
        (np.float32([[0, np.nan]]), "nan"),
        (np.float32([[0, np.inf]]), "inf"),
        (np.float32([[0, 1e6]]), "up to 1e+06"),
        (np.int32([[0, -5]]), "from -5 to 0"),
    ],
)
def test_pixels_that_have_no_depth_are_told(values: Any, word: str, tmp_path: Path) -> None:
    refused(deep(tmp_path / "x.tif", values), word)


def see_through(kind: str) -> tuple[Image.Image, dict[str, Any], Any]:
    """An image, how to save it, and what it looks like on white, (height, width, 3)."""
    rng = np.random.default_rng(2)
    alpha = rng.integers(0, 256, GRAY.shape, np.uint8)
    alpha[0] = 0
    alpha[1] = 255
    share = alpha[..., None] / 255
    if kind == "RGBA":
        return Image.fromarray(np.dstack([COLOUR, alpha])), {}, share * COLOUR + (1 - share) * 255
    if kind == "LA":
        on_white = share * GRAY[..., None] + (1 - share) * 255
        return Image.fromarray(np.dstack([GRAY, alpha])), {}, on_white.repeat(3, axis=2)
    clear = GRAY[0, 0] == GRAY
    if kind == "P":
        image = Image.fromarray(GRAY)
        image.putpalette([value for level in range(256) for value in (level, 255 - level, 7)])
        colours = np.dstack([GRAY, 255 - GRAY, np.full_like(GRAY, 7)])
        return image, {"transparency": int(GRAY[0, 0])}, np.where(clear[..., None], 255, colours)
    if kind == "L":
        return (
            Image.fromarray(GRAY),
            {"transparency": int(GRAY[0, 0])},
            np.where(clear, 255, GRAY)[..., None].repeat(3, 2),
        )
    if kind == "I;16":
        image = Image.fromarray(GRAY * np.uint16(257))
        return image, {"transparency": int(GRAY[0, 0]) * 257}, np.where(clear, 255, GRAY)[..., None].repeat(3, 2)
    assert kind == "RGB"
    clear = (COLOUR[0, 0] == COLOUR).all(-1, keepdims=True)
    return Image.fromarray(COLOUR), {"transparency": tuple(COLOUR[0, 0].tolist())}, np.where(clear, 255, COLOUR)


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P", "L", "I;16", "RGB"])
def test_what_is_transparent_lies_on_white(kind: str, tmp_path: Path) -> None:
    image, more, expected = see_through(kind)
    image.save(tmp_path / "x.png", **more)
    assert (Image.open(tmp_path / "x.png").mode, (expected == 255).all(-1).any()) == (kind, True)
    np.testing.assert_allclose(read(tmp_path / "x.png"), planes(expected), atol=AN_EIGHT_BIT_STEP)
    gray = read(tmp_path / "x.png", grayscale=True)[0]
    weights = np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(gray, (expected * weights).sum(-1) / 255, atol=1.5 * AN_EIGHT_BIT_STEP)


def test_an_opaque_image_with_an_alpha_channel_keeps_every_bit(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).convert("RGBA").save(tmp_path / "x.png")
    np.testing.assert_array_equal(read(tmp_path / "x.png"), planes(COLOUR))


STORED = {
    1: lambda x: x,
    2: np.fliplr,
    3: lambda x: np.rot90(x, 2),
    4: np.flipud,
    5: lambda x: x.swapaxes(0, 1),
    6: np.rot90,
    7: lambda x: np.rot90(x, 2).swapaxes(0, 1),
    8: lambda x: np.rot90(x, -1),
}
"""How a camera stores what it sees, by the orientation that it notes."""


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("pixels", [COLOUR, GRAY, GRAY * np.uint16(257)], ids=["colour", "gray", "16 bits"])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_an_image_stands_upright(orientation: int, pixels: Any, ending: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](pixels)))
    stored.save(tmp_path / f"x.{ending}", exif=exif)
    Image.fromarray(pixels).save(tmp_path / "upright.png")
    np.testing.assert_array_equal(read(tmp_path / f"x.{ending}"), read(tmp_path / "upright.png"))


@pytest.mark.parametrize("notes", [bytes(range(60)), b"II*\0\xff\xff\xff\xff", b"MM", b"neither"])
@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.webp"])
def test_notes_that_cannot_be_read_leave_an_image_as_it_is(name: str, notes: bytes, tmp_path: Path) -> None:
    Image.fromarray(COLOUR).save(tmp_path / f"plain {name}")
    Image.fromarray(COLOUR).save(tmp_path / name, exif=b"Exif\0\0" + notes)
    np.testing.assert_array_equal(read(tmp_path / name), read(tmp_path / f"plain {name}"))


# What cannot be read


def saved(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(COLOUR).save(file, kind)
    return file.getvalue()


SOUND = {kind: saved(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "ICO", "JPEG2000")}


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(SOUND)),
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6),
    length=st.none() | st.integers(0, 300),
)
def test_a_damaged_file_is_read_or_told_and_nothing_else(
    kind: str, changes: list[tuple[int, int]], length: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10**6)  # a width may become large, and the test slow
    data = bytearray(SOUND[kind])
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path / f"x.{kind.lower()}"
    path.write_bytes(data[:length])
    problem = ""
    try:
        pixels = read_image(str(path), False, (4, 4))
    except DataError as error:
        problem = str(error)
    if problem:
        assert problem.startswith(f"{path}: not an image that can be read (")
        assert len(problem) < len(str(path)) + MOST_OF_A_REASON + 100
    else:
        assert (pixels.shape, np.isfinite(pixels).all()) == ((3, 4, 4), True)


def test_a_bomb_a_broken_chunk_and_a_cut_file_are_told(tmp_path: Path) -> None:
    Image.new("1", (14_000, 14_000)).save(tmp_path / "bomb.png")
    refused(tmp_path / "bomb.png", "196000000 pixels", "exceeds limit")
    assert is_image(str((tmp_path / "bomb.png").rename(tmp_path / "bomb.dat"))), "it is told, and not passed over"
    data = SOUND["PNG"]
    (tmp_path / "chunk.png").write_bytes(data[:36] + bytes([data[36] - 40]) + data[37:])  # the next begins too soon
    refused(tmp_path / "chunk.png", "broken PNG file")
    (tmp_path / "cut.png").write_bytes(data[:60])
    refused(tmp_path / "cut.png")
    (tmp_path / "text.png").write_text("no image")
    refused(tmp_path / "text.png", "in no format that is known")
    refused(tmp_path / "none.png", "No such file or directory")
    refused(tmp_path)


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.png")
    refused(tmp_path / "x.png", "not a file")


def test_no_file_starts_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(COLOUR).save(tmp_path / "x.eps")
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_: pytest.fail("Ghostscript was started"))
    assert not is_image(str(tmp_path / "x.eps"))
    refused(tmp_path / "x.eps", "in no format that is known")
    (tmp_path / "x.eps").rename(tmp_path / "x.png")
    refused(tmp_path / "x.png", "in no format that is known")
    assert not {".eps", ".ps", ".wmf", ".mpg", ".h5"} & endings()
    assert {".png", ".jpg", ".jfif", ".gif", ".webp", ".avif", ".tif"} <= endings()
