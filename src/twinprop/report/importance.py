"""Which of many keys the result depends on: all runs as lines across an axis for each key, and permutation importance.

A forest learns the result from the keys; how much worse it predicts with a key's values shuffled is that key's
importance (Breiman 2001), by scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.report.study import Study
from twinprop.report.style import COLOURS, FONT, GREY, Picture, new_figure, scale_of
from twinprop.report.words import key_words, metric_words, value_words, wrapped
from twinprop.task import higher_is_better
from twinprop.text import spelled

FEWEST_KEYS, FEWEST_CHOICES = 3, 12
"""Of which importance is told: with fewer, the other figures show more, or nothing can be learnt."""

TRUSTED = 0.3
"""Share of the result's variance that a forest must predict of choices that it has not seen."""

JITTER = 0.025
"""Of an axis' height."""

MOST_LINES = 1000
MOST_LABELS = 12


@dataclass
class Importance:
    """How much the result depends on each key.

    Attributes:
        keys: the most important first.
        means: how much of the variance that the forest explains is lost with each key shuffled.
        deviations: of these over shuffles.
        explained: share of the variance that the forest predicts of choices it has not seen; with less than `TRUSTED`,
            the rest says little.
    """

    keys: list[str]
    means: NDArray[Any]
    deviations: NDArray[Any]
    explained: float

    @property
    def trusted(self) -> bool:
        return self.explained >= TRUSTED


def many(study: Study) -> bool:
    """Whether importance is told."""
    return len(study.keys) >= FEWEST_KEYS and len(study.variants) >= FEWEST_CHOICES


def importance(study: Study) -> Importance:
    """Permutation importance of the keys for the mean result of a choice."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    x = np.array([[position(study, key, each.values[key]) for key in study.keys] for each in study.variants])
    y = np.array([each.over_seeds(study.metric).mean for each in study.variants])
    if not study.metric.endswith("accuracy") and (y > 0).all():
        y = np.log(y)
    forest = RandomForestRegressor(100, min_samples_leaf=2, oob_score=True, random_state=0).fit(x, y)
    found = permutation_importance(forest, x, y, n_repeats=10, random_state=0)
    order = np.argsort(-found.importances_mean, kind="stable")
    keys = [study.keys[at] for at in order]
    return Importance(keys, found.importances_mean[order], found.importances_std[order], float(forest.oob_score_))


def position(study: Study, key: str, value: Any) -> float:
    """Where a value stands among those of its key: a forest asks for nothing but the order."""
    return float(list(map(spelled, study.comparison.values[key])).index(spelled(value)))


def parallel_picture(study: Study, found: Importance) -> Picture:
    """Every choice as a line across the keys, coloured by its result; and the keys' importance beside it."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    keys = study.keys
    ranked = study.ranked[:MOST_LINES]
    results = np.array([each.over_seeds(study.metric).mean for each in ranked])
    better = results if higher_is_better(study.metric) else -results
    order = np.argsort(better)
    figure = new_figure(max(7.0, 1.15 * len(keys) + 3.2), 4.6)
    left, right = figure.subplots(1, 2, width_ratios=[max(2.2, 0.62 * len(keys)), 1])
    places = {key: heights(study, key) for key in keys}
    # the colours follow the ranks, or one choice that failed would take them all
    norm = Normalize(0, max(len(ranked) - 1, 1))
    # a little apart, or those that share values would be one line
    apart = np.random.default_rng(0).uniform(-JITTER, JITTER, (len(ranked), len(keys))) * (len(ranked) > FEWEST_CHOICES)
    lines = [
        [(at, places[key][spelled(ranked[which].values[key])] + apart[which, at]) for at, key in enumerate(keys)]
        for which in order
    ]
    wide = 0.6 if len(ranked) > 100 else 1.0
    collection = LineCollection(lines, array=np.arange(len(order)), cmap="cividis_r", norm=norm)
    collection.set(linewidths=wide, alpha=0.75)
    collection.set_rasterized(len(ranked) > 100)
    left.add_collection(collection)
    best = lines[-1]
    left.plot(*zip(*best, strict=True), color=COLOURS[1], lw=2.2, marker="o", label="the best")
    left.set(xlim=(-0.4, len(keys) - 0.3), ylim=(-0.06, 1.06), yticks=[])
    left.grid(visible=False)
    left.spines["left"].set_visible(False)
    left.spines["bottom"].set_visible(False)
    for at, key in enumerate(keys):
        left.axvline(at, color="0.4", lw=0.8, zorder=0.5)
        values = study.comparison.values[key]
        kept = range(len(values)) if len(values) <= MOST_LABELS else (0, len(values) // 2, len(values) - 1)
        for place in kept:
            left.annotate(
                value_words(key, values[place])[:14],
                (at, places[key][spelled(values[place])]),
                xytext=(3, 0),
                textcoords="offset points",
                fontsize=FONT - 2.5,
                va="center",
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
            )
    left.set_xticks(range(len(keys)), [wrapped(key_words(key), 12) for key in keys])
    left.tick_params(length=0)
    shaded = ScalarMappable(norm, "cividis_r")
    bar = figure.colorbar(shaded, ax=left, location="left", shrink=0.7, aspect=28, ticks=[0, len(ranked) - 1])
    ends = [f"{results[order[at]]:.3g}" for at in (0, -1)]
    bar.ax.set_yticklabels(ends)
    bar.set_label(f"{metric_words(study.metric)}, by rank")
    names = [wrapped(key_words(key), 16) for key in reversed(found.keys)]
    bars = {"xerr": found.deviations[::-1], "color": COLOURS[0] if found.trusted else GREY, "height": 0.6}
    right.barh(range(len(names)), found.means[::-1], capsize=2, **bars)
    right.set_yticks(range(len(names)), names)
    right.set_xlabel("importance")
    right.set_xlim(left=0)
    figure.suptitle(wrapped(study.subject, 90), fontsize=FONT)
    trust = "." if found.trusted else ": too little to trust these importances."
    which = "All choices" if len(ranked) == len(study.ranked) else f"The best {MOST_LINES} choices"
    caption = (
        f"{which}, a line each, and how much of the result's variance is lost where a key is shuffled (importance). "
        f"A forest that learnt the result from the keys predicts {max(found.explained, 0):.0%} of its variance for "
        f"choices that it has not seen{trust}"
    )
    return Picture("importance", caption, figure)


def heights(study: Study, key: str) -> dict[str, float]:
    """Where the values of a key stand on its axis, from 0 to 1."""
    values = study.comparison.values[key]
    scale = scale_of(values, study.numeric(key))
    places = np.array([float(value) if scale != "names" else float(at) for at, value in enumerate(values)])
    places = np.log(places) if scale == "log" else places
    places = (places - places.min()) / (np.ptp(places) or 1.0)
    return dict(zip(map(spelled, values), places.tolist(), strict=True))
