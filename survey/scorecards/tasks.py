"""The tasks of the plan: how far it is, and what is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from survey.store.scorecards import Task


@dataclass(frozen=True)
class Progress:
    """How many tasks there are, how many are done, and how many are late."""

    total: int
    done: int
    late: int

    @property
    def share(self) -> float | None:
        """The share of tasks that are done; None without a task."""
        return self.done / self.total if self.total else None


@dataclass(frozen=True)
class PlanPart:
    """The tasks of a year, of one unit or of all; `years` are those that have tasks, newest first."""

    tasks: tuple[Task, ...]
    years: tuple[int, ...]
    year: int | None
    unit: int | None


def part_of_plan(tasks: Sequence[Task], *, year: int | None, unit: int | None) -> PlanPart:
    """The part asked for; the newest year where the one asked for has no task."""
    years = tuple(sorted({task.year for task in tasks}, reverse=True))
    shown_year = year if year in years else next(iter(years), None)
    shown = tuple(task for task in tasks if task.year == shown_year and unit in (None, task.unit_id))
    return PlanPart(shown, years, shown_year, unit)


def progress_of(tasks: Sequence[Task], today: date) -> Progress:
    """The progress of these tasks on a day."""
    done = sum(task.done_on is not None for task in tasks)
    return Progress(len(tasks), done, sum(is_late(task, today) for task in tasks))


def is_late(task: Task, today: date) -> bool:
    """Whether the task was to be done by now and is not."""
    return task.done_on is None and task.due_on < today
