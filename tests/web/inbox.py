"""A real mail server for the tests, that keeps what it takes and answers what a test tells it to."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from survey.mail_server import MailServer, read_mail_server
from tests.end_to_end.server import free_port

PASSWORD = "p@ss:w/rd?"  # noqa: S105 — of a mail server that exists in tests only
FROM = "khaosat@example.vn"


class Inbox:
    """A mail server's side: keeps what it takes; answers what a test tells it to."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.after_letter = "250 OK"
        self.signed_in: list[LoginPassword] = []

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address, or answer what was set for it."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the letter, or answer what was set."""
        if self.after_letter.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            letter = message_from_bytes(content, policy=policy.default)
            self.received.append((str(envelope.mail_from), list(envelope.rcpt_tos), letter))
        return self.after_letter

    def may_sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any
    ) -> AuthResult:
        """Let in whoever knows the password."""
        self.signed_in.append(data)
        return AuthResult(success=data == LoginPassword(b"user", PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A running server; what is yielded is its port."""
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def server_on(port: int) -> MailServer:
    """What the product knows of a server that asks for nothing."""
    return read_mail_server(f"smtp://127.0.0.1:{port}", f"Khảo sát <{FROM}>")
