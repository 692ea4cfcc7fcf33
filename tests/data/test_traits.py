"""What images have in common is measured as a person would say it, and comes back from JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.kit.drawn import BOX, SIDE, digits

from twinprop.data.digits import Digits
from twinprop.data.image_folder import ImageFolder
from twinprop.data.toy import Moons
from twinprop.data.traits import Traits, figure_of, some_of, traits_of


def test_digits_are_light_on_dark_and_stand_where_they_were_put() -> None:
    found = traits_of(digits())
    assert (found.ground, found.plain, found.lighter, found.light_on_dark) == ([0.0], 1.0, 1.0, True)
    assert found.extent.median == BOX / SIDE
    assert found.by_mass, "the box moves with the shape, and the mass does not"
    assert all(abs(each.median - 0.5) < 0.03 for each in found.middle)
    assert found.peak == (1, 1, 1)
    dark = traits_of(1 - digits())
    assert (dark.ground, dark.light_on_dark, dark.extent) == ([1.0], False, found.extent)
    np.testing.assert_allclose(dark.middle, found.middle, atol=1e-5)
    mixed = np.concatenate([digits() * 0.5 + 0.5, 0.5 - digits() * 0.5])
    assert traits_of(mixed).light_on_dark is None


def test_pictures_without_a_ground_have_none() -> None:
    images = np.random.default_rng(0).random((40, 3, 8, 9)).astype(np.float32)
    found = traits_of(images)
    assert not found.on_a_ground
    assert found.light_on_dark is None
    assert found.aspect == (9 / 8, 9 / 8)
    grey = np.broadcast_to(np.linspace(0, 1, 20, dtype=np.float32)[:, None, None, None], (20, 1, 8, 8))
    assert not traits_of(grey).on_a_ground, "each is plain, and no two alike"
    for shape in ((3, 1, 8, 8), (3, 1, 1, 5), (3, 3, 1, 1)):
        assert traits_of(np.zeros(shape, np.float32)).light_on_dark is None


def test_they_come_back_from_json() -> None:
    found = traits_of(digits(), aspect=(0.5, 2.0))
    assert Traits.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_a_figure_is_what_stands_out() -> None:
    image = np.zeros((1, 10, 20), np.float32)
    image[0, 2:5, 4:14] = 0.8
    image[0, 9, 19] = 0.1
    found = figure_of(image, [0.0])
    assert found is not None
    assert (found.box, found.extent, found.lighter) == ((2, 5, 4, 14), 0.5, True)
    assert found.middle(by_mass=False) == found.middle(by_mass=True) == (0.35, 0.45)
    assert figure_of(image, [0.0], noise=0.9) is None
    assert figure_of(np.full((1, 5, 5), 0.5, np.float32), [0.5]) is None


def test_normalised_images_are_measured_as_they_were() -> None:
    raw, normalised = (Digits(normalize=yes).load().traits for yes in (False, True))
    assert raw is not None
    assert normalised is not None
    for name, value in raw.items():
        if name not in ("by_mass", "plain", "lighter"):
            np.testing.assert_allclose(normalised[name], value, atol=1e-5, err_msg=name)
    assert raw["plain"] > 0.99
    assert Moons().load().traits is None


@pytest.mark.parametrize("resident", [True, False])
def test_files_of_any_proportions_are_measured(resident: bool, tmp_path: Path) -> None:
    for name, size in {"a": (40, 20), "b": (20, 20)}.items():
        (tmp_path / name).mkdir()
        for number in range(8):
            Image.new("RGB", size, (number, 200, 0)).save(tmp_path / name / f"{number}.png")
    found = ImageFolder(root=str(tmp_path), image_size=10, resident=resident, workers=0).load().traits
    assert found is not None
    assert found["aspect"] == (1.0, 2.0)
    assert found["ground"][1] == pytest.approx(200 / 255)


def test_some_images_stand_for_all() -> None:
    assert some_of(3, 10).tolist() == [0, 1, 2]
    assert len(some_of(60_000, 784)) == 250
    assert len(some_of(60_000, 10**7)) == 16


ODD = [None, "x", [], {}, [None], float("nan"), float("inf"), 10**400]


@pytest.mark.parametrize("name", ["ground", "plain", "lighter", "extent", "middle", "peak", "brightness", "aspect"])
def test_what_cannot_have_been_saved_is_an_error(name: str) -> None:
    saved = json.loads(json.dumps(traits_of(digits()).as_dict()))
    assert Traits.from_dict(saved) == traits_of(digits())
    for odd in ODD:
        each = saved[name]
        inside = [[*each[:-1], odd], [odd, *each[1:]]] if isinstance(each, list) else []
        for wrong in [odd, *inside]:
            if name != "ground" or wrong not in ([], {}):  # which has another number of channels than any run
                with pytest.raises((KeyError, TypeError, ValueError, OverflowError)):
                    Traits.from_dict({**saved, name: wrong})
