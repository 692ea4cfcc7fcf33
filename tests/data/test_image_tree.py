"""What a folder of images is taken for: splits, classes, images, and what is passed over."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torchvision.datasets import ImageFolder as TorchvisionFolder

from twinprop.data.image_tree import SPLITS, ImageTree
from twinprop.errors import DataError


def put(root: Path, *names: str) -> Path:
    """Make small images of these names; a name that ends in a slash is an empty folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (2, 2), (len(name), 0, 0)).save(path, "PNG")
    return root


def seen(root: Path) -> dict[str, dict[str, list[str]]]:
    """Names of the images of each class in each split, from the folder of the class on."""
    tree = ImageTree(root)
    return {
        split: {
            name: [os.path.relpath(path, tree.folders[split] / name) for path in files.values()]
            for name, files in classes.items()
        }
        for split, classes in tree.images.items()
    }


def refused(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        ImageTree(root)
    assert str(root) in str(caught.value)
    return str(caught.value)


TWO = {"a": ["1.png"], "b": ["1.png"]}


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    put(tmp_path, "b/2.png", "b/1.png", "a/1.png", "a/deep/0.png", "a/deep/er/3.png")
    assert seen(tmp_path) == {"train": {"a": ["1.png", "deep/0.png", "deep/er/3.png"], "b": ["1.png", "2.png"]}}
    assert ImageTree(tmp_path).names == ["a", "b"]


def test_classes_and_images_come_in_torchvisions_order(tmp_path: Path) -> None:
    names = [
        "Z/1.png",
        "a/10.png",
        "a/9.png",
        "a/b/1.png",
        "a/b.png",
        "a/B/2.jpg",
        "a b/é.png",
        "a/b-c/1.png",
        "10/x.png",
    ]
    put(tmp_path, *names)
    theirs = TorchvisionFolder(str(tmp_path))
    tree = ImageTree(tmp_path)
    assert tree.names == theirs.classes
    ours = [(path, tree.names.index(name)) for name in tree.names for path in tree.images["train"][name].values()]
    assert ours == theirs.samples


@st.composite
def names_of_splits(draw: st.DrawFn) -> dict[str, str]:
    """Folders of a training split and of none, one or two others, as people name them."""
    chosen = {"train", *draw(st.sets(st.sampled_from(["val", "test"])))}
    names = {split: draw(st.sampled_from(SPLITS[split])) for split in SPLITS if split in chosen}
    return {split: draw(st.sampled_from([name, name.upper(), name.title()])) for split, name in names.items()}


@given(names_of_splits())
def test_splits_are_known_by_their_common_names(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]
) -> None:
    root = tmp_path_factory.mktemp("images")
    for folder in names.values():
        put(root, f"{folder}/a/1.png", f"{folder}/b/1.png")
    assert seen(root) == dict.fromkeys(names, TWO)
    assert ImageTree(root).folders == {split: root / folder for split, folder in names.items()}
    shutil.rmtree(root)


def test_train_may_be_a_class_among_others(tmp_path: Path) -> None:
    put(tmp_path, "train/1.png", "bus/1.png", "Test/1.png")
    assert list(seen(tmp_path)["train"]) == ["Test", "bus", "train"]


def test_other_folders_beside_splits_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png", "extra/1.png", "train/sheet.png")
    assert seen(tmp_path) == {"train": TWO, "test": TWO}
    assert ImageTree(tmp_path).told() == "passed over: 1 beside the splits, 1 outside of the classes"


def test_other_splits_may_lack_a_class_but_have_no_others(tmp_path: Path) -> None:
    put(tmp_path, "train/a/1.png", "train/b/1.png", "train/c/1.png", "test/b/1.png", "val/c/1.png", "val/a/")
    assert seen(tmp_path)["test"] == {"b": ["1.png"]}
    assert seen(tmp_path)["val"] == {"a": [], "c": ["1.png"]}
    put(tmp_path, "test/d/1.png")
    message = refused(tmp_path)
    assert "train has the classes a/, b/, c/, but" in message
    assert "test has d/ as well" in message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "has no class folder"),
        (["1.png", "2.png"], "has no class folder"),
        (["a/1.png"], "has one class, a;"),
        (["a/1.png", "b/"], "has no image in b/"),
        (["a/1.png", "b/.hidden.png"], "has no image in b/"),
        (["test/a/1.png", "test/b/1.png"], "has test/ but no train/"),
        (["Val/a/1.png", "Test/a/1.png"], "has Test/, Val/ but no train/"),
        (["train/a/1.png", "train/b/1.png", "c/1.png"], "has train/ beside c/"),
        (["train/1.png", "test/1.png"], "no folder of a class in test/"),
        (["train/a/1.png", "train/b/1.png", "test/1.png"], "no folder of a class in test/"),
        (["train/a/1.png", "train/b/1.png", "test/a/"], "test; passed over: nothing"),
        (["train/a/1.png", "train/b/1.png", "val/"], "no folder of a class in val/"),
        (["train/a/1.png", "training/a/1.png"], "several folders for one split: train/, training/"),
        (["train/a/1.png", "val/a/1.png", "dev/a/1.png"], "several folders for one split: dev/, val/"),
        (["train/a/1.png", "test/a/1.png"], "has one class, a;"),
    ],
)
def test_what_is_not_clear_is_refused(names: list[str], message: str, tmp_path: Path) -> None:
    put(tmp_path, *names)
    assert message in refused(tmp_path)


@pytest.mark.parametrize(
    "names", [["train_images", "test_images"], ["Trainset", "testset", "valset"], ["seg-train", "seg-test"]]
)
def test_splits_by_other_names_are_no_classes(names: list[str], tmp_path: Path) -> None:
    put(tmp_path, *[f"{name}/{each}/1.png" for name in names for each in "ab"])
    assert "which seem to be splits" in refused(tmp_path)
    put(tmp_path, "other/1.png")
    assert len(ImageTree(tmp_path).names) == len(names) + 1


