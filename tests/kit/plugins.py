"""Plugins as tests write them, and a process that forgets them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.commands import ROOT
from tests.kit.markdown import blocks

from twinprop.config import extend, plugins
from twinprop.learners import first_use

HEAD = "import twinprop\nfrom twinprop.scratch import Activation\n"
CUBE = f"""{HEAD}
@twinprop.activation("cube", torch="mathematics:Cube")
class Cube(Activation):
    def forward(self, z, training=False):
        self.z = z
        return z * z * z

    def backward(self, da, need_dx=True):
        return 3 * self.z * self.z * da
"""


@contextmanager
def forgotten() -> Iterator[None]:
    """What is loaded within is forgotten after, and what was loaded before is not there."""
    before = dict(plugins.LOADED), list(sys.path)
    for plugin in plugins.loaded():
        extend.forget(plugin.module)
    plugins.LOADED.clear()
    first_use.TOLD.clear()
    try:
        yield
    finally:
        for plugin in plugins.loaded():
            extend.forget(plugin.module)
        for origin in {origin.module for origin in extend.ORIGINS.values()}:
            extend.forget(origin)
        plugins.LOADED.clear()
        sys.path[:] = before[1]
        for plugin in before[0].values():
            plugins.install(plugin.spec, plugin.path, plugin.text)


def examples(folder: Path) -> list[Path]:
    """The files of docs/extending.md, each written as the page names it."""
    text = (ROOT / "docs" / "extending.md").read_text("utf-8")
    found = []
    for kind, code in blocks(ROOT / "docs" / "extending.md"):
        if kind == "python":
            name = text.partition(code)[0].split("`")[-5]
            path = folder / name
            path.write_text(code, "utf-8")
            found.append(path)
    return found
