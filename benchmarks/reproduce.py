"""Train every published system again and write docs/reproduction.md: python benchmarks/reproduce.py [--gpu]

Each step is one whole command, which trains into a folder of its own below --outputs. A step whose runs have all ended
is not run again, so this can be interrupted and continued. The page is written from those folders and nothing else, by
the package reproduction: each system has a module of its own for its tables, pictures and claims, and a template with
its words. Where a claim does not hold of the figures, the page and this command say so, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import reproduction

ROOT = Path(__file__).parents[1]
SEEDS = "seed=0,1,2"
TWINS = "model.backend=scratch,torch"
CIFAR = "CIFAR"
"""Stands for the choice of the data where a step trains on CIFAR-10."""

WEIGHTS = (
    *("experiment=hw11_scratch", "model.init=normal", "model.init_std=0.03,0.1,0.2,0.3,0.5,0.7,1"),
    *("data.normalize=false,[0.5,0.5],true", SEEDS, "train.eval_every=1"),
)
"""Ways in which hw11 may have drawn weights and scaled pixels."""

OUTPUTS = "OUTPUTS"
"""Stands for the folder of all steps."""


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        system: whose figures it gives; a name in reproduction.SYSTEMS.
        name: its folder.
        jobs: how many runs it leaves.
        words: overrides.
        alone: a run by itself, which is timed, rather than a sweep.
        gpu: too long without one.
    """

    system: str
    name: str
    jobs: int
    words: tuple[str, ...]
    alone: bool = False
    gpu: bool = False

    def words_for(self, cifar: str | None) -> list[str]:
        """Overrides, with the choice of CIFAR-10's files."""
        data = [] if cifar is None else ["data=image_folder", f"data.root={cifar}"]
        return [part for word in self.words for part in (data if word == CIFAR else [word])]

    def command(self, outputs: str, cifar: str | None) -> list[str]:
        """What is typed, after the name of the interpreter."""
        words = self.words_for(cifar)
        if self.alone:
            return ["train.py", *words, f"hydra.run.dir={outputs}/{self.name}/0"]
        return ["train.py", "-m", *words, f"hydra.sweep.dir={outputs}/{self.name}"]

    def done(self, outputs: Path) -> bool:
        """Whether all its runs have ended, well or not; what was interrupted has not."""
        summaries = [json.loads(path.read_text()) for path in (outputs / self.name).glob("*/summary.json")]
        return sum(summary["status"] != "interrupted" for summary in summaries) >= self.jobs


@dataclass(frozen=True)
class Program(Step):
    """A program of ours, which leaves rows in a file of its name; `jobs` is how many."""

    def command(self, outputs: str, cifar: str | None) -> list[str]:
        words = [word.replace(OUTPUTS, outputs) for word in self.words_for(cifar)]
        return [f"benchmarks/{self.name}.py", f"{outputs}/{self.name}.json", *words]

    def done(self, outputs: Path) -> bool:
        file = outputs / f"{self.name}.json"
        return file.exists() and len(json.loads(file.read_text())["rows"]) >= self.jobs


