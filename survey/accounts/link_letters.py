"""Letters with a link to set a password, and the thread of a server that sends them."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from survey.accounts.password_links import LINK_PATH
from survey.mail_server import MailServer
from survey.store import password_links, people
from survey.store.db import Database
from survey.store.password_links import PasswordLink
from survey.store.people import Person
from survey.store.tokens import hash_of
from survey.web.locale import format_day, gettext_in
from survey.web.mail import NotSentError, deliver

log = logging.getLogger("survey.accounts")
LOOK_EVERY_SECONDS = 60.0
_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))


@dataclass(frozen=True)
class LinkLetterWorker:
    """Sends the letters that are due. Without a mail server or a public address none is ever asked for."""

    database: Database
    time_zone: ZoneInfo
    server: MailServer | None
    public_url: str | None
    clock: Callable[[], datetime]

    def has_work(self) -> bool:
        """Whether a letter is due."""
        if self.server is None or self.public_url is None:
            return False
        return self.database.read(lambda session: password_links.has_due(session, now=self.clock()))

    def run_due(self) -> int:
        """Send every letter that is due; how many were sent."""
        n_sent = 0
        while self.has_work():
            outcome = self._send_one()
            if outcome is None:
                break
            n_sent += outcome
        return n_sent

    def _send_one(self) -> bool | None:
        """Send one letter: whether it was sent; None where another process took the last one."""
        token, moment = secrets.token_urlsafe(32), self.clock()
        claimed = self.database.write(
            lambda session: password_links.claim(session, hash_of(token), now=moment)
        )
        if claimed is None:
            return None
        person = self.database.read(lambda session: people.present(session, claimed.person_id))
        if person is None or not person.is_active:
            self._settle(claimed, due_at=None)
            return False
        assert self.server is not None  # noqa: S101 — else there is no work
        try:
            deliver(self.server, self._letter(person, claimed, token), str(claimed.address))
        except NotSentError as error:
            log.warning("a letter with a link was not sent: %s", error.reason)
            self._settle(claimed, due_at=self._next_attempt(claimed, error), failure=error.reason)
            return False
        self._settle(claimed, due_at=None, sent_at=self.clock(), failure=None)
        return True

    def _settle(self, link: PasswordLink, **values: object) -> None:
        self.database.write(lambda session: password_links.settle(session, link, **values))

    def _next_attempt(self, link: PasswordLink, error: NotSentError) -> datetime | None:
        if error.is_final or link.n_attempts > len(_AGAIN_AFTER):
            return None
        return self.clock() + _AGAIN_AFTER[link.n_attempts - 1]

    def _letter(self, person: Person, link: PasswordLink, token: str) -> EmailMessage:
        assert self.server is not None  # noqa: S101 — as above
        _ = gettext_in(link.language)
        address = f"{self.public_url}{LINK_PATH}{token}?lang={link.language}"
        until = link.expires_at.astimezone(self.time_zone)
        letter = EmailMessage()
        letter["Subject"] = _("Set your password") if person.password_hash else _("Your account is ready")
        letter["From"] = self.server.sender
        letter["To"] = str(link.address)
        letter["Date"] = format_datetime(self.clock())
        letter["Message-ID"] = f"<{hash_of(token)[:32]}@{self.server.sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
        letter["Content-Language"] = link.language
        lines = (
            _("{name}, your sign-in name is {username}.").format(
                name=person.full_name, username=person.username
            ),
            _("Open this address and choose your password:") + f"\n{address}",
            _("The address works once, until {time} on {day}. Pass it on to nobody.").format(
                time=f"{until:%H:%M}", day=format_day(until.date(), link.language)
            ),
            _("If you did not ask for this letter, do nothing: nothing changes."),
        )
        letter.set_content("\n\n".join(lines) + "\n")
        return letter
