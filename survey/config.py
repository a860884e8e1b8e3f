"""Every setting once: its variable in the environment, its default and what it is for."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from survey.mail_server import MailServer, MailSettingError, read_mail_server

MIN_SECRET_CHARS = 32
FORMS_PER_MINUTE = 300  # five a second; a desk with a form every ten seconds sends six a minute
_DATABASES = ("postgresql+psycopg://", "sqlite:///")
ROOT = Path(__file__).resolve().parent.parent


class ConfigError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class OpenIdProvider:
    """A service that officials sign in through. `trusts_usernames`: its names are the sign-in names here."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    trusts_usernames: bool


@dataclass(frozen=True)
class Settings:
    """The settings of one running process, each from a variable of the environment.

    Attributes
    ----------
    instance
        `INSTANCE_PATH`, default instance/: where the secret and the SQLite file are.
    database_url
        `DATABASE_URL`, default SQLite in the instance, or `postgresql+psycopg://…`.
    secret_keys
        `SECRET_KEY`, default created once in the instance: signs sessions and makes receipt codes. While one
        replaces another there are several, newest first, separated by spaces.
    public_url
        `PUBLIC_URL`, default None, the address of the request: what QR codes and posters point to. With
        `https://…` cookies are sent over https only (`https_only`).
    time_zone
        `TIME_ZONE`, default Asia/Ho_Chi_Minh: when a campaign's day begins and ends.
    redis_url
        `REDIS_URL`, default None: shares rate limits among several web machines.
    trusted_proxies
        `TRUSTED_PROXIES`, default 0: how many reverse proxies in front set X-Forwarded-For, -Proto and -Host.
    mail
        `SMTP_URL`, `smtp://user:password@host:587?starttls` or `smtps://…`, and `MAIL_FROM`, the sender;
        default None: weekly summaries are kept and not sent.
    forms_per_minute
        `FORMS_PER_MINUTE`, default 300, 0 for any number: how many forms one address may send through one
        link before the next ones are asked to wait; ten times as many from all addresses together.
    trusted_hosts
        `TRUSTED_HOSTS`, default none: names, separated by commas, that a request may have as its host where
        there is no `PUBLIC_URL`, besides localhost and addresses of private networks.
    openid
        `OPENID_ISSUER`, `OPENID_CLIENT_ID`, `OPENID_CLIENT_SECRET`, `OPENID_NAME`, what the button says, and
        `OPENID_MATCH`, `email` or `username`; default None: officials sign in here only.
    """

    instance: Path
    database_url: str
    secret_keys: tuple[str, ...]
    public_url: str | None
    time_zone: ZoneInfo
    redis_url: str | None
    trusted_proxies: int
    mail: MailServer | None = None
    forms_per_minute: int = FORMS_PER_MINUTE
    trusted_hosts: frozenset[str] = frozenset()
    openid: OpenIdProvider | None = None

    @property
    def https_only(self) -> bool:
        """Whether the public address is an https address."""
        return self.public_url is not None and self.public_url.startswith("https://")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in the environment.

    Raises
    ------
    ConfigError
        A setting cannot be used.
    """
    instance = Path(environ.get("INSTANCE_PATH") or ROOT / "instance")
    public_url = (environ.get("PUBLIC_URL") or "").rstrip("/") or None
    if public_url and not public_url.startswith(("https://", "http://")):
        raise ConfigError(
            f"PUBLIC_URL is {public_url!r}; it must begin with https:// (or http:// for a trial)"
        )
    return Settings(
        instance=instance,
        database_url=_database_url(environ, instance),
        secret_keys=_secret_keys(environ, instance),
        public_url=public_url,
        time_zone=_time_zone(environ),
        redis_url=_redis_url(environ),
        trusted_proxies=_whole_number(environ, "TRUSTED_PROXIES", 0),
        mail=_mail(environ),
        forms_per_minute=_whole_number(environ, "FORMS_PER_MINUTE", FORMS_PER_MINUTE),
        trusted_hosts=_trusted_hosts(environ),
        openid=_openid(environ),
    )


def for_flask(settings: Settings) -> dict[str, object]:
    """The settings Flask and its parts read themselves."""
    return {
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SESSION_COOKIE_SECURE": settings.https_only,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-office" if settings.https_only else "office",
        "WTF_CSRF_SSL_STRICT": False,  # web/security.py checks the site by headers that browsers do send here
        "WTF_CSRF_TIME_LIMIT": None,  # a token is valid as long as the session it belongs to
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,  # as LONGEST in store/office_sessions.py
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 500,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
    }


def _trusted_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    names = (environ.get("TRUSTED_HOSTS") or "").replace(",", " ").lower().split()
    for name in names:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name):
            raise ConfigError(
                f"TRUSTED_HOSTS has {name[:60]!r}; write names such as survey.example.vn, without https://"
                " and port, separated by commas"
            )
    return frozenset(names)


def _secret_keys(environ: Mapping[str, str], instance: Path) -> tuple[str, ...]:
    variable = environ.get("SECRET_KEY")
    keys = tuple((variable if variable is not None else _stored_secret(instance)).split())
    if any(not key.isprintable() for key in keys):
        raise ConfigError(f"{instance / 'secret_key'} is not the text that was stored; put its backup back")
    if not keys or any(len(key) < MIN_SECRET_CHARS for key in keys):
        shortest = min((len(key) for key in keys), default=0)
        source = "SECRET_KEY" if variable is not None else str(instance / "secret_key")
        raise ConfigError(
            f"{source} has {shortest} characters; at least {MIN_SECRET_CHARS} random ones are needed: "
            "unset it and one is made in the instance folder"
        )
    return keys


def _stored_secret(instance: Path) -> str:
    """The instance's secret, created on first use and readable by its owner only."""
    path = instance / "secret_key"
    try:
        return _read_or_create(path)
    except OSError as error:
        raise ConfigError(f"INSTANCE_PATH: {path} cannot be used: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not the text that was stored; put its backup back") from None


