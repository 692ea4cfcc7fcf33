"""What a command imports, of what takes long: a hand-written network waits for no library that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = [
    "torch",
    "torch._dynamo",
    "sympy",
    "torchvision",
    "sklearn",
    "pandas",
    "matplotlib",
    "scipy.linalg",
    "tensorboard.compat.tensorflow_stub",
]
"""Each takes longer than a small network trains."""

LINES = {
    "train --help": [],
    "train model.backend=scratch train.epochs=1 hydra.run.dir=run": [],
    "resume run train.epochs=2": [],
    "evaluate run": [],
    "predict run samples.npy": [],
    # without its report, which draws once all is trained
    "sweep model.backend=scratch train.epochs=1 seed=0,1,2,3 hydra.sweep.dir=sweep": [],
    "train model.backend=torch train.epochs=1 hydra.run.dir=twin": ["torch"],
}
"""Command lines, and what has been imported after each, in one process."""

CODE = """
import json, sys
from pathlib import Path
from twinprop.__main__ import main
from twinprop.population import pool

heavy, lines = json.loads(sys.argv[1]), json.loads(sys.argv[2])
work = pool.work

def listed(*arguments):
    work(*arguments)
    Path("worker").write_text(json.dumps([name for name in heavy if name in sys.modules]))

pool.work = listed
import numpy as np

np.save("samples.npy", np.zeros((2, 8, 8)))
found = {}
for line in lines:
    try:
        main(line.split())
    except SystemExit as end:
        assert not end.code, (line, end.code)
    found[line] = [name for name in heavy if name in sys.modules]
Path("found").write_text(json.dumps(found))
"""


def test_commands_import_only_what_they_need(tmp_path: Path) -> None:
    words = [json.dumps(HEAVY), json.dumps(list(LINES))]
    done = subprocess.run([sys.executable, "-c", CODE, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {line: sorted(names) for line, names in json.loads((tmp_path / "found").read_text()).items()}
    assert found == {line: sorted(names) for line, names in LINES.items()}
    assert json.loads((tmp_path / "worker").read_text()) == [], "a worker of the sweep"
