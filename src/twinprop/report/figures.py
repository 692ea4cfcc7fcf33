"""Which figures a study has: what follows from what varied, and what every study has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twinprop.errors import TwinpropError
from twinprop.report.against import against_picture
from twinprop.report.curves import learning_curves, rate_curves, twin_curves
from twinprop.report.dependence import result_picture
from twinprop.report.importance import importance, many, parallel_picture
from twinprop.report.mistakes import confusion_picture, mistakes_picture, predictions
from twinprop.report.regions import regions_picture
from twinprop.report.study import Study
from twinprop.report.style import STYLE, Picture
from twinprop.report.twins import pairs_of
from twinprop.run.showing import only_shows


def pictures(study: Study) -> list[Picture]:
    """The figures of a study; one that cannot be drawn is told and left out."""
    from matplotlib import rc_context

    found = []
    with rc_context(STYLE):
        for name, made in parts(study):
            with only_shows(f"the figure {name}", study.directory):
                found += [picture for picture in made() if picture is not None and picture.svg and picture.png]
    return found


def parts(study: Study) -> Iterator[tuple[str, Callable[[], list[Picture | None]]]]:
    """What draws the figures of a study, by a name for messages."""
    if not study.ranked:
        return
    yield "of the result", lambda: [result_picture(study)]
    yield "of the learning curves", lambda: [learning_curves(study)]
    yield "of the rates", lambda: [rate_curves(study)]
    yield "of the twins", lambda: [twin_curves(pairs_of(study.runs), study.subject)]
    if many(study):
        yield "of the importance", lambda: [parallel_picture(study, importance(study))]
    yield "of the mistakes", lambda: mistakes(study)
    yield "of the predictions", lambda: [against_picture(study.best_run) if study.best_run is not None else None]


def mistakes(study: Study) -> list[Picture | None]:
    """The best run's confusion matrix and worst mistakes; nothing where its model or its samples are not there."""
    run = study.best_run
    try:
        found = predictions(run) if run is not None else None
    except TwinpropError:
        return []
    if run is None or found is None:
        return []
    return [regions_picture(run, found), confusion_picture(run, found), mistakes_picture(found)]
