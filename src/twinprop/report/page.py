"""The report as files: one page, the same in Markdown, a table of the runs, and the figures."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.errors import OutputError
from twinprop.population.compare import keys_of
from twinprop.report.classes import classes_table
from twinprop.report.figures import pictures
from twinprop.report.study import Study, settings
from twinprop.report.style import Animation, Picture
from twinprop.report.table import Table
from twinprop.report.tables import best_values, comparisons, dropped, failures, results_of
from twinprop.report.twins import pairs_of, twins_table
from twinprop.report.words import data_words
from twinprop.run.directory import write_atomically
from twinprop.run.saved import Run, sweep_words
from twinprop.text import as_typed, csv_text, duration, in_shell, marked, plural, shown, spelled

if TYPE_CHECKING:
    from jinja2 import Template

PAGE, MARKDOWN, RESULTS, PLOTS = "report.html", "report.md", "results.csv", "plots"

RESULT = f"{PLOTS}/result.png"
"""What varied against what came of it, of a study that varied anything."""

FIRST = ("study", "run")
"""Columns with which results.csv begins."""

OURS = {PAGE: b'name="color-scheme"', MARKDOWN: b"of training in all", RESULTS: ",".join(FIRST).encode()}
"""What is near the beginning of each file of a report."""

MOST_DRAWN = 12
"""Studies with figures; of more, each has its tables."""

MOST_COMMANDS = 12
"""Of runs of no sweep, listed one by one."""


@dataclass
class Section:
    """A study as the page shows it."""

    study: Study
    name: str
    tables: list[Table]
    pictures: list[Picture | Animation]
    more: list[Table]
    prefix: str

    def as_page(self) -> dict[str, Any]:
        """What the templates show."""
        study = self.study
        texts = {"name": self.name, "question": study.question, "subject": study.subject}
        lines = {"answers": study.answers, "remarks": study.remarks}
        figures = [
            {
                "file": f"{self.prefix}{each.name}.{next(iter(each.files))}",
                "caption": shown(each.caption),
                "first": each.name == "result",
                "photo": each.photo,
                "width": each.width,
                "source": source(*next(iter(each.files.items()))),
            }
            for each in self.pictures
        ]
        return {
            **{key: shown(text) for key, text in texts.items()},
            **{key: [shown(line) for line in each] for key, each in lines.items()},
            "tables": [safe(each) for each in self.tables],
            "more": [safe(each) for each in self.more],
            "figures": figures,
            "facts": [(name, shown(text)) for name, text in facts(study)],
        }


def source(kind: str, data: bytes) -> str:
    """A picture as a page holds it."""
    mime = {"svg": "svg+xml"}.get(kind, kind)
    return f"data:image/{mime};base64,{base64.b64encode(data).decode()}"


def safe(table: Table) -> Table:
    """A table with what cannot be shown escaped."""
    cells = [[shown(cell) for cell in row] for row in [table.head, *table.rows]]
    return Table(shown(table.title), cells[0], cells[1:], [shown(each) for each in table.notes], table.names)


def write_report(
    found: Sequence[Study], folder: Path, left_out: Sequence[str] = (), sort: str | None = None, page_alone: str = ""
) -> Path:
    """Write the report, and return the page's path.

    Args:
        found: the studies.
        folder: where it goes.
        left_out: what it lacks, and why.
        sort: what tables are sorted by; None for what each study was compared by.
        page_alone: the name of the page where nothing else is wanted.

    Raises:
        OutputError: it cannot be written.
    """
    check_folder(folder, page_alone)
    sections = [section(each, number, len(found), sort) for number, each in enumerate(found)]
    title = found[0].question if len(found) == 1 else f"{len(found)} studies of networks"
    runs = [run for each in found for run in each.runs]
    texts = {"title": shown(title), "about": about(runs), "left_out": [shown(line) for line in left_out]}
    shown_sections = [each.as_page() for each in sections]
    page = template("report.html.jinja").render(sections=shown_sections, **texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if page_alone:
            write_atomically(folder / page_alone, page.encode())
            return folder / page_alone
        (folder / PLOTS).mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}); choose another folder with --out."
        ) from error
    for each in sections:
        for picture in each.pictures:
            for kind, data in picture.files.items():
                write_atomically(folder / PLOTS / f"{each.prefix}{picture.name}.{kind}", data)
    write_atomically(folder / RESULTS, results(found).encode())
    write_atomically(folder / MARKDOWN, template("report.md.jinja").render(sections=shown_sections, **texts).encode())
    write_atomically(folder / PAGE, page.encode())
    return folder / PAGE


def check_folder(folder: Path, page_alone: str = "") -> None:
    """Whether a report may be written there: over an earlier one, but over nothing else.

    Raises:
        OutputError: a file has the name of one of the report's, and is another.
    """
    for name, beginning in {page_alone: OURS[PAGE]}.items() if page_alone else OURS.items():
        path = folder / name
        if path.is_file():
            with open(path, "rb") as file:
                if beginning not in file.read(4000):
                    raise OutputError(f"{path}: is there already, and no report's; choose another folder with --out.")
        elif os.path.lexists(path):
            raise OutputError(f"{path}: is there already, and no file; choose another folder with --out.")
    if not folder.is_dir() and os.path.lexists(folder):
        raise OutputError(f"{folder}: is no folder; choose another one with --out.")


@cache
def template(name: str) -> Template:
    """A template; in HTML, what users name is text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).with_name("templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=".html" in name,
        undefined=StrictUndefined,
        trim_blocks=".html" not in name,
    )
    environment.filters["md"] = marked
    return environment.get_template(name)


