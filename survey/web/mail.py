"""Handing a letter to the office's mail server (SMTP)."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

_SECONDS = 30  # for each step of the talk with the server
_LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_FORM = "smtp://user:password@host:587?starttls or smtps://user:password@host"


class MailSettingError(ValueError):
    """A setting of the mail server cannot be used; the message names it and never the password."""


class NotSentError(Exception):
    """The letter was not taken. `words` are the server's or the system's, on one line.

    `is_refused` where the server answered, not where it could not be reached; `is_final` where it will never
    take this letter.
    """

    def __init__(self, words: str, *, is_refused: bool, is_final: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.is_refused = is_refused
        self.is_final = is_final


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed in, and whose name they bear. `security` is "", "starttls" or "tls"."""

    host: str
    port: int
    sender: Address
    security: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


def is_address(text: str) -> bool:
    """Whether a text is one plain e-mail address: no name, no space, no line break."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def read_mail_server(url: str, sender: str) -> MailServer:
    """The mail server behind `SMTP_URL` and `MAIL_FROM`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise MailSettingError(f"SMTP_URL has no host or port that can be read; write {_FORM}") from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/"):
        raise MailSettingError(f"SMTP_URL names no mail server; write {_FORM}")
    if parts.query not in ("", "starttls") or (parts.query and parts.scheme == "smtps"):
        raise MailSettingError(f"SMTP_URL ends in {parts.query[:40]!r}; write {_FORM}")
    security = "tls" if parts.scheme == "smtps" else parts.query
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and not security:
        raise MailSettingError(f"SMTP_URL would send the password for all to read; write {_FORM}")
    if not (user + password).isascii():
        raise MailSettingError("SMTP_URL has a user or password with letters other than ASCII; give another")
    port = port or {"": 25, "starttls": 587, "tls": 465}[security]
    return MailServer(host, port, _sender(sender), security, user, password)


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    if not text.isprintable() or not is_address(address):
        raise MailSettingError(
            f"MAIL_FROM is {text!r}; where SMTP_URL is set it is the sender's address, khaosat@example.vn"
        )
    return Address(display_name=name, addr_spec=address)


def deliver(server: MailServer, letter: EmailMessage, to: str) -> None:
    """Hand a letter for one address to the server; it has it when this returns.

    Raises
    ------
    NotSentError
        The server cannot be reached or does not take it.
    """
    try:
        smtp = _connected(server)
        try:
            smtp.sendmail(server.sender.addr_spec, [to], letter.as_bytes(policy=policy.SMTP))
            with suppress(
                smtplib.SMTPException, OSError
            ):  # it has the letter, whatever becomes of the farewell
                smtp.quit()
        finally:
            smtp.close()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(code, words, is_final=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        raise _refused(error.smtp_code, error.smtp_error, is_final=is_final) from None
    except smtplib.SMTPException as error:
        raise NotSentError(_plain(str(error)), is_refused=False) from None
    except OSError as error:
        raise NotSentError(_plain(error.strerror or str(error)), is_refused=False) from None


def _connected(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as the settings say."""
    host, port, name = server.host, server.port, server.sender.domain
    smtp: smtplib.SMTP
    if server.security == "tls":
        trusted = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=_SECONDS, context=trusted)
    else:
        smtp = smtplib.SMTP(host, port, local_hostname=name, timeout=_SECONDS)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refused(code: int, words: bytes | str, *, is_final: bool) -> NotSentError:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return NotSentError(_plain(f"{code} {text}"), is_refused=True, is_final=is_final)


def _plain(text: str) -> str:
    """On one line, without what cannot be printed."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:200]
