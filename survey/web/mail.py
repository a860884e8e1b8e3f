"""Delivery of a letter to the mail server (SMTP)."""

import smtplib
import ssl
from contextlib import suppress
from email import policy
from email.message import EmailMessage

from survey.mail_server import MailServer

_TIMEOUT_SECONDS = 30  # for each step of the exchange with the server


class NotSentError(Exception):
    """The letter was not accepted. `reason` is the server's or the system's message, on one line.

    `is_refused`: the server answered; otherwise it could not be reached. `is_final`: it will never
    accept this letter.
    """

    def __init__(self, reason: str, *, is_refused: bool, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_refused = is_refused
        self.is_final = is_final


def deliver(server: MailServer, letter: EmailMessage, to: str) -> None:
    """Send a letter for one address to the server, which has accepted it when this returns.

    Raises
    ------
    NotSentError
        The server cannot be reached or does not accept it.
    """
    try:
        smtp = _connect(server)
        try:
            smtp.sendmail(server.sender.addr_spec, [to], letter.as_bytes(policy=policy.SMTP))
            # The server has the letter even if the end of the connection fails.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _refusal(code, reply, is_final=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        raise _refusal(error.smtp_code, error.smtp_error, is_final=is_final) from None
    except smtplib.SMTPException as error:
        raise NotSentError(_one_line(str(error)), is_refused=False) from None
    except OSError as error:
        raise NotSentError(_one_line(error.strerror or str(error)), is_refused=False) from None


def _connect(server: MailServer) -> smtplib.SMTP:
    """Connect, encrypted and signed in as the settings say."""
    host, port, name = server.host, server.port, server.sender.domain
    smtp: smtplib.SMTP
    if server.security == "tls":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(host, port, local_hostname=name, timeout=_TIMEOUT_SECONDS)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refusal(code: int, reply: bytes | str, *, is_final: bool) -> NotSentError:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return NotSentError(_one_line(f"{code} {text}"), is_refused=True, is_final=is_final)


def _one_line(text: str) -> str:
    """The printable characters of a text, on one line."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:200]
