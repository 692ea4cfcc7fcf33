"""The only writer of benchmarks/RESULTS.md: one section for each benchmark, replaced when it is run again."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_info

from twinprop.run.environment import processor

FILE = Path(__file__).parent / "RESULTS.md"


def machine() -> str:
    """The processor and the kernels that NumPy's BLAS chose for it. PyTorch is not imported: a process that is started
    from this one would be said to take its memory."""
    import numpy as np
    import psutil

    kernels = {library["architecture"] for library in threadpool_info() if library["internal_api"] == "openblas"}
    return (
        f"{processor()}, {psutil.cpu_count()} cores, OpenBLAS kernels {', '.join(sorted(kernels))}; "
        f"Python {platform.python_version()}, NumPy {np.__version__}, torch {version('torch')}; "
        f"{datetime.date.today()}"
    )


def write(title: str, body: str) -> None:
    """Put `body` under `## title`, in place of what stood there, and print it."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else "# Measured\n"
    head, *sections = text.split("\n## ")
    kept = [section for section in sections if not section.startswith(title + "\n")]
    kept.append(f"{title}\n\n{body.strip()}\n")
    parts = [part.rstrip() + "\n" for part in (head, *kept)]
    FILE.write_text("\n## ".join(parts), encoding="utf-8")
    print(body)
