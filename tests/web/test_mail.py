"""The mail server: its settings in words, and letters handed to a real one, encrypted and signed in."""

import logging
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from survey.config import ConfigError, read_settings
from survey.mail_server import MailServer, is_address, read_mail_server
from survey.web.mail import NotSentError, deliver
from tests.end_to_end.server import free_port
from tests.web.inbox import FROM, PASSWORD, Inbox, mail_server, server_on

ENCODED = "p%40ss%3Aw%2Frd%3F"


def a_letter(to: str = "lan@example.vn") -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Báo cáo", Address("Khảo sát", addr_spec=FROM), to
    letter.set_content("Điểm số\n")
    return letter


def why_not(server: MailServer, to: str = "lan@example.vn") -> NotSentError:
    with pytest.raises(NotSentError) as raised:
        deliver(server, a_letter(to), to)
    return raised.value


def test_a_letter_arrives_as_it_was_written(inbox: Inbox, mail_port: int) -> None:
    deliver(server_on(mail_port), a_letter(), "lan@example.vn")
    ((sender, recipients, letter),) = inbox.received
    assert (sender, recipients) == (FROM, ["lan@example.vn"])
    assert letter["Subject"] == "Báo cáo"
    assert letter["From"] == f"Khảo sát <{FROM}>"
    assert letter.get_content().split() == ["Điểm", "số"]


@pytest.mark.parametrize(
    ("answer", "is_final"), [("550 5.1.1 No such user here", True), ("451 4.7.1 Come back later", False)]
)
def test_a_refused_address_is_told_in_the_servers_words(
    inbox: Inbox,
    mail_port: int,
    answer: str,
    is_final: bool,  # noqa: FBT001 — a parameter of the table above
) -> None:
    inbox.answers["lan@example.vn"] = answer
    error = why_not(server_on(mail_port))
    assert (error.reason, error.is_refused, error.is_final) == (answer, True, is_final)


def test_a_refused_letter_is_told_on_one_printable_line(inbox: Inbox, mail_port: int) -> None:
    inbox.after_letter = "554-Too \x07big\r\n554 for us"
    error = why_not(server_on(mail_port))
    assert error.is_final
    assert error.reason == "554 Too big for us"


def test_a_server_that_is_not_there_is_told() -> None:
    error = why_not(server_on(free_port()))
    assert (error.reason, error.is_refused, error.is_final) == ("Connection refused", False, False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust_authority(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts the authority that certified the mail server."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def certified_context(authority: trustme.CA) -> ssl.SSLContext:
    """What a server needs to prove that it is localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.mark.usefixtures("trust_authority")
def test_it_signs_in_only_when_the_line_is_encrypted(inbox: Inbox, certified_context: ssl.SSLContext) -> None:
    options = {"require_starttls": True, "auth_required": True, "authenticator": inbox.may_sign_in}
    with mail_server(inbox, tls_context=certified_context, **options) as listening:
        url = f"smtp://user:{ENCODED}@localhost:{listening}?starttls"
        deliver(read_mail_server(url, FROM), a_letter(), "lan@example.vn")
        assert len(inbox.received) == 1
        wrong = why_not(read_mail_server(url.replace(ENCODED, "guess"), FROM))
        assert (wrong.is_refused, wrong.is_final) == (True, False), "the operator mends it, the letter waits"
        assert wrong.reason.startswith("535")


@pytest.mark.usefixtures("trust_authority")
def test_a_line_encrypted_from_the_start(inbox: Inbox, certified_context: ssl.SSLContext) -> None:
    with mail_server(inbox, ssl_context=certified_context) as listening:
        deliver(read_mail_server(f"smtps://localhost:{listening}", FROM), a_letter(), "lan@example.vn")
    assert len(inbox.received) == 1


def test_a_server_nobody_certified_or_without_encryption_gets_no_password(
    inbox: Inbox, mail_port: int, certified_context: ssl.SSLContext
) -> None:
    options = {"require_starttls": True, "authenticator": inbox.may_sign_in}
    with mail_server(inbox, tls_context=certified_context, **options) as listening:
        error = why_not(read_mail_server(f"smtp://user:{ENCODED}@localhost:{listening}?starttls", FROM))
    assert "certificate verify failed" in error.reason
    error = why_not(read_mail_server(f"smtp://user:{ENCODED}@127.0.0.1:{mail_port}?starttls", FROM))
    assert "STARTTLS" in error.reason
    assert inbox.signed_in == []


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://mail.example.vn", 25, ""),
        ("smtp://mail.example.vn/?starttls", 587, "starttls"),
        ("smtps://user:word@mail.example.vn", 465, "tls"),
        ("smtp://user:word@mail.example.vn:2525?starttls", 2525, "starttls"),
    ],
)
def test_an_address_of_a_mail_server_is_read(url: str, port: int, security: str) -> None:
    server = read_mail_server(url, FROM)
    assert (server.host, server.port, server.security) == ("mail.example.vn", port, security)
    assert "word" not in repr(server)


@pytest.mark.parametrize(
    ("url", "sender", "message"),
    [
        ("mail.example.vn", FROM, "SMTP_URL names no mail server; write smtp://"),
        ("http://mail.example.vn", FROM, "names no mail server"),
        ("smtp://", FROM, "names no mail server"),
        ("smtp://mail.example.vn/inbox", FROM, "names no mail server"),
        ("smtp://mail.example.vn:post", FROM, "no host or port that can be read"),
        ("smtp://mail.example.vn:99999", FROM, "no host or port that can be read"),
        ("smtp://[mail.example.vn", FROM, "no host or port that can be read"),
        ("smtp://user:hush@mail.example.vn", FROM, "would send the password for all to read"),
        ("smtp://user:hush@mail.example.vn?tls", FROM, "SMTP_URL ends in 'tls'"),
        ("smtps://mail.example.vn?starttls", FROM, "SMTP_URL ends in 'starttls'"),
        ("smtps://user:hushđ@mail.example.vn", FROM, "letters other than ASCII"),
        ("smtp://mail.example.vn", "", "MAIL_FROM is ''"),
        ("smtp://mail.example.vn", "the office", "MAIL_FROM is 'the office'"),
        ("smtp://mail.example.vn", "a@example.vn\r\nBcc: b@example.vn", "MAIL_FROM is "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_without_the_password(
    tmp_path: Path, url: str, sender: str, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        read_settings({"INSTANCE_PATH": str(tmp_path), "SMTP_URL": url, "MAIL_FROM": sender})
    assert message in str(raised.value)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("address", ["lan@example.vn", "l.a-n+khaosat@mail.quangngai.gov.vn"])
def test_a_plain_address_is_one(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lan",
        "lan@",
        "@example.vn",
        "lan@example",
        "lan@example.vn\n",
        "lan@example.vn, minh@example.vn",
        "lan @example.vn",
        "<lan@example.vn>",
        "lan@-example.vn",
        "lan@example..vn",
        "lân@example.vn",
        "l" * 65 + "@example.vn",
        "lan@" + "e" * 64 + ".vn",
        "lan@example.vn\x00",
    ],
)
def test_anything_else_is_none(address: str) -> None:
    assert not is_address(address)


def test_no_log_holds_the_password(inbox: Inbox, mail_port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        why_not(read_mail_server(f"smtp://user:{ENCODED}@127.0.0.1:{mail_port}?starttls", FROM))
    assert PASSWORD not in caplog.text