def test_trainers_and_testers_are_classes(tmp_path: Path) -> None:
    assert ImageTree(put(tmp_path, "trainer/1.png", "tester/1.png")).names == ["tester", "trainer"]


def test_a_folder_around_the_folder_is_told(tmp_path: Path) -> None:
    put(tmp_path, "data/train/a/1.png", "data/test/a/1.png")
    assert f"data.root={tmp_path}/data" in refused(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "No such file or directory" in refused(tmp_path / "none")
    assert "Not a directory" in refused(put(tmp_path, "file") / "file")


HIDDEN = [".DS_Store", "._1.png", "Thumbs.db", "thumbs.DB", "desktop.ini", ".1.png"]
HIDDEN_FOLDERS = [".ipynb_checkpoints", "__MACOSX", ".git", "@eaDir", "$RECYCLE.BIN", "System Volume Information"]


def test_what_is_hidden_or_the_systems_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/1.png")
    for name in HIDDEN:
        put(tmp_path, name, f"a/{name}")
    for name in HIDDEN_FOLDERS:
        put(tmp_path, f"{name}/1.png", f"{name}/a/1.png", f"a/{name}/1.png")
    assert seen(tmp_path) == {"train": TWO}
    count = 2 * (len(HIDDEN) + len(HIDDEN_FOLDERS))
    assert ImageTree(tmp_path).told() == f"passed over: {count} hidden or the system's"


def test_files_that_are_no_images_are_counted_by_their_ending(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "a/2.JFIF", "a/3", "a/4.dat", "b/1.png")
    for name in ("a/x.txt", "a/y.TXT", "b/z.json", "b/LICENSE"):
        (tmp_path / name).write_text("a text")
    os.mkfifo(tmp_path / "b" / "pipe.png")
    assert seen(tmp_path) == {"train": {"a": ["1.png", "2.JFIF", "3", "4.dat"], "b": ["1.png"]}}
    told = "1 .json, 2 .txt, 1 neither file nor folder, 1 without an ending"
    assert ImageTree(tmp_path).told() == f"passed over: {told}"


def test_what_only_pretends_to_be_an_image_is_kept_to_be_told(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a" / "2.png").write_text("a text")
    (tmp_path / "a" / "3.png").symlink_to("nowhere")
    (tmp_path / "a" / "4.png").symlink_to("4.png")
    assert seen(tmp_path)["train"]["a"] == ["1.png", "2.png", "3.png", "4.png"]


def test_loops_of_links_multiply_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/1.png", "a/deep/2.png")
    before = seen(tmp_path)
    for place, to in {
        "a/up": "..",
        "a/self": ".",
        "a/deep/top": "../..",
        "a/deep/again": "../deep",
        "a/other": "../b",
        "b/other": "../a",
        "a/root": "/",
        "round": ".",
        "back": "..",
        "b/2.png": "1.png",
    }.items():
        (tmp_path / place).symlink_to(to)
    assert seen(tmp_path) == before
    assert ImageTree(tmp_path).passed.total() == 10
    assert ImageTree(tmp_path).twice() == []


def test_links_to_images_and_folders_elsewhere_are_followed(tmp_path: Path) -> None:
    put(tmp_path / "store", "1.png", "more/2.png", "more/3.png")
    put(tmp_path / "root", "b/1.png", "a/")
    (tmp_path / "root" / "a" / "one.png").symlink_to(tmp_path / "store" / "1.png")
    (tmp_path / "root" / "a" / "same.png").symlink_to(tmp_path / "store" / "1.png")
    (tmp_path / "root" / "a" / "x").symlink_to(tmp_path / "store" / "more")
    (tmp_path / "root" / "a" / "y").symlink_to(tmp_path / "store" / "more")
    (tmp_path / "root" / "c").symlink_to(tmp_path / "store")
    (tmp_path / "link").symlink_to("root")
    found = seen(tmp_path / "link")["train"]
    assert [len(files) for files in found.values()] == [3, 1, 3]
    assert found["c"] == ["1.png", "more/2.png", "more/3.png"]
    (told,) = ImageTree(tmp_path / "root").twice()
    assert told == f"3 images in two classes of {tmp_path / 'root'}, by links"


def test_one_image_in_two_splits_is_told(tmp_path: Path) -> None:
    put(tmp_path, "train/a/1.png", "train/b/1.png", "val/a/1.png", "test/b/2.png")
    (tmp_path / "test" / "a").symlink_to(tmp_path / "train" / "a")
    (tmp_path / "test" / "b" / "1.png").symlink_to(tmp_path / "train" / "b" / "1.png")
    (tmp_path / "val" / "a" / "2.png").symlink_to(tmp_path / "test" / "b" / "2.png")
    assert ImageTree(tmp_path).twice() == [
        "2 images in both train/, test/, by links",
        "1 image in both val/, test/, by links",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/1.png", "b/deep/2.png")
    (tmp_path / "b" / "deep").chmod(0)
    assert f"{tmp_path / 'b' / 'deep'}: Permission denied" in refused(tmp_path)
    (tmp_path / "b" / "deep").chmod(0o700)


def test_many_folders_are_not_all_named(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", *[f"class {number:02}/" for number in range(30)])
    message = refused(tmp_path)
    assert "class 19/ and 10 more of" in message
    assert "class 20" not in message


def test_a_class_whose_name_is_no_text_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", f"{os.fsdecode(b'b' + bytes([255]))}/1.png")
    with pytest.raises(DataError, match=r"has names that are no text in UTF-8: b\\udcff/"):
        ImageTree(tmp_path)
