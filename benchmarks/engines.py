"""What engines and launchers cost, and large sweeps: python benchmarks/engines.py [--jobs 5] [--only local slurm ...]

For each: the seconds of a sweep of one tiny job, which is what a sweep costs at least, and of one job more, each a
stack by itself, one after the other; of Hydra's own launchers all but basic train several at once. The job is one
update of a network on scikit-learn's digits, by hand. SLURM is Debian's, on loopback, as the tests start it; it and Ray
are left out where they are not installed.

    python benchmarks/engines.py --runs 20000 --only local
    python benchmarks/engines.py --runs 20000 --stack 19 --only slurm     # 1,053 tasks, more than an array takes

measures one sweep instead: its time, its files and bytes, and the most memory that its processes took together (PSS:
what several share counts once).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import results

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.kit import slurm  # noqa: E402

COMMON = ["model.backend=scratch", "train.steps=1", "data.limit=300", "hydra.launcher.report=false"]
SLURM = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=slurm"]
ENGINES = {
    "local": [],
    "submitit_local": ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local"],
    "slurm": SLURM,
    "ray": [
        "hydra.launcher.engine=ray",
        "hydra.launcher.ray.init.num_cpus=2",
        "hydra.launcher.ray.init.include_dashboard=false",
    ],
    "Hydra's basic": ["hydra/launcher=basic"],
    "Hydra's joblib": ["hydra/launcher=joblib"],
    "Hydra's submitit_local": ["hydra/launcher=submitit_local"],
    "Hydra's submitit_slurm": ["hydra/launcher=submitit_slurm"],
    "Hydra's ray": ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2"],
}
ALONE = ["hydra.launcher.max_members=1", "hydra.launcher.workers=1"]
"""Each job a stack, one after the other."""

NEEDS = {"ray": "ray", "joblib": "joblib", "submitit": "submitit"}


def lacking(name: str) -> str:
    """Why an engine cannot be measured here; empty where it can."""
    if "slurm" in name and slurm.lacking():
        return slurm.lacking()
    return next(
        (f"{module} is not installed" for key, module in NEEDS.items() if key in name and not find_spec(module)), ""
    )


@contextmanager
def cluster(name: str) -> Iterator[dict[str, str]]:
    """The environment of commands, with SLURM where an engine needs it."""
    if "slurm" not in name:
        yield {**os.environ, "TWINPROP_REPORT": "false"}
        return
    with slurm.cluster() as found:
        yield {**found.environment, "TWINPROP_REPORT": "false"}


def command(jobs: int, folder: Path, *words: str) -> list[str]:
    """A sweep of so many tiny jobs."""
    common = [word for word in COMMON if not (word.startswith("hydra.launcher.") and "hydra/launcher" in str(words))]
    line = [sys.executable, str(ROOT / "train.py"), "-m", f"seed=range({jobs})", *common, *words]
    return [*line, f"hydra.sweep.dir={folder}/sweep"]


def seconds(jobs: int, environment: dict[str, str], *words: str) -> float:
    """Of a whole command."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        start = time.perf_counter()
        done = subprocess.run(
            command(jobs, Path(folder), *words),
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return time.perf_counter() - start


def costs(jobs: int, only: list[str], rounds: int) -> None:
    """The cost of one job, and of one more, with each engine."""
    rows = []
    for name, words in ENGINES.items():
        why = lacking(name)
        if why or (only and name not in only):
            print(f"{name}: left out{why and f', {why}'}", file=sys.stderr)
            continue
        own = words if "launcher=" in str(words) else [*words, *ALONE]
        with cluster(name) as environment:
            one, more = (min(seconds(count, environment, *own) for _ in range(rounds)) for count in (1, jobs))
        rows.append(f"| {name} | {one:.1f} | {(more - one) / (jobs - 1):.2f} |")
        print(rows[-1], file=sys.stderr)
    head = [f"{results.machine()}; {jobs} jobs", "", "| engine | one job, s | one more, s |", "| --- | --- | --- |"]
    results.write("What an engine costs", "\n".join([*head, *rows]))


def memory(process: int, folder: Path) -> int:
    """Bytes that a command, what it started, and its jobs on SLURM take, whose output is in its folder."""
    found = 0
    own = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    own += [each for each in psutil.process_iter(["cmdline"]) if f"{folder}/" in str(each.info["cmdline"])]
    for each in {each.pid: each for each in own}.values():
        with suppress(psutil.Error):
            found += each.memory_full_info().pss
    return found


def whole(name: str, runs: int, stack: str, folder: Path) -> None:
    """Measure one sweep of many runs."""
    lines: list[str] = []
    words = [*ENGINES[name], f"hydra.launcher.max_members={stack}", f"hydra.sweep.dir={folder}/sweep"]
    most = {"all": 0, "command": 0}
    with cluster(name) as environment:
        start = time.perf_counter()
        line = command(runs, folder, *words)[:-1]
        process = subprocess.Popen(
            line, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

        def watch() -> None:
            while process.poll() is None:
                with suppress(psutil.Error):
                    most["command"] = max(most["command"], psutil.Process(process.pid).memory_info().rss)
                    most["all"] = max(most["all"], memory(process.pid, folder))
                time.sleep(5)

        thread = threading.Thread(target=watch)
        thread.start()
        assert process.stdout is not None
        for text in process.stdout:
            lines.append(f"{time.perf_counter() - start:7.0f} s  {text.rstrip()}")
            print(lines[-1], file=sys.stderr, flush=True)
        thread.join()
        took = time.perf_counter() - start
    files = [path.lstat() for path in (folder / "sweep").rglob("*")]
    size = sum(each.st_blocks * 512 for each in files)
    rows = [
        f"{results.machine()}; {name}, exit status {process.returncode}",
        "",
        "| runs | seconds | milliseconds a run | files and folders | MiB on disk | MiB of memory, the command | all |",
        "| --- " * 7 + "|",
        f"| {runs:,} | {took:,.0f} | {1000 * took / runs:.1f} | {len(files):,} | {size / 2**20:,.0f} "
        f"| {most['command'] / 2**20:,.0f} | {most['all'] / 2**20:,.0f} |",
    ]
    results.write(f"A sweep of {runs:,} runs, {name}", "\n".join(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=2, help="of which the quickest counts")
    parser.add_argument("--only", nargs="*", default=[], choices=list(ENGINES))
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--stack", default="auto", help="networks in a stack, at most")
    parser.add_argument("--folder", type=Path, default=None, help="where the large sweep goes, and stays")
    args = parser.parse_args()
    if not args.runs:
        costs(args.jobs, args.only, args.rounds)
        return
    for name in args.only or ["local"]:
        folder = args.folder or Path(tempfile.mkdtemp(prefix="sweep"))
        whole(name, args.runs, args.stack, folder)
        if args.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
