"""The quick end loses nothing that Python's own end would keep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BUSY = """
import atexit, gc, logging, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from twinprop.app import ending

gc.set_threshold(10**6)  # or it would take the circle apart when it likes
if {torch}:
    sys.modules["torch"] = sys  # all that is asked is whether it is there
files = [open("text", "w"), open("bytes", "wb"), open("line", "w", buffering=1), open("read")]
logging.basicConfig(filename="log", level="INFO")

def late():
    time.sleep(0.3)
    with open("thread", "w") as file:
        file.write("done")

class Keeper:  # an object that only a circle keeps alive
    def __init__(self):
        self.file, self.itself = open("circle", "w"), self
        self.file.write("kept")

def main():
    files[0].write("unflushed"); files[1].write(b"unflushed"); files[2].write("no end of line")
    Keeper()
    threading.Thread(target=late).start()
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    atexit.register(lambda: (print("at exit"), open("exit", "w").write("called")))
    logging.info("said")
    ThreadPoolExecutor(1).submit(lambda: open("pool", "w").write("x"))
    sys.stdout.write("out"); sys.stderr.write("err")
    {leave}

ending.run(main)
"""


def ended(folder: Path, torch: bool, leave: str) -> tuple[int, str, str, dict[str, bytes]]:
    folder.mkdir()
    (folder / "read").write_text("")
    code = BUSY.format(torch=torch, leave=leave)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr, {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("leave", ["return 0", "sys.exit(3)", "sys.exit('a message')", "sys.exit()"])
def test_the_quick_end_is_as_pythons_own(leave: str, tmp_path: Path) -> None:
    quick, own = (ended(tmp_path / str(torch), torch, leave) for torch in (True, False))
    own[3]["circle"] = b"kept"  # which Python itself may lose
    assert quick == own
    assert quick[3]["text"] == quick[3]["bytes"] == b"unflushed"
    assert quick[3]["thread"] == b"done"
    assert quick[3]["exit"] == b"called"


def test_what_fails_shows_as_it_does(tmp_path: Path) -> None:
    status, _, err, _ = ended(tmp_path / "there", True, "raise RuntimeError('unforeseen')")
    assert status == 1
    assert "RuntimeError: unforeseen" in err


@pytest.mark.parametrize("closed", ["", ">&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1251"])
def test_a_command_prints_what_the_console_can_show(encoding: str, closed: str, tmp_path: Path) -> None:
    code = """
from twinprop.app import ending

def main():
    print("\u00d7 \u6f22 \u0416 \U0001f600", flush=True)
    with open("file", "w") as file:
        file.write("of its own")

ending.run(main)
"""
    command = f"{sys.executable} -c '{code}' {closed}"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"" if closed else b"? ? ")
    assert (tmp_path / "file").read_text() == "of its own"
