"""The mail server of the settings, and what an e-mail address is."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

_LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_FORM = "smtp://user:password@host:587?starttls or smtps://user:password@host"


class MailSettingError(ValueError):
    """A setting of the mail server cannot be used; the message names it and never the password."""


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
