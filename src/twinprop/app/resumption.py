"""A sweep that goes on: its command is given once more, and this says which of its jobs have ended.

Hydra makes its callbacks and its launcher itself, so what they have to know of a resumption is kept here for them.
"""

from __future__ import annotations

import logging.config
import traceback
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.app.folders import conf
from twinprop.config import schema
from twinprop.config.problems import check
from twinprop.errors import OutputError, TwinpropError
from twinprop.population.restart import recorded_plan
from twinprop.population.sharing import Sharing
from twinprop.run.directory import ENDED, claim, read_text, summary_of, write_atomically
from twinprop.run.files import read_groups
from twinprop.run.matching import FORCE, LENGTHS, changed_keys
from twinprop.run.saved import Run
from twinprop.text import plural

if TYPE_CHECKING:
    from twinprop.app.sweep_jobs import SweepJob
    from twinprop.population.stack import Member

CURRENT: ContextVar[Resumption | None] = ContextVar("resumption", default=None)


def current() -> Resumption | None:
    """The resumption that this process is at; None while it does what was asked for first."""
    return CURRENT.get()


@dataclass
class Resumption:
    """A sweep that goes on.

    Attributes:
        directory: the sweep's.
        changes: of how long the jobs train, by keys.
        force: although something no longer matches.
        alone: whether another launcher than ours began it, under which each job trains by itself.
        ended: summaries of the jobs that have ended, by number.
        told: numbers of jobs of a search that it has chosen again.
    """

    directory: Path
    changes: dict[str, Any] = field(default_factory=dict)
    force: bool = False
    alone: bool = False
    ended: dict[int, dict[str, Any]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        token = CURRENT.set(self)
        try:
            yield
        finally:
            CURRENT.reset(token)

    def known(self) -> dict[int, Path]:
        """The directories of the jobs that have one of their own, by number."""
        return {int(number): self.directory / name for number, name in recorded_plan(self.directory)["jobs"].items()}

    def numbers(self, jobs: Sequence[Sequence[str]]) -> list[int]:
        """The numbers of jobs that a search chose, by their overrides: those in training keep theirs."""
        known = self.known()
        left = {number: overrides_of(path) for number, path in known.items() if number not in self.told}
        found, new = [], max(known, default=-1) + 1
        for words in jobs:
            number = next((number for number, own in left.items() if own == list(words)), None)
            if number is None:
                number, new = new, new + 1
            left.pop(number, None)
            self.told.add(number)
            found.append(number)
        return found

    def earlier(self, now: Container[int]) -> dict[int, tuple[Path, list[str], dict[str, Any] | None, dict[str, Any]]]:
        """Directory, overrides, keys and summary of jobs that ended before and that a search does not choose again."""
        found = {}
        for number, path in self.known().items():
            if number in now or not (summary := summary_of(path)):
                continue
            keys = None
            with suppress(TwinpropError):  # of a job that cannot be compared, its row remains
                keys = Run(path, summary).keys
            found[number] = path, overrides_of(path) or [], keys, summary
        return found

    def review(self, jobs: Sequence[SweepJob]) -> dict[int, dict[str, Any]]:
        """Compare jobs with what they were, take over how long they train, and return the summaries of the ended.

        Raises:
            TwinpropError: a job is another one now; the text lists what differs.
        """
        own, found, sharing = self.known(), [], Sharing()
        for job in jobs:
            if job.config is None:
                continue
            if not self.alone and job.number not in own and (job.directory / "metrics.csv").exists():
                job.problems.append(f"hydra.sweep.subdir={job.directory}: already holds another run's results.")
                continue
            before = self.saved(job) or job.config
            found += [f"job {job.number}, {line}" for line in changed_keys(before, job.config)]
            longer = lengthened(before, self.changes)
            summary = summary_of(job.directory)
            if summary.get("status") in ENDED and (before == longer or not may_be_longer(summary)):
                self.ended[job.number] = sharing(summary)
            if longer.train != job.config.train:
                job.config = check(replace(job.config, train=longer.train))
                self.rewrite(job)
        if found and not self.force:
            listed = "\n".join(f"  {line}" for line in found[:20])
            raise TwinpropError(f"{self.directory}: its jobs are others now:\n{listed}\n{FORCE}.")
        return {job.number: self.ended[job.number] for job in jobs if job.number in self.ended}

    def saved(self, job: SweepJob) -> schema.Config | None:
        """The configuration that a job had; None where it had none, or had not come to write it whole."""
        files = job.files
        path = next(iter(files), job.directory / ".hydra" / "config.yaml")
        with suppress(TwinpropError):  # it was cut off, and is composed anew
            if read_text(path) == files.get(path):
                return job.config
            return schema.from_dict(read_groups(path))
        return None

    def rewrite(self, job: SweepJob) -> None:
        """Have the files of a job say how long it trains."""
        from omegaconf import OmegaConf

        render = job.render

        def with_lengths() -> dict[Path, str]:
            files = render()
            for path in list(files)[:1]:
                whole, own = OmegaConf.create(files[path]), OmegaConf.structured(job.config)
                for key in LENGTHS:
                    OmegaConf.update(whole, key, OmegaConf.select(own, key))
                files[path] = OmegaConf.to_yaml(whole)
            return files

        job.render = with_lengths

    def write(self, job: SweepJob) -> None:
        """Make the directory of a job that has none, and complete that of another.

        Raises:
            OutputError: it holds another run's results, or cannot be made.
        """
        if job.number in self.ended:
            return
        if job.problems and (job.directory / "metrics.csv").exists():
            raise OutputError(job.problems[-1])
        if not (job.directory / ".hydra").exists():
            claim(job.directory, "hydra.sweep.subdir")
        for path, text in job.files.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                write_atomically(path, text.encode())

    def train(self, member: Member) -> dict[str, Any]:
        """Train a job by itself, as it began; its summary."""
        from twinprop.errors import explain
        from twinprop.run.console import errors
        from twinprop.run.single import execute

        log_to(member.log.path or member.path / "train.log")
        try:
            return execute(member.config, member.path, go_on=True, force=self.force)
        except Exception as error:
            message = explain(error)
            member.log(message or "".join(traceback.format_exception(error)))
            message = message or f"{type(error).__name__}: {error}"
            errors.print(f"Job {member.number} failed. {message}")
            return {"status": "failed", "reason": message.splitlines()[0]}

    def describe(self, jobs: Sequence[SweepJob]) -> str:
        """`8 completed stay, 2 go on, 2 start`; `5 completed and 3 dropped stay, ...`."""
        left = [job for job in jobs if job.number not in self.ended]
        begun = sum((job.directory / "metrics.csv").exists() for job in left)
        ended = Counter(self.ended[job.number]["status"] for job in jobs if job.number in self.ended)
        stay = " and ".join(f"{count} {status}" for status, count in ended.items()) or "0 completed"
        parts = [f"{stay} stay", f"{begun} go on", f"{len(left) - begun} start"]
        return f"resuming {plural(len(jobs), 'job')}: {', '.join(parts)}"


def log_to(path: Path) -> None:
    """Log to the console and to a run's own log, as a new run does."""
    from omegaconf import OmegaConf

    given: Any = OmegaConf.to_container(OmegaConf.load(conf() / "hydra/job_logging/twinprop.yaml"))
    given["handlers"]["file"]["filename"] = str(path)
    logging.config.dictConfig(given)


def lengthened(config: schema.Config, changes: Mapping[str, Any]) -> schema.Config:
    """A configuration with other lengths, given as `{"train.epochs": 60}`.

    Raises:
        TwinpropError: it would be shorter.
    """
    values = {key.removeprefix("train."): value for key, value in changes.items()}
    for name in ("epochs", "steps"):
        before, now = getattr(config.train, name), values.get(name)
        if before is not None and now is not None and now < before:
            raise TwinpropError(f"train.{name}={now}: was begun with {before}, and can go on longer, but not shorter.")
    return replace(config, train=replace(config.train, **values))


def may_be_longer(summary: Mapping[str, Any]) -> bool:
    """Whether a run came to the end of its plan, and not to its own."""
    return summary.get("status") == "completed" and not summary.get("reason")


def overrides_of(run: Path) -> Any:
    """What `.hydra/overrides.yaml` of a run holds; None where it cannot be read, so that nothing is equal to it."""
    from omegaconf import OmegaConf

    try:
        return OmegaConf.to_container(OmegaConf.load(run / ".hydra" / "overrides.yaml"))
    except Exception:  # whatever a damaged file makes of its own reader
        return None