def _read_or_create(path: Path) -> str:
    instance = path.parent
    if not path.exists():
        instance.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            path.hardlink_to(fresh)  # of two processes that start together, one creates it
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL")
    if not url:
        _create_instance(instance)
        return f"sqlite:///{instance / 'survey.sqlite3'}"
    if not url.startswith(_DATABASES):
        scheme = url.partition(":")[0][:30]
        raise ConfigError(
            f"DATABASE_URL begins with {scheme!r}; use postgresql+psycopg://user:password@host/name or "
            "sqlite:////folder/file"
        )
    try:
        path = make_url(url).database or ""
    except (ArgumentError, ValueError):
        raise ConfigError(
            "DATABASE_URL cannot be read; write %40 for @ and %2F for / in a password"
        ) from None
    if url.startswith("sqlite:") and not Path(path).parent.is_dir():
        raise ConfigError(
            f"DATABASE_URL: there is no folder {Path(path).parent} for {Path(path).name}; create it, or"
            " correct the path: sqlite:////folder/file has four slashes; with three the path begins where the"
            " command runs"
        )
    return url


def _create_instance(instance: Path) -> None:
    """Make the folder of secret and database, for its owner only; not the folders above it."""
    try:
        instance.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"INSTANCE_PATH: {instance} cannot be used: {error.strerror}") from None


def _redis_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("REDIS_URL") or None
    if url is not None and not url.startswith(("redis://", "rediss://", "redis+")):
        raise ConfigError(f"REDIS_URL begins with {url.partition(':')[0][:30]!r}; use redis://host:6379/0")
    return url


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    url = environ.get("SMTP_URL")
    try:
        return read_mail_server(url, environ.get("MAIL_FROM") or "") if url else None
    except MailSettingError as error:
        raise ConfigError(str(error)) from None


def _openid(environ: Mapping[str, str]) -> OpenIdProvider | None:
    issuer = (environ.get("OPENID_ISSUER") or "").rstrip("/")
    if not issuer:
        return None
    if not re.fullmatch(r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?", issuer):
        raise ConfigError(f"OPENID_ISSUER is {issuer[:80]!r}; use the https:// address of the provider")
    needed = {
        "OPENID_CLIENT_ID": environ.get("OPENID_CLIENT_ID"),
        "OPENID_CLIENT_SECRET": environ.get("OPENID_CLIENT_SECRET"),
        "OPENID_NAME": environ.get("OPENID_NAME"),
    }
    for variable, value in needed.items():
        if not value:
            raise ConfigError(f"{variable} is not set; OPENID_ISSUER needs it")
    match = environ.get("OPENID_MATCH") or "email"
    if match not in ("email", "username"):
        raise ConfigError(f"OPENID_MATCH is {match[:40]!r}; use email or username")
    client_id, client_secret, name = (value or "" for value in needed.values())
    return OpenIdProvider(issuer, client_id, client_secret, name, trusts_usernames=match == "username")


def _time_zone(environ: Mapping[str, str]) -> ZoneInfo:
    name = environ.get("TIME_ZONE") or "Asia/Ho_Chi_Minh"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of the zones, as Asia
        raise ConfigError(f"TIME_ZONE is {name!r}; use a name like Asia/Ho_Chi_Minh") from error


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ConfigError(f"{name} is {text!r}; use a whole number")
    return int(text)
