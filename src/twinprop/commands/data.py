"""`twinprop data [OVERRIDES]`: what a data set holds and what of a table is taken for what; nothing is trained."""

from __future__ import annotations

import argparse
import logging

from twinprop.app.compose import compose
from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.data.table_report import splits
from twinprop.text import shown


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="keys, as for train: data=csv data.file=...")


class Printed(logging.Handler):
    """Prints what is logged, and passes on that nobody reads any more, which handlers of streams would tell."""

    def emit(self, record: logging.LogRecord) -> None:
        print(shown(record.getMessage()))


def main(args: argparse.Namespace) -> int:
    log, told = logging.getLogger("twinprop"), Printed()
    log.addHandler(told)
    log.setLevel(logging.INFO)
    try:
        print(*described(compose(args.overrides)), sep="\n")
    finally:
        log.removeHandler(told)
    return 0


def described(config: Config) -> list[str]:
    """What a data set holds, in lines; of a table, loading it tells that."""
    dataset: Dataset = config.data.load()
    shape = "×".join(map(str, dataset.shape))
    what = f"{len(dataset.classes)} classes" if dataset.classes else "a number"
    lines = [f"{config.data.name}: {shape} numbers a sample, {what} to learn"]
    return lines if dataset.table is not None else [*lines, *splits(dataset)]
