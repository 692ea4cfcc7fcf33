"""Draw the figures of docs/reports.md again: a sweep of learning rates on the digits, and its report.

python benchmarks/report_images.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
WORDS = ["model.backend=scratch", "optimizer.lr=0.003,0.01,0.03,0.1,0.3,1", "seed=0,1,2", "train.epochs=10"]


def main() -> None:
    with TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "train.py"), "-m", *WORDS, "hydra.sweep.dir=rates"]
        subprocess.run(command, cwd=folder, check=True)
        shutil.copyfile(Path(folder) / "rates" / "plots" / "result.png", ROOT / "docs" / "images" / "report-rates.png")


if __name__ == "__main__":
    main()
