"""Which images a folder holds: of which split, of which class, and what in it is passed over.

ROOT/CLASS/*, or ROOT/train/CLASS/* with val/ and test/ beside it, by their common names in any case. Images lie in
the folder of a class at any depth. A file that links lead to in several ways is one image of its class.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

from twinprop.data.image_files import is_image
from twinprop.errors import DataError
from twinprop.text import plural, shown

SPLITS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
"""Names of the folders of each split, in lower case."""

SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}

ENDS = r"($|[^a-z])"
SPLIT_WORD = re.compile(rf"(?<![a-z])({'|'.join(SPLIT_OF)})(?={ENDS}|(s|set|data|images?|imgs?){ENDS})")
"""The word of a split in a longer name: `train_images`, `dataset-test`, `trainset`; none in `trainer`."""

NAMED = 20
"""Folders that a message names."""

OF_THE_SYSTEM = {
    *("__macosx", "__pycache__", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"),
    *("@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found"),
}
"""Files and folders that systems and programs leave among those of people, in lower case."""


class ImageTree:
    """The images under the folder `root`.

    Attributes:
        folders: the folder of each split, `{"train": ROOT/Train, ...}`; of a folder without splits `{"train": ROOT}`.
        images: of each split and class, in alphabetical order, where each file really is, and its path.
        passed: how many files and folders are passed over, by their kind.

    Raises:
        DataError: there is no such folder, or it is not clear what in it is a split, a class or an image.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passed: Counter[str] = Counter()
        self.folders = self.splits()
        self.images = {split: self.classes(folder) for split, folder in self.folders.items()}
        self.check()

    @property
    def names(self) -> list[str]:
        """The names of the classes."""
        return list(self.images["train"])

    def splits(self) -> dict[str, Path]:
        """The folders of the splits; of a folder that has images of classes directly, itself."""
        folders = [entry.name for entry in self.entries(self.root) if is_folder(entry)]
        named: dict[str, list[str]] = {}
        for name in folders:
            named.setdefault(SPLIT_OF.get(name.lower(), ""), []).append(name)
        others = named.pop("", [])
        # a folder that has images in it, and no folders, may well be a class called "train"
        divided = [split for split in named if any(self.has_folders(self.root / name) for name in named[split])]
        if len(named_alike := alike(others)) > 1 and not named:
            raise self.problem(
                f"has {slashed(named_alike)}, which seem to be splits, and no classes.",
                "rename them train/, val/ and test/, or set data.root to the folder of the training images alone.",
            )
        if not divided and (others or not named):
            self.passed.clear()  # the same entries come again, as those of the only split
            return {"train": self.root}
        all_named = slashed([name for names in named.values() for name in names])
        alone = "or set data.root to the folder of the training images alone."
        if others and len(divided) == 1:
            raise self.problem(
                f"has {all_named} beside {slashed(others)}.", f"take away what is no class or split, {alone}"
            )
        for split, names in named.items():
            if len(names) > 1:
                raise self.problem(f"has several folders for one split: {slashed(names)}.", f"keep one, {alone}")
            if split not in divided:
                raise self.problem(f"has no folder of a class in {slashed(names)}.", f"take it away, {alone}")
        if "train" not in named:
            raise self.problem(f"has {all_named} but no train/.")
        self.passed["beside the splits"] += len(others)
        return {split: self.root / named[split][0] for split in SPLITS if split in named}

    def classes(self, folder: Path) -> dict[str, dict[str, str]]:
        """The images of each class in the folder of a split."""
        real = os.path.realpath(folder)
        above = {real, *map(str, Path(real).parents)}
        found = {}
        for entry in self.entries(folder):
            if not is_folder(entry):
                self.passed["outside of the classes"] += 1
            elif (place := os.path.realpath(entry.path)) in above:
                self.passed["linked to what is above"] += 1
            else:
                found[entry.name] = entry.path, place
        # who comes to another class by a link finds images that are not of this one
        elsewhere = above | {place for _, place in found.values()}
        return {name: self.files(path, place, set(elsewhere)) for name, (path, place) in found.items()}

    def files(self, folder: str, real: str, seen: set[str]) -> dict[str, str]:
        """The images in a folder and in those below, but not in folders that were seen already."""
        found: dict[str, str] = {}
        folders = [(folder, real)]
        while folders:
            folder, real = folders.pop()
            for entry in self.entries(folder):
                place = os.path.realpath(entry.path) if entry.is_symlink() else os.path.join(real, entry.name)
                if place in seen or place in found:
                    self.passed["linked twice"] += 1
                elif is_folder(entry):
                    seen.add(place)
                    folders.append((entry.path, place))
                elif self.accepts(entry.path):
                    found[place] = entry.path
        return dict(sorted(found.items(), key=lambda item: os.path.split(item[1])))

    def accepts(self, path: str) -> bool:
        """Whether a file is to be read as an image."""
        if os.path.exists(path) and not os.path.isfile(path):
            self.passed["neither file nor folder"] += 1
            return False
        if is_image(path):
            return True
        ending = os.path.splitext(path)[1].lower()
        self.passed[ending or "without an ending"] += 1
        return False

    def listed(self, folder: str | Path) -> list[os.DirEntry[str]]:
        """What is in a folder, in alphabetical order."""
        try:
            with os.scandir(folder) as found:
                return sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise self.problem(f"cannot be read: {folder}: {error.strerror}.") from error

    def entries(self, folder: str | Path) -> list[os.DirEntry[str]]:
        """What is to be seen in a folder, in alphabetical order."""
        everything = self.listed(folder)
        seen = [entry for entry in everything if not hidden(entry.name)]
        self.passed["hidden or the system's"] += len(everything) - len(seen)
        return seen

    def has_folders(self, folder: Path) -> bool:
        """Whether there are folders to be seen in a folder."""
        return any(is_folder(entry) and not hidden(entry.name) for entry in self.listed(folder))

    def check(self) -> None:
        """That there are classes, the same everywhere, with images to train on."""
        folder, classes = self.folders["train"], self.images["train"]
        if not classes:
            raise self.problem(f"has no class folder in {folder}.")
        if len(classes) < 2:
            inside = folder / self.names[0]
            deeper = f" If those in it are meant: data.root={inside}." if self.has_folders(inside) else ""
            raise DataError(
                f"data=image_folder: {folder} has one class, {self.names[0]}; it needs two folders or more.{deeper}"
            )
        unwritten = [shown(name) for name in classes if not is_text(name)]
        if unwritten:
            raise self.problem(f"has names that are no text in UTF-8: {slashed(unwritten)}.", "rename those folders.")
        empty = [name for name, files in classes.items() if not files]
        if empty:
            raise self.problem(f"has no image in {slashed(empty)} of {folder}; {self.told()}.")
        for split, found in self.images.items():
            unknown = [name for name in found if name not in classes]
            if unknown:
                raise DataError(
                    f"data=image_folder: {folder} has the classes {slashed(self.names)}, but {self.folders[split]} has "
                    f"{slashed(unknown)} as well; it needs folders of the same names."
                )
            if not any(found.values()):
                raise self.problem(f"has no image in {self.folders[split]}; {self.told()}.")

    def told(self) -> str:
        """What is passed over, in words."""
        kinds = [f"{count:,} {kind}" for kind, count in sorted(self.passed.items()) if count]
        return f"passed over: {', '.join(kinds) or 'nothing'}"

    def twice(self) -> list[str]:
        """What is wrong with files that are in two splits, or in two classes of one, by links."""
        found = []
        whole = {split: set().union(*classes.values()) for split, classes in self.images.items()}
        for one, other in combinations(whole, 2):
            if both := len(whole[one] & whole[other]):
                where = slashed([self.folders[one].name, self.folders[other].name])
                found.append(f"{plural(both, 'image')} in both {where}, by links")
        for split, classes in self.images.items():
            if again := sum(map(len, classes.values())) - len(whole[split]):
                found.append(f"{plural(again, 'image')} in two classes of {self.folders[split]}, by links")
        return found

    def problem(self, text: str, to_do: str = "set data.root to such a folder.") -> DataError:
        """The error that `root` is not as it should be."""
        return DataError(
            f"data=image_folder: {self.root} {text}\n"
            f"  where:    data.root={self.root}\n"
            "  expected: ROOT/CLASS/*.png, or ROOT/train/CLASS/*.png with test/, val/ or both beside train/\n"
            f"  to do:    {to_do}"
        )


def alike(names: list[str]) -> list[str]:
    """Names, where all are the same but for the word of a split, as train_images and test_images; else none."""
    rest = {SPLIT_WORD.sub("", name.lower()) for name in names if SPLIT_WORD.search(name.lower())}
    return names if len(rest) == 1 and all(SPLIT_WORD.search(name.lower()) for name in names) else []


def hidden(name: str) -> bool:
    """Whether a file or folder is hidden, or the system's."""
    return name.startswith(".") or name.lower() in OF_THE_SYSTEM


def is_text(name: str) -> bool:
    """Whether a name can be written in UTF-8; of other bytes in a name, Python makes half letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def slashed(names: list[str]) -> str:
    """`train/, test/`; of many the first."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"{name}/" for name in names[:NAMED]) + more
