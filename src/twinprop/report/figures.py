"""Which figures a study has: what follows from what varied, and what every study has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from twinprop.errors import TwinpropError
from twinprop.report.against import against_picture
from twinprop.report.curves import curves_picture, learning_curves, rate_curves, twin_curves
from twinprop.report.dependence import result_picture
from twinprop.report.fit import fit_picture
from twinprop.report.importance import importance, many, parallel_picture
from twinprop.report.mistakes import Predictions, confusion_picture, mistakes_picture, predictions
from twinprop.report.network import animation, first_layer_picture, positions_picture, sizes_picture
from twinprop.report.regions import regions_picture
from twinprop.report.study import Study
from twinprop.report.style import STYLE, Animation, Picture
from twinprop.report.twins import pairs_of
from twinprop.run.saved import Run
from twinprop.run.showing import only_shows


def pictures(study: Study) -> list[Picture | Animation]:
    """The figures of a study; one that cannot be drawn is told and left out."""
    from matplotlib import rc_context

    found = []
    with rc_context(STYLE):
        for name, made in parts(study):
            with only_shows(f"the figure {name}", study.directory):
                picture = made()
                if picture is not None and all(picture.files.values()):
                    found.append(picture)
    return found


Drawn = Iterator[tuple[str, Callable[[], Picture | Animation | None]]]
"""What draws figures, by a name for messages."""


def parts(study: Study) -> Drawn:
    """The figures of a study."""
    if not study.ranked:
        return
    if study.alone is not None:
        yield "of the learning curves", lambda: curves_picture(study)
    else:
        yield "of the result", lambda: result_picture(study)
        yield "of the learning curves", lambda: learning_curves(study)
    yield "of the rates", lambda: rate_curves(study)
    yield "of the twins", lambda: twin_curves(pairs_of(study.runs), study.subject)
    if many(study):
        yield "of the importance", lambda: parallel_picture(study, importance(study))
    if study.best_run is not None:
        yield from of_network(study.best_run, "the network" if study.alone else "the best run")
    yield "of the layers", lambda: sizes_picture(study)


def of_network(run: Run, who: str) -> Drawn:
    """What the network of a run learnt; nothing where its model is not there."""
    try:
        run.saved  # noqa: B018  # reads the model
    except TwinpropError:
        return
    found: Predictions | None = None
    with suppress(TwinpropError):  # the samples are not there
        found = predictions(run)
    if found is not None and not found.classes and found.x.shape[1:] == (1,):
        yield "of the fit", lambda: fit_picture(run, found, who)
    else:
        yield "of the predictions", lambda: against_picture(run, who)
    if found is not None and found.classes:
        yield "of the regions", lambda: regions_picture(run, found, who)
    yield "of how it learnt", lambda: animation(run)
    yield "of the first layer", lambda: first_layer_picture(run, who)
    if found is not None and found.classes:
        yield "of the positions", lambda: positions_picture(run, found, who)
        yield "of the confusion", lambda: confusion_picture(run, found, who)
        yield "of the mistakes", lambda: mistakes_picture(found, who)
