"""`hydra/launcher=population`: Hydra hands over all jobs of a sweep, and they train as a few stacks.

Imported whenever the command line is read, so what takes long to import waits until there is a sweep.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hydra.core.utils import JobReturn, JobRuntime, JobStatus, configure_log, setup_globals
from hydra.plugins.launcher import Launcher
from omegaconf import OmegaConf

from twinprop.app.dropping import check_dropping, halving_of
from twinprop.app.hydra_internals import listens, set_job_fields
from twinprop.errors import OutputError, TwinpropError

if TYPE_CHECKING:
    from hydra.types import HydraContext, TaskFunction
    from omegaconf import DictConfig

    from twinprop.app.conclusion import Conclusion
    from twinprop.app.sweep_jobs import SweepJob
    from twinprop.config import schema
    from twinprop.population.engine import Engine
    from twinprop.population.stack import Judge, Member


def count_or_auto(key: str, value: Any) -> int | None:
    """A whole number from 1 on, None for `auto`."""
    if value == "auto":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TwinpropError(f"{key}={value}: must be auto, or a whole number, at least 1.")
    return value


def objective(summary: dict[str, Any], config: schema.Config | None) -> float:
    """What a sweeper is told of a job; NaN where it has no result."""
    from twinprop.run import summary as summaries

    return math.nan if config is None else summaries.objective(summary, config.metric)


class PopulationLauncher(Launcher):
    """Trains all jobs of a sweep together."""

    def __init__(
        self,
        max_members: Any = "auto",
        workers: Any = "auto",
        engine: str = "local",
        halving: Any = None,
        report: bool = True,
        **settings: Any,
    ) -> None:
        self.max_members = count_or_auto("hydra.launcher.max_members", max_members)
        self.workers = count_or_auto("hydra.launcher.workers", workers)
        self.halving = halving_of(halving) if halving else None
        self.judges: list[Judge] = []
        self.engine_name, self.reports, self.settings = engine, report, settings
        self.summaries: dict[int, dict[str, Any]] = {}
        self.jobs: dict[int, SweepJob] = {}
        self.trained = False
        self.concluded = self.searches = False  # whether the sweeper calls `conclude`, and launches more than once
        self.begun: float | None = None
        # told the numbers of the jobs of a launch
        self.on_batch: Callable[[Sequence[int]], None] = lambda numbers: None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        from twinprop.app.training_task import TrainingTask

        if not isinstance(task_function, TrainingTask):
            raise TwinpropError("hydra/launcher=population: trains networks only; use hydra/launcher=basic here.")
        for key, value in {"chdir": config.hydra.job.chdir, "env_set": config.hydra.job.env_set}.items():
            if value:
                raise TwinpropError(
                    f"hydra.job.{key}: jobs that train together share one process; use hydra/launcher=basic."
                )
        self.context, self.task, self.config = hydra_context, task_function, config
        self.task.directory = Path(config.hydra.sweep.dir)
        self.engine: Engine | None = None
        given: dict[str, Any] = {
            name: OmegaConf.to_container(value, resolve=True) for name, value in self.settings.items() if value
        }
        if self.engine_name == "submitit":
            from twinprop.app.submitit_keys import submitit_settings

            given["submitit"] = submitit_settings(given.get("submitit", {}), Path(config.hydra.sweep.dir))
        if given or self.engine_name != "local":
            from twinprop.population.engines import engine_of

            self.engine = engine_of(self.engine_name, given, self.workers)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from twinprop.app.resumption import current
        from twinprop.app.sweep_jobs import SweepComposer
        from twinprop.population.sweep import Sweep
        from twinprop.run.console import console, display_path
        from twinprop.run.found import GOES_ON
        from twinprop.run.single import how_to_go_on
        from twinprop.text import plural

        setup_globals()
        configure_log(
            self.config.hydra.hydra_logging,
            self.config.hydra.verbose,
            execution_whitelist=self.context.execution_whitelist,
        )
        composer = SweepComposer(self.context.config_loader, self.config)
        resumption = current()
        numbers = list(range(initial_job_idx, initial_job_idx + len(job_overrides)))
        if resumption is not None and "optuna" in str(self.config.hydra.sweeper.get("_target_")):
            numbers = resumption.numbers(job_overrides)
        self.on_batch(numbers)
        jobs = [composer.job(number, words) for number, words in zip(numbers, job_overrides, strict=True)]
        self.jobs |= {job.number: job for job in jobs}
        self.check_directories()
        check_dropping(jobs, self.halving, bool(self.judges))
        directory = Path(self.config.hydra.sweep.dir)
        sweep = Sweep(self.max_members, self.workers, self.engine, directory)
        sweep.halving, sweep.judges = self.halving, tuple(self.judges)
        if resumption is not None:
            ended = resumption.review(jobs)
            sweep.goes_on, sweep.force, sweep.ended = True, resumption.force, frozenset(ended)
            sweep.summaries |= ended
            console.print(resumption.describe(jobs))
            if len(ended) == len(jobs):
                self.summaries |= ended
                return [self.end(job) for job in jobs]
        members, self.trained = [self.start(job) for job in jobs], True
        console.print(f"training {plural(len(jobs), 'job')} in {display_path(directory)}")
        wrong = {job.number: "\n".join(job.problems) for job in jobs if job.problems}
        sweep.refuse([(member, wrong[member.number]) for member in members if member.number in wrong])
        self.begun = self.begun or perf_counter()
        sound = [member for member in members if member.number not in wrong]
        if resumption is not None and resumption.alone:
            sweep.summaries |= {
                member.number: resumption.train(member) for member in sound if member.number not in ended
            }
        else:
            sweep.train(sound)
        self.summaries |= sweep.summaries
        conclusion = self.conclusion()
        conclusion.write_csv()
        interrupted = any(summary["status"] in GOES_ON for summary in sweep.summaries.values())
        if interrupted:
            console.print(conclusion.table())
            console.print(how_to_go_on(directory))
            raise KeyboardInterrupt
        if self.searches:
            conclusion.tell_batch(numbers)
        elif not self.concluded:
            conclusion.tell(perf_counter() - self.begun)
        return [self.end(job) for job in jobs]

    def check_directories(self) -> None:
        """Check that no two jobs write into one directory.

        Raises:
            OutputError: they do.
        """
        owners: dict[Path, int] = {}
        for job in self.jobs.values():
            first = owners.setdefault(job.directory, job.number)
            if first != job.number:
                raise OutputError(
                    f"hydra.sweep.subdir: jobs {first} and {job.number} would both write into {job.directory}; "
                    "have ${hydra.job.num} in it."
                )

    def conclusion(self) -> Conclusion:
        """What became of all jobs so far, with those that a search chose before it was resumed."""
        from twinprop.app.conclusion import Conclusion, Ended
        from twinprop.app.resumption import current
        from twinprop.config.schema import flatten

        ended = {}
        if (resumption := current()) is not None:
            for number, (path, words, keys, summary) in resumption.earlier(self.jobs).items():
                ended[number] = Ended(path, words, keys, summary)
        for number, job in self.jobs.items():
            keys = None if job.config is None else flatten(job.config)
            ended[number] = Ended(job.directory, list(job.task_overrides), keys, self.summaries[number])
        return Conclusion(Path(self.config.hydra.sweep.dir), ended, self.reports)

    def conclude(self) -> None:
        """Tell of the whole sweep, when all of its jobs have ended."""
        if self.trained:
            self.conclusion().tell(perf_counter() - (self.begun or 0.0))

    def start(self, job: SweepJob) -> Member:
        """Make the directory of a job."""
        from twinprop.app.resumption import current
        from twinprop.errors import explain
        from twinprop.population.stack import LogFile, Member

        log, claimed = LogFile(job.log, job.log_format), True
        resumption = current()
        try:
            if resumption is None:
                job.write()
            else:
                resumption.write(job)
        except OSError as error:
            job.problems.append(str(explain(error)))
        except OutputError as error:
            job.problems.append(str(error))
            log, claimed = LogFile(None, job.log_format), False  # nothing is written where another run's results are
        self.call_back("on_job_start", job, task_function=self.task)
        # a job that cannot be composed has no configuration; it is only named
        return Member(job.number, job.config, job.directory, log, claimed)  # type: ignore[arg-type]

    def end(self, job: SweepJob) -> JobReturn:
        """What Hydra and its sweeper learn of a job."""
        summary = self.summaries[job.number]
        result = JobReturn()
        result.overrides, result.working_dir = job.task_overrides, str(Path.cwd())
        result.task_name = JobRuntime.instance().get("name")
        result.status, result.return_value = JobStatus.COMPLETED, objective(summary, job.config)
        self.call_back("on_job_end", job, job_return=result)
        self.task.ended(job.number, summary["status"])
        return result

    def call_back(self, event: str, job: SweepJob, **arguments: Any) -> None:
        """Call the callbacks that listen to an event, with the whole configuration, where the job has one."""
        from twinprop.app.composer import HYDRA_ERRORS
        from twinprop.app.sweep_jobs import without_hydra

        if not listens(self.context.callbacks, event):
            return
        try:
            whole = self.context.config_loader.load_sweep_config(self.config, job.overrides)
        except HYDRA_ERRORS:
            return
        set_job_fields(whole, {"job": {"id": str(job.number), "num": job.number}})
        set_job_fields(whole, {"runtime": {"output_dir": str(job.directory)}})
        if "job_return" in arguments:
            arguments["job_return"].cfg = without_hydra(whole)
        getattr(self.context.callbacks, event)(config=whole, **arguments)