def steps() -> Iterator[Step]:
    """All steps, the cheapest first."""
    for data in ("moons", "circles", "blobs"):
        name = f"cs324_{data}"
        yield Step("cs324_toys", name, 6, (f"experiment={name}_scratch", TWINS, SEEDS))
        short = ("train.batch_size=32", "train.epochs=150")
        yield Step("cs324_toys", f"{name}_batch_32", 6, (f"experiment={name}_scratch", TWINS, SEEDS, *short))
    line = ("experiment=cs324_moons_scratch", "model.depth=0")
    yield Step("cs324_toys", "cs324_moons_line", 1, line, alone=True)
    yield Step("hw11", "hw11_torch", 6, ("experiment=hw11_torch", TWINS, SEEDS))
    normalized = ("experiment=hw11_torch", "data.normalize=true", TWINS, SEEDS)
    yield Step("hw11", "hw11_torch_normalized", 6, normalized)
    yield Step("hw11", "hw11_torch_alone", 1, ("experiment=hw11_torch",), alone=True)
    for backend in ("scratch", "torch"):
        timed = (f"experiment=hw4_{backend}", "train.epochs=5")
        yield Step("hw4", f"hw4_{backend}_alone", 1, timed, alone=True)
    yield Step("kece470", "kece470_mlp", 6, ("experiment=kece470_mlp", TWINS, "seed=123,124,125"))
    yield Program("kece470_pixels", "unscaled_test", 3, (f"{OUTPUTS}/kece470_mlp",))
    splits = ("experiment=kece470_mlp", "data.seed=0,1,2,3", "train.epochs=10", "model.backend=scratch")
    yield Step("kece470", "kece470_splits", 4, splits)
    weights = ("model.backend=scratch", "model.init=torch", "model.output_activation=sigmoid,identity")
    yield Step("hw4", "hw4_torch_weights", 6, ("experiment=hw4_torch", *weights, SEEDS))
    for backend in ("scratch", "torch"):
        yield Step("hw4", f"hw4_{backend}", 6, (f"experiment=hw4_{backend}", TWINS, SEEDS))
    rates = ("experiment=hw4_scratch", "optimizer.lr=4,8", SEEDS)
    yield Step("hw4", "hw4_scratch_rates", 6, rates)
    for study, jobs in {"activation": 24, "depth": 30, "activation_learning_rate": 168, "width": 36}.items():
        yield Step("hw5", f"hw5_{study}", jobs, ("experiment=hw5_mlp", f"+sweeps={study}", SEEDS, TWINS))
    lengths = ("experiment=cs324_palindrome_rnn", "+sweeps=sequence_length")
    for backend in ("scratch", "torch"):
        words = (*lengths, SEEDS, f"model.backend={backend}")
        yield Step("cs324_palindrome", f"palindrome_{backend}", 18, words)
    yield Step("cs324_cifar_mlp", "cs324_cifar_mlp", 6, ("experiment=cs324_cifar_mlp", CIFAR, TWINS, SEEDS))
    timed = ("experiment=hw11_scratch", "train.steps=200")
    yield Step("hw11_weights", "hw11_first_loss", 63, (*WEIGHTS, "data.limit=5000", "train.steps=1"))
    yield Step("hw11_weights", "hw11_weights", 63, (*WEIGHTS, "train.batch_size=64"))
    yield Step("hw11", "hw11_scratch_alone", 1, timed, alone=True)
    yield Program("hw11", "faulty_gradient", 40, ("--steps=2000",))
    yield Step("hw11", "hw11_scratch", 1, ("experiment=hw11_scratch",), alone=True)
    yield Step("hw11", "hw11_scratch_torch", 1, ("experiment=hw11_scratch", "model.backend=torch"), alone=True)
    normalized = ("experiment=hw11_scratch", "data.normalize=true")
    yield Step("hw11", "hw11_scratch_normalized", 1, normalized, alone=True)
    yield Step("beyond_mnist", "mnist_best_mlp", 3, ("experiment=mnist_best_mlp", SEEDS))
    yield Step("beyond_mnist", "mnist_best_mlp_shift", 1, ("experiment=mnist_best_mlp", "data.shift=1"), alone=True)
    yield Step("beyond_cifar", "cifar_cnn_fast", 1, ("experiment=cifar_cnn_fast", CIFAR), alone=True)
    cnn = ("experiment=cs324_cifar_cnn", CIFAR)
    yield Program("cs324_batch_norm", "zero_batch_norm", 40, (CIFAR,))
    yield Step("cs324_cifar_cnn", "cnn_cpu", 1, (*cnn, "train.epochs=4"), alone=True)
    rates = ("optimizer.lr=1e-2,1e-3,1e-4,1e-5", "scheduler=multistep", "scheduler.milestones=[80,120]")
    yield Step("cs324_cifar_cnn", "cnn_optimizer", 3, (*cnn, "optimizer=sgd,adam,rmsprop"), gpu=True)
    yield Step("cs324_cifar_cnn", "cnn_learning_rate", 4, (*cnn, *rates), gpu=True)
    for size in (256, 512):  # each in a process of its own, whose memory is told
        yield Step("cs324_cifar_cnn", f"cnn_batch_{size}", 1, (*cnn, f"train.batch_size={size}"), alone=True, gpu=True)


def typed(every: Iterable[Step]) -> dict[str, list[str]]:
    """What is typed for each system, as the page shows it."""
    found: dict[str, list[str]] = {}
    for step in every:
        found.setdefault(step.system, []).append(f"python {shlex.join(step.command('DIR', 'FOLDER'))}")
    return found


def run(chosen: list[Step], outputs: Path, cifar: str | None) -> list[Step]:
    """Run what has not been done, and return the steps that did not end well."""
    failed = []
    for number, step in enumerate(chosen, start=1):
        if step.done(outputs):
            print(f"[{number}/{len(chosen)}] {step.name}: done before", flush=True)
            continue
        shutil.rmtree(outputs / step.name, ignore_errors=True)  # what an interruption left
        command = step.command(str(outputs), cifar)
        print(f"[{number}/{len(chosen)}] {step.name}: python {shlex.join(command)}", flush=True)
        start = time.perf_counter()
        ended = subprocess.run([sys.executable, *command], cwd=ROOT).returncode
        if ended:
            failed.append(step)
        how = f"exit status {ended}" if ended else "done"
        print(f"[{number}/{len(chosen)}] {step.name}: {how} in {time.perf_counter() - start:.0f} s", flush=True)
    return failed


def main() -> int:
    every = list(steps())
    names = list(dict.fromkeys(name for step in every for name in (step.system, step.name)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outputs", type=Path, default=ROOT / "outputs" / "reproduction", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="systems or steps: %(choices)s")
    parser.add_argument("--cifar", metavar="DIR", help="CIFAR-10 as images in folders; else torchvision's")
    parser.add_argument("--gpu", action="store_true", help="also what takes a GPU")
    parser.add_argument("--write", action="store_true", help="write the page only")
    args = parser.parse_args()
    outputs = args.outputs.absolute()
    chosen = [step for step in every if not args.only or {step.system, step.name} & set(args.only)]
    chosen = [step for step in chosen if args.gpu or not step.gpu]
    failed = [] if args.write else run(chosen, outputs, args.cifar)
    broken = reproduction.write(outputs, ROOT / "docs", typed(every))
    for step in failed:
        print(f"{step.name} did not end well; the page says so.", file=sys.stderr)
    for claim in broken:
        print(claim, file=sys.stderr)
    return 1 if failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
