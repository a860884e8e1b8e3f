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


def progress_of(tasks: Sequence[Task], today: date) -> Progress:
    """The progress of these tasks on a day."""
    done = sum(task.done_on is not None for task in tasks)
    return Progress(len(tasks), done, sum(is_late(task, today) for task in tasks))


def is_late(task: Task, today: date) -> bool:
    """Whether the task was to be done by now and is not."""
    return task.done_on is None and task.due_on < today
