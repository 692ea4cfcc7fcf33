"""TensorBoard's pages as a browser shows them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.kit.browser import chromium, serving
from tests.kit.sweeps import run

from twinprop.__main__ import main
from twinprop.commands import board

TEXT = """
const walk = node => node.nodeType === 3 ? node.textContent + ' ' : ['SCRIPT', 'STYLE'].includes(node.tagName) ? '' :
    [...(node.shadowRoot ? node.shadowRoot.childNodes : []), ...node.childNodes].map(walk).join('');
return walk(document.body).replace(/\\s+/g, ' ');
"""


def read_until(page: Any, *parts: str) -> str:
    """The text of a page, within its components, as soon as it has these parts."""
    text = ""
    for _ in range(600):
        text = page.execute_script(TEXT)
        if all(part in text for part in parts):
            break
        time.sleep(0.1)
    assert all(part in text for part in parts), text[:2000]
    return str(text)


def test_only_this_computer_is_served_under_an_address_that_nobody_guesses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (board.command("folder", tmp_path, 0) for _ in range(2))
    assert one[one.index("--host") + 1] == "127.0.0.1"
    prefixes = [words[words.index("--path_prefix") + 1] for words in (one, other)]
    assert len(set(prefixes)) == 2
    assert min(map(len, prefixes)) > 12
    for port in ("-1", "65536"):
        assert main(["board", str(tmp_path), f"--port={port}"]) == 1
        assert f"--port {port}: must be a whole number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.slow
def test_the_pages_of_a_sweep_can_be_read(tmp_path: Path) -> None:
    words = ["model.backend=scratch", "train.epochs=2", "data.limit=300", "optimizer.lr=0.01,0.1", "seed=range(25)"]
    run(tmp_path, *words)
    with serving(tmp_path, "board", "sweep", "--port", "0") as address, chromium() as page:
        page.get(address)
        read_until(page, "all 50 runs", "lr=0.1 seed=", "accuracy /val")
        ticked = page.execute_script("return document.querySelectorAll('runs-data-table input:checked').length")
        assert ticked >= 40, "TensorBoard shows nothing of runs that are not ticked"
        page.get("about:blank")
        page.get(f"{address}#text")
        text = read_until(page, "50 runs in", "39 of them are shown", "Command")
        assert "The whole configuration" in text
        page.get("about:blank")
        page.get(f"{address}#hparams")
        text = read_until(page, "optimizer.lr", "best/val_accuracy")
        assert "model.width" not in text
        page.get("about:blank")
        page.get(f"{address}#custom_scalars")
        text = read_until(page, "loss, val", "loss, training and validation")
