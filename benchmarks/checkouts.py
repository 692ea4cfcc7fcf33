"""Whether two checkouts of twinprop compute the same bits, and how fast each is: before and after a change of code.

    python benchmarks/checkouts.py bits BEFORE AFTER [--only NAME ...]
    python benchmarks/checkouts.py bits BEFORE --record FILE.json     # beside it FILE.npz, with every tensor
    python benchmarks/checkouts.py bits AFTER --against FILE.json
    TWINPROP_DATA=... python benchmarks/checkouts.py speed BEFORE AFTER [--rounds 5] [--only NAME ...] [--write]

BEFORE and AFTER are directories. Any two versions can be compared: of each, only what users type is used (`train.py`,
`twinprop.train`), and only what a run leaves is read. `bits` wants all but times to be equal to the last bit, and exits
with 1 where it is not; one case of it wants MNIST, as `speed` does, which times the two in turn. NAME is a part of the
name of a case. Where others want the same cores, OMP_NUM_THREADS=1 keeps two threads from waiting for each other, and
the seconds of processors tell more than those of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from checkout_cases import SINGLE, SWEEPS, TIMED, TIMED_PARTS, WARM_UP
from checkout_facts import Side, read


def chosen(cases: Mapping[str, str], only: list[str] | None) -> dict[str, str]:
    """The cases whose names have one of `only` in them."""
    return {name: words for name, words in cases.items() if only is None or any(part in name for part in only)}


def python(checkout: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in a checkout, and with it."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=checkout, env=environment, input=stdin, capture_output=True, text=True, check=False
    )


def verify(checkout: Path, file: str) -> None:
    """End where the twinprop that was imported, from `file`, is not the checkout's."""
    if not Path(file).resolve().is_relative_to((checkout / "src").resolve()):
        sys.exit(f"{checkout}: there, Python imports another twinprop than src/twinprop: {file or 'none'}")


def verified(path: Path) -> Path:
    """A checkout, whose own twinprop is what its train.py will import."""
    checkout = path.resolve()
    done = python(checkout, "-c", "import twinprop; print(twinprop.__file__)")
    verify(checkout, done.stdout.strip())
    return checkout


# Bits


def train_here(checkout: Path, folder: Path) -> None:
    """Train the runs on standard input, a line each, in this process, which is one of its own."""
    import twinprop

    verify(checkout, twinprop.__file__)
    for number, line in enumerate(sys.stdin):
        try:
            twinprop.train(*line.split(), f"hydra.run.dir={folder}/{number}")
        except Exception as error:
            (folder / str(number)).mkdir(exist_ok=True)
            text = f"{type(error).__name__}: {error}".replace(str(folder), "FOLDER")
            (folder / str(number) / "error").write_text(text, encoding="utf-8")