def section(study: Study, number: int, count: int, sort: str | None) -> Section:
    """A study with its tables and figures."""
    tables: list[Table | None] = [results_of(study, sort).shortened(), best_values(study), comparisons(study)]
    more = [dropped(study), classes_table(study), twins_table(pairs_of(study.runs)), failures(study)]
    drawn = pictures(study) if number < MOST_DRAWN else []
    prefix = f"{number + 1}-" if count > 1 else ""
    kept, rest = ([each for each in some if each is not None] for some in (tables, more))
    return Section(study, study.name, kept, drawn, rest, prefix)


def about(runs: Sequence[Run]) -> str:
    """How much there is, when it was trained, how long it took."""
    statuses = [str(run.summary["status"]) for run in runs]
    counts = ", ".join(f"{statuses.count(each)} {each}" for each in dict.fromkeys(statuses))
    seconds = sum((run.summary.get("seconds") or {}).get("train") or 0.0 for run in runs)
    return shown(f"{plural(len(runs), 'run')}: {counts}; {duration(seconds)} of training in all")


def facts(study: Study) -> list[tuple[str, str]]:
    """What whoever wants the same has to know: commands, data, the machine and its versions."""
    flat, summaries = study.flat, study.summaries
    found = [("command", "\n".join(commands(study)))]
    if study.directory is not None:
        found.append(("directory", str(study.directory)))
    names = dict.fromkeys(data_words(each) for each in flat)
    sizes = next((each["data"] for each in summaries if each.get("data")), None)
    split = ""
    if isinstance(sizes, dict):
        counted = {name: sum(each.values()) if isinstance(each, dict) else each for name, each in sizes.items()}
        split = (
            f": {' / '.join(f'{count:,} {name}' for name, count in counted.items() if isinstance(count, int | float))}"
        )
    found.append(("data", f"{', '.join(names)}{split if len(names) == 1 else ''}"))
    parameters = sorted({each["parameters"] for each in summaries if each.get("parameters")})
    if parameters:
        ends = f"{parameters[0]:,}" + (f" to {parameters[-1]:,}" if len(parameters) > 1 else "")
        found.append(("parameters", ends))
    machines = [each["environment"] for each in summaries if isinstance(each.get("environment"), dict)]
    for label, keys in {
        "machine": ("cpu", "gpu", "device", "cores", "platform"),
        "versions": ("twinprop", "commit", "python", "torch", "numpy"),
    }.items():
        parts = []
        for key in keys:
            values = dict.fromkeys(str(each.get(key)) for each in machines if each.get(key) is not None)
            if values:
                parts.append(f"{key} {' or '.join(values)}")
        if parts:
            found.append((label, ", ".join(parts)))
    return found


def commands(study: Study) -> list[str]:
    """What trains the same again."""
    if study.directory is not None and (words := sweep_words(study.directory)):
        return [as_typed(f"python train.py {in_shell(*words)}")]
    if study.directory is not None:
        common = set.intersection(*(set(run.overrides) for run in study.runs)) if study.runs else set()
        kept = [word for word in study.runs[0].overrides if word in common]
        return [as_typed(f"python train.py -m {in_shell(*kept)} ...")]
    runs = study.runs[:MOST_COMMANDS]
    lines = [as_typed(f"python train.py {in_shell(*run.overrides)}".rstrip()) for run in runs]
    return [*lines, *[f"# and {len(study.runs) - MOST_COMMANDS} more"] * (len(study.runs) > MOST_COMMANDS)]


def results(found: Sequence[Study]) -> str:
    """A row for each run: what varied, results, the epoch that validation chose, times and what became of it."""
    rows = []
    for study in found:
        for run, flat in zip(study.runs, study.flat, strict=True):
            rows.append((study, run, flat))
    everything = [settings(run) for _, run, _ in rows]
    keys = list(dict.fromkeys(key for study in found for key in keys_of(study.flat)))
    keys += [key for key in keys_of(everything) if key not in keys] if len(found) > 1 else []
    measures = list(dict.fromkeys(name for _, run, _ in rows for name in (run.summary.get("test") or {})))
    columns = [f"{split}_{name}" for split in ("train", "val", "test") for name in measures]
    came = ["status", "reason", "epochs", "converged_epoch", *columns, "best_epoch", "seconds", "parameters"]
    lines: list[list[Any]] = [[*FIRST, *keys, *came, "directory"]]
    for study, run, flat in rows:
        summary = run.summary
        values = [(summary.get(split) or {}).get(name) for split in ("train", "val", "test") for name in measures]
        last = [
            summary.get("epochs"),
            summary.get("converged_epoch"),
            *values,
            (summary.get("best") or {}).get("epoch"),
        ]
        ending = [summary["status"], summary.get("reason", "")]
        more = [(summary.get("seconds") or {}).get("train"), summary.get("parameters"), str(run.path)]
        chosen = [spelled(flat[key]) if key in flat else "" for key in keys]
        lines.append(
            [study.name, run.path.name, *chosen, *ending, *["" if each is None else each for each in (*last, *more)]]
        )
    return csv_text(lines)
