"""What a job costs beside its training: python benchmarks/overhead.py [--jobs 1000]

First the configurations alone: composing, checking and naming each job of a sweep, and writing its .hydra, here and by
Hydra's own loader. Then a whole command that trains each network for one step, so that nearly all of its time is what
a job costs: composing, planning, a run's directory with its event file and pictures, and the table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import results
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from twinprop.app.folders import conf
from twinprop.app.register import register
from twinprop.app.sweep_jobs import SweepComposer

ROOT = Path(__file__).parents[1]
HYDRAS = 20


def configurations(jobs: int) -> tuple[float, float]:
    """Milliseconds a job: here, and by Hydra's loader, which composes each job twice."""
    register()
    words = [
        [f"optimizer={('sgd', 'adam')[number % 2]}", f"optimizer.lr={0.001 * (number + 1)}", f"seed={number}"]
        for number in range(jobs)
    ]
    with tempfile.TemporaryDirectory() as folder, initialize_config_dir(str(conf()), job_name="train"):
        os.chdir(folder)
        loader = GlobalHydra.instance().config_loader()
        master = loader.load_configuration("config", ["seed=0,1", "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
        HydraConfig.instance().set_config(master)
        start = time.perf_counter()
        composer = SweepComposer(loader, master)
        for number, overrides in enumerate(words):
            composer.job(number, overrides).write()
        here = (time.perf_counter() - start) / jobs
        start = time.perf_counter()
        for overrides in words[:HYDRAS]:
            loader.load_sweep_config(master, overrides)
        hydras = 2 * (time.perf_counter() - start) / min(jobs, HYDRAS)
        os.chdir(ROOT)
    return 1000 * here, 1000 * hydras


def command(jobs: int, *words: str) -> float:
    """Seconds of a whole command whose jobs train for one step."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, str(ROOT / "train.py"), "-m", f"seed=range({jobs})", "model.backend=scratch"]
        line += ["train.steps=1", f"hydra.sweep.dir={folder}/sweep", *words]
        start = time.perf_counter()
        subprocess.run(line, check=True, capture_output=True, cwd=folder)
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    jobs = parser.parse_args().jobs
    here, hydras = configurations(jobs)
    few = statistics.median(command(2) for _ in range(3))
    together = (command(jobs) - few) / (jobs - 2)
    basic = (command(HYDRAS, "hydra/launcher=basic") - command(2, "hydra/launcher=basic")) / (HYDRAS - 2)
    rows = [
        f"{results.machine()}; {jobs} jobs, {HYDRAS} where Hydra does it",
        "",
        "| milliseconds a job | population | Hydra's own | |",
        "| --- " * 4 + "|",
        f"| configurations, with .hydra | {here:.1f} | {hydras:.0f} | {hydras / here:.0f} |",
        f"| everything but training | {1000 * together:.1f} | {1000 * basic:.0f} | {basic / together:.0f} |",
    ]
    results.write("What a job costs beside its training", "\n".join(rows))


if __name__ == "__main__":
    main()
