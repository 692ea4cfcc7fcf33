"""What a job costs beside its training: python benchmarks/overhead.py [--jobs 1000]

First the configurations alone: composing, checking and naming each job of a sweep, and writing its .hydra, here and by
Hydra's own loader. Then a whole command that trains each network for one step, so that nearly all of its time is what
a job costs: composing, planning, a run's directory with its event file and pictures, and the table; of a network
64-50-50-10 on digits, which has 25 kB of weights, and of one of 2-8-2 on moons.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import processes
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


def one_more(jobs: int, *words: str) -> dict[str, float]:
    """What one more job takes, in a whole command whose jobs train for one step: ms, ms of processors, kB, files."""
    words = ("model.backend=scratch", "train.steps=1", *words)
    few, many = (processes.sweep(f"seed=range({number})", *words) for number in (2, jobs))
    units = {"seconds": 1e3, "processors": 1e3, "bytes": 1e-3, "files": 1.0}
    return {name: unit * (getattr(many, name) - getattr(few, name)) / (jobs - 2) for name, unit in units.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    jobs = parser.parse_args().jobs
    here, hydras = configurations(jobs)
    basic = one_more(HYDRAS, "hydra/launcher=basic")
    digits, moons = one_more(jobs), one_more(jobs, "data=moons", "model.hidden=[8]")
    rows = [
        f"{results.machine()}; {jobs} jobs, {HYDRAS} where Hydra does it",
        "",
        "| one more job | 64-50-50-10 on digits | 2-8-2 on moons | Hydra's own, 64-50-50-10 |",
        "| --- " * 4 + "|",
        f"| its configuration, with .hydra | {here:.1f} ms | | {hydras:.0f} ms |",
    ]
    parts = {"everything but training": "seconds", "of it, on all processors": "processors"}
    rows += [
        f"| {name} | {digits[part]:.1f} ms | {moons[part]:.1f} ms | {basic[part]:.0f} ms |"
        for name, part in parts.items()
    ]
    rows.append(f"| written | {digits['bytes']:.0f} kB | {moons['bytes']:.0f} kB | {basic['bytes']:.0f} kB |")
    rows.append(f"| files | {digits['files']:.1f} | {moons['files']:.1f} | {basic['files']:.1f} |")
    results.write("What a job costs beside its training", "\n".join(rows))


if __name__ == "__main__":
    main()
