"""Writes docs/reproduction.md and its pictures: published figures beside those of the runs below a folder.

A module for each system makes its tables and pictures from the files of the runs, and checks what is concluded from
them; templates/ has its words, in a file of the same name. A run that is missing or did not complete is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from reproduction import (
    beyond_cifar,
    beyond_mnist,
    cs324_batch_norm,
    cs324_cifar_cnn,
    cs324_cifar_mlp,
    cs324_palindrome,
    cs324_toys,
    hw4,
    hw5,
    hw11,
    hw11_weights,
    kece470,
    kece470_pixels,
)
from reproduction.page import TEMPLATES, Page
from reproduction.runs import NOT_RUN, Record, machines

MOST_TOLD = 8
"""Runs that did not complete, named in a section, at most; tables count all of them."""

SYSTEMS: dict[str, Callable[[Page], None]] = {
    "kece470": kece470.tell,
    "kece470_pixels": kece470_pixels.tell,
    "hw4": hw4.tell,
    "hw11": hw11.tell,
    "hw11_weights": hw11_weights.tell,
    "hw5": hw5.tell,
    "cs324_toys": cs324_toys.tell,
    "cs324_cifar_mlp": cs324_cifar_mlp.tell,
    "cs324_cifar_cnn": cs324_cifar_cnn.tell,
    "cs324_batch_norm": cs324_batch_norm.tell,
    "cs324_palindrome": cs324_palindrome.tell,
    "beyond_mnist": beyond_mnist.tell,
    "beyond_cifar": beyond_cifar.tell,
}
"""In the order of the page. Each gives its figures and claims to the template of its name."""


def write(outputs: Path, docs: Path, commands: Mapping[str, Sequence[str]]) -> list[str]:
    """Write reproduction.md and its pictures, and return the claims of the page that do not hold.

    The section of a system of which nothing is in `outputs` stays as the page has it.

    Args:
        outputs: the folder of all steps.
        docs: where reproduction.md goes, and pictures into its folder images.
        commands: what was typed for each system.
    """
    images = docs / "images"
    images.mkdir(parents=True, exist_ok=True)
    there = docs / "reproduction.md"
    before = there.read_text(encoding="utf-8") if there.exists() else ""
    kept = {"## " + part.partition("\n")[0]: "## " + part.rstrip() for part in before.split("\n## ")[1:]}
    used: dict[Path, Record] = {}
    sections, broken = [], []
    old = False
    for name, tell in SYSTEMS.items():
        page = Page(TEMPLATES / f"{name}.md", outputs, images)
        tell(page)
        title = page.template.read_text(encoding="utf-8").partition("\n")[0]
        if page.is_empty and title in kept:
            sections.append(kept[title])
            old = True
            continue
        typed = "\n".join(commands.get(name, ()))
        sections += [page.text(), *not_completed(page.used.values()), f"```sh\n{typed}\n```"]
        broken += page.broken
        used |= page.used
    head = (TEMPLATES / "head.md").read_text(encoding="utf-8").strip()
    trained = re.search(r"^Trained on: (.*)\.$", before, flags=re.MULTILINE) if old else None
    machine = machines(used.values())
    told = [trained[1]] if trained else []
    where = f"Trained on: {'; and '.join(dict.fromkeys([*told, *([machine] if machine else [])])) or NOT_RUN}."
    text = "\n\n".join([head, where, *sections]) + "\n"
    there.write_text(text, encoding="utf-8")
    return broken


def not_completed(runs: Iterable[Record]) -> list[str]:
    """The runs that did not complete, as the end of a section tells them; nothing where all did."""
    lost = [run for run in runs if run.status != "completed"]
    if not lost:
        return []
    named = [f"* `{run.path.parent.name}/{run.path.name}`: {told(run)}" for run in lost[:MOST_TOLD]]
    more = len(lost) - MOST_TOLD
    return ["**Did not complete:**", "\n".join([*named, f"* and {more} more"] if more > 0 else named)]


def told(run: Record) -> str:
    """Status and reason, without the folders of this machine."""
    reason = run.summary.get("reason", "")
    return f"{run.status}{': ' if reason else ''}{re.sub(r'/[^ :,;]+/', '', reason)}"