def draw_images(folder: Path) -> None:
    """Colour images of two classes."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for number in range(40):
            Image.fromarray(rng.integers(0, 256, (9, 8, 3), np.uint8)).save(folder / kind / f"{number}.png")


def train_all(path: Path, only: list[str] | None) -> Side:
    """Train every case with a checkout."""
    checkout, side = verified(path), Side()
    with tempfile.TemporaryDirectory() as name:
        folder, start = Path(name), time.perf_counter()
        draw_images(folder / "images")
        single = chosen(SINGLE, only)
        lines = "\n".join(single.values()).replace("IMAGES", str(folder / "images"))
        done = python(checkout, str(Path(__file__).resolve()), "train", str(checkout), name, stdin=lines)
        if done.returncode:
            sys.exit(done.stderr)
        for number, case in enumerate(single):
            read(side, case, "", folder / str(number))
        print(f"{path}: {len(single)} single runs in {time.perf_counter() - start:.0f} s", flush=True)
        for number, (case, words) in enumerate(chosen(SWEEPS, only).items()):
            start, sweep = time.perf_counter(), folder / f"sweep{number}"
            done = python(checkout, "train.py", *words.split(), f"hydra.sweep.dir={sweep}")
            side.cases[case] = {"command": {"exit status": str(done.returncode)}}
            jobs = {job.name.partition("_")[0]: job for job in sweep.glob("[0-9]*/")}
            for run in sorted(jobs, key=int):
                read(side, case, run, jobs[run])
            if not jobs:
                side.cases[case]["command"]["error"] = done.stderr.replace(name, "FOLDER")
            print(f"{path}: {case}, {len(jobs)} runs in {time.perf_counter() - start:.0f} s", flush=True)
    return side


def difference(case: str, before: Side, after: Side) -> str:
    """What differs first in a case, and how far apart the parameters of that run are; empty where nothing differs."""
    earlier, later = before.cases.get(case, {}), after.cases.get(case, {})
    for run in {**earlier, **later}:
        first, second = earlier.get(run, {}), later.get(run, {})
        if first == second and list(first) == list(second):
            continue
        differing = [key for key in {**first, **second} if first.get(key) != second.get(key)]
        if not differing:
            return f"{run} the order of what was written"
        gaps = [gap for key in differing if (gap := parameter_gap(before, after, f"{case}/{run}/{key}")) is not None]
        parameters = f", parameters by up to {max(gaps):.1e}" if gaps else ""
        what = difference_text(differing[0], first.get(differing[0]), second.get(differing[0]))
        return f"{f'run {run}: ' if run else ''}{what} ({len(differing)} of {len(first)} facts differ{parameters})"
    return ""


def parameter_gap(before: Side, after: Side, key: str) -> float | None:
    """The largest difference of the numbers of a tensor; None where there are not two of one shape."""
    import numpy as np

    if key not in before.tensors or key not in after.tensors:
        return None
    first, second = (side.tensors[key].astype(float) for side in (before, after))
    return float(np.max(np.abs(first - second), initial=0)) if first.shape == second.shape else None


def difference_text(key: str, first: str | None, second: str | None) -> str:
    """A fact before and after, and how far apart they are where they are numbers."""
    values = " -> ".join("nothing" if text is None else text[:48] for text in (first, second))
    try:
        return f"{key}: {values}, off by {abs(float(first or '') - float(second or '')):.1e}"
    except ValueError:
        return f"{key}: {values}"


def bits(args: argparse.Namespace) -> None:
    """Train all cases with each checkout, record what came of the first, and compare."""
    import numpy as np

    sides = [train_all(path, args.only) for path in args.checkouts]
    if args.record:
        text = json.dumps({"machine": sides[0].machine, "cases": sides[0].cases}, indent=1)
        args.record.write_text(text + "\n", encoding="utf-8")
        np.savez(args.record.with_suffix(".npz"), **sides[0].tensors)
    if args.against:
        recorded = json.loads(args.against.read_text(encoding="utf-8"))
        sides.insert(0, Side(recorded["cases"], dict(np.load(args.against.with_suffix(".npz"))), recorded["machine"]))
    runs = [facts for case in sides[-1].cases.values() for run, facts in case.items() if run != "command"]
    without = sum("tensors" not in facts for facts in runs)
    print(f"{len(sides[-1].cases)} cases, {len(runs)} runs, {without} of them without a model")
    if len(sides) == 1:
        return
    before, after = sides
    if before.machine != after.machine:
        print(f"Not on the same machine, so that rounding may differ:\n  {before.machine}\n  {after.machine}")
    found = {case: difference(case, before, after) for case in chosen({**SINGLE, **SWEEPS}, args.only)}
    for case, what in found.items():
        print(f"{case:40} {what or 'equal'}")
    differing = sum(map(bool, found.values()))
    print(f"{len(found) - differing} of {len(found)} cases are equal to the last bit, {differing} differ")
    sys.exit(min(differing, 1))


# Speed


def timed(checkout: Path, words: str) -> list[float]:
    """Seconds of training, summed over the runs of a sweep; of the whole command; and of processors in it."""
    with tempfile.TemporaryDirectory() as folder:
        start, used = time.perf_counter(), processor_seconds()
        done = python(checkout, "train.py", *words.split(), f"hydra.run.dir={folder}/0", f"hydra.sweep.dir={folder}")
        whole = [time.perf_counter() - start, processor_seconds() - used]
        if done.returncode:
            sys.exit(f"{checkout}: train.py {words}\n{done.stderr}")
        summaries = [json.loads(path.read_text()) for path in Path(folder).glob("*/summary.json")]
    return [sum(summary["seconds"]["train"] for summary in summaries), *whole]


def processor_seconds() -> float:
    """What all processes that this one started, and that ended, took of processors."""
    times = os.times()
    return times.children_user + times.children_system


def cells(before: list[float], after: list[float]) -> str:
    """Medians, and the median of the ratios of pairs with the range of these."""
    ratios = [second / first for first, second in zip(before, after, strict=True)]
    medians = f"{statistics.median(before):.2f} | {statistics.median(after):.2f}"
    return f"{medians} | {statistics.median(ratios):.3f} ({min(ratios):.2f} to {max(ratios):.2f})"


def speed(args: argparse.Namespace) -> None:
    """Time the cases with both checkouts in turn."""
    if "TWINPROP_DATA" not in os.environ:
        sys.exit("speed: needs MNIST; TWINPROP_DATA is the folder that holds it.")
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # kernels as the library chooses them
        os.environ.pop(name, None)
    checkouts = [verified(path) for path in (args.before, args.after)]
    lines = [
        f"Seconds, medians of {args.rounds}; after / before is the median of the rounds' ratios, with their range. "
        "Training is summed over the networks of a sweep; the command is from the shell and back; "
        "processors are what it took of all cores.",
        "",
        f"| case | {' | '.join(f'{what} before | after | after / before' for what in TIMED_PARTS)} |",
        "| --- " * (1 + 3 * len(TIMED_PARTS)) + "|",
    ]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as compiled:
        # neither checkout is spared what Python compiles, and nothing is left in them
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for checkout in checkouts:
            timed(checkout, WARM_UP)
        for case, words in chosen(TIMED, args.only).items():
            rounds = [[timed(checkout, words) for checkout in checkouts] for _ in range(args.rounds)]
            parts = range(len(TIMED_PARTS))
            columns = [[[both[side][part] for both in rounds] for side in (0, 1)] for part in parts]
            lines.append(f"| {case} | {' | '.join(cells(*column) for column in columns)} |")
            print(lines[-1], flush=True)
    if args.write:
        import results

        results.write("Two checkouts", "\n".join([results.machine(), "", *lines]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="{bits,speed}")
    command = commands.add_parser("bits")
    command.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT", help="BEFORE and AFTER, or one of them")
    command.add_argument("--record", type=Path, metavar="FILE.json", help="keep what came of the first checkout")
    command.add_argument("--against", type=Path, metavar="FILE.json", help="take what was kept for BEFORE")
    command.add_argument("--only", nargs="+", metavar="NAME")
    command = commands.add_parser("speed")
    command.add_argument("before", type=Path)
    command.add_argument("after", type=Path)
    command.add_argument("--rounds", type=int, default=5)
    command.add_argument("--only", nargs="+", metavar="NAME")
    command.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    command = commands.add_parser("train")  # what bits has a process of the checkout do
    command.add_argument("checkout", type=Path)
    command.add_argument("folder", type=Path)
    args = parser.parse_args()
    if "TWINPROP_DATA" in os.environ:  # commands run elsewhere
        os.environ["TWINPROP_DATA"] = str(Path(os.environ["TWINPROP_DATA"]).resolve())
    if args.command == "train":
        train_here(args.checkout, args.folder)
    elif args.command == "speed":
        speed(args)
    elif not chosen({**SINGLE, **SWEEPS}, args.only):
        parser.error("bits: --only names no case")
    elif len(args.checkouts) + bool(args.against) == 2 or (args.record and len(args.checkouts) == 1):
        bits(args)
    else:
        parser.error("bits: needs BEFORE and AFTER, AFTER and --against, or BEFORE and --record")


if __name__ == "__main__":
    main()
