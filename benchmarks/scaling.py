"""How the cost of a sweep grows: with its members, their width and depth, the batch, the samples, and tiny jobs.

    TWINPROP_DATA=... python benchmarks/scaling.py [--rounds 1] [--small]

writes docs/images/scaling.png. Each point is a whole command by hand on MNIST, from the shell and back, in seconds of
all processors: 64 networks 784-50-50-10, batch 64, two epochs of 30,000 images, and one of these changed; tiny jobs are
networks 64-50-50-10 that train for one step on scikit-learn's digits. The dashed line is the best a + b × (what the
work should be proportional to).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import processes
import results

IMAGE = Path(__file__).parents[1] / "docs" / "images" / "scaling.png"
SETTING = {"members": 64, "width": 50, "depth": 2, "batch": 64, "images": 30_000}
EPOCHS = 2


@dataclass
class Axis:
    """What is varied.

    Attributes:
        title: above its diagram.
        points: its values.
        work: what the cost should grow with.
        proportional: the same in words.
    """

    title: str
    points: list[int]
    work: Callable[[float], float]
    proportional: str


AXES = {
    "members": Axis("networks", [16, 32, 64, 128, 256], lambda n: n, "networks"),
    "width": Axis("units in a layer", [25, 50, 100, 200, 300], lambda n: 784 * n + n * n + 10 * n, "multiply-adds"),
    "depth": Axis("hidden layers", [1, 2, 4, 6, 8], lambda n: n, "layers"),
    "batch": Axis("samples in a batch", [8, 16, 32, 64, 128, 256], lambda n: 1 / n, "updates"),
    "images": Axis("images", [7_500, 15_000, 30_000, 45_000, 60_000], lambda n: n, "images"),
    "jobs": Axis("tiny jobs", [100, 200, 400, 800, 1600], lambda n: n, "jobs"),
}


def command(name: str, value: int) -> processes.Taken:
    """The sweep with one thing changed."""
    if name == "jobs":
        return processes.sweep(f"seed=range({value})", "model.backend=scratch", "train.steps=1")
    now = SETTING | {name: value}
    return processes.sweep(
        *("data=mnist", "model.backend=scratch", f"train.epochs={EPOCHS}", "optimizer.lr=0.1", "model.hidden=null"),
        *(f"seed=range({now['members']})", f"model.width={now['width']}", f"model.depth={now['depth']}"),
        *(f"train.batch_size={now['batch']}", f"data.limit={now['images']}"),
    )


def line(axis: Axis, points: list[int], seconds: list[float]) -> tuple[float, float]:
    """a and b of the best a + b × work, each point as important as it is large."""
    work = np.array([axis.work(point) for point in points])
    design = np.stack([np.ones_like(work), work], axis=1) / np.array(seconds)[:, None]
    a, b = np.linalg.lstsq(design, np.ones(len(points)), rcond=None)[0]
    return float(a), float(b)


def draw(found: dict[str, tuple[list[int], list[float]]]) -> None:
    """The figure."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from twinprop.report.style import COLOURS, DOTS, STYLE

    with plt.rc_context(STYLE):
        figure, places = plt.subplots(2, 3, figsize=(7.4, 4.4), layout="constrained")
        for place, (name, (points, seconds)) in zip(places.flat, found.items(), strict=False):
            axis = AXES[name]
            a, b = line(axis, points, seconds)
            across = np.linspace(min(points), max(points), 200)
            place.plot(across, [a + b * axis.work(x) for x in across], "--", color="0.5")
            place.plot(points, seconds, "o", color=COLOURS[0])
            place.locator_params(axis="x", nbins=4)
            place.set_xlabel(axis.title)
            place.set_title(f"a + b × {axis.proportional}", color="0.4")
            place.set_ylim(0, 1.1 * max(seconds))
        for row in places:
            row[0].set_ylabel("seconds of processors")
        figure.savefig(IMAGE, dpi=DOTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="leave out the two largest of each")
    args = parser.parse_args()
    found: dict[str, tuple[list[int], list[float]]] = {}
    lines = [
        f"{results.machine()}; medians of {args.rounds}",
        "",
        "Seconds of all processors, whole commands by hand: 64 networks 784-50-50-10, batch 64, two epochs of "
        "30,000 images of MNIST, and one of these changed. Tiny jobs: 64-50-50-10 on digits, one step. Off: how far "
        "the points are from a + b × work at most.",
        "",
        "| what is changed | seconds | grows with | off |",
        "| --- | --- | --- | --- |",
    ]
    for name, axis in AXES.items():
        points, seconds = axis.points[: -2 if args.small else None], []
        for point in points:
            seconds.append(median(command(name, point).processors for _ in range(args.rounds)))
            print(f"{axis.title} {point:,}: {seconds[-1]:.1f} s", flush=True)
        a, b = line(axis, points, seconds)
        off = max(abs((a + b * axis.work(point)) / own - 1) for point, own in zip(points, seconds, strict=True))
        cells = ", ".join(f"{point:,}: {own:.1f}" for point, own in zip(points, seconds, strict=True))
        lines.append(f"| {axis.title} | {cells} | {axis.proportional} | {off:.0%} |")
        found[name] = (points, seconds)
    draw(found)
    results.write("How the cost of a sweep grows", "\n".join(lines))


if __name__ == "__main__":
    main()
