"""Makes response files in the background, from the jobs that the database holds."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.reports.response_export import ExportContext, write_responses
from survey.store import export_jobs
from survey.store.db import Database
from survey.store.export_jobs import ExportJob, JobState
from survey.store.fieldwork import Campaign

log = logging.getLogger("survey.exports")
_RENEW_SECONDS = 1.0
LOOK_EVERY_SECONDS = 600.0  # files are removed on time, whether or not somebody looks at the page


class StoppedError(Exception):
    """The job was cancelled, or another process has it."""


@dataclass(frozen=True)
class ExportWorker:
    """Where and with what a process makes files; `clock` tells the present moment."""

    database: Database
    folder: Path
    make_context: Callable[[], ExportContext]
    clock: Callable[[], datetime]

    def has_work(self) -> bool:
        """Whether a file waits to be made, is to be removed, or was left by a killed process."""
        now = self.clock()
        if self._list_abandoned():
            return True
        return self.database.read(lambda session: export_jobs.has_work(session, now=now))

    def run_due(self) -> None:
        """Remove files a day old and files without a job, then make every file that waits or was left."""
        now = self.clock()
        for path in self._list_abandoned():
            path.unlink(missing_ok=True)
        for job_id in self.database.write(lambda session: export_jobs.forget_old(session, now=now)):
            self._remove(job_id)
        while (job := self._claim()) is not None:
            self._make(job)

    def remove_of(self, campaign_id: int) -> None:
        """Remove the files and jobs of a campaign; a file that is being made stops at its next progress."""
        for job_id in self.database.write(lambda session: export_jobs.delete_of(session, campaign_id)):
            self._remove(job_id)

    def _list_abandoned(self) -> list[Path]:
        """Files that no job owns: those of a database that was replaced. Listed before the jobs are read."""
        files = list(self.folder.glob("*.*")) if self.folder.is_dir() else []
        owners = self.database.read(export_jobs.ids) if files else set()
        return [path for path in files if path.name.partition(".")[0] not in owners]

    def path_of(self, job: ExportJob) -> Path:
        """Where a job's file is kept, readable by its owner only."""
        return self.folder / f"{job.id}.{job.format}"

    def _claim(self) -> ExportJob | None:
        now = self.clock()
        return self.database.write(lambda session: export_jobs.claim(session, now=now))

    def _make(self, job: ExportJob) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.folder / f"{job.id}.{job.attempts}.part"
        unfinished.touch(mode=0o600)
        try:
            self.database.read(lambda session: self._write(session, job, unfinished))
            unfinished.replace(self.path_of(job))
            self._end(job, JobState.DONE)
        except StoppedError:
            log.info("an export was stopped")
        except Exception:  # whatever broke this file must not end the thread; the official is told it failed
            log.exception("an export failed")
            self._end(job, JobState.FAILED)
        finally:
            unfinished.unlink(missing_ok=True)

    def _write(self, session: Session, job: ExportJob, path: Path) -> None:
        campaign = session.get_one(Campaign, job.campaign_id)
        renewed_at = 0.0

        def progress(done: int, n: int) -> None:
            nonlocal renewed_at
            if time.monotonic() - renewed_at < _RENEW_SECONDS and done < n:
                return
            renewed_at = time.monotonic()
            now = self.clock()
            if not self.database.write(lambda s: export_jobs.renew(s, job, done, n, now=now)):
                raise StoppedError

        write_responses(
            session, campaign, job.format, job.language, path, self.make_context(), progress=progress
        )

    def _end(self, job: ExportJob, state: JobState) -> None:
        now = self.clock()
        if not self.database.write(lambda session: export_jobs.finish(session, job, state, now=now)):
            self._remove(job.id)

    def _remove(self, job_id: str) -> None:
        """Remove the file of a job, and the unfinished ones of processes that were killed."""
        for path in self.folder.glob(f"{job_id}.*"):
            path.unlink(missing_ok=True)
