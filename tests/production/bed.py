"""The product as docs/operations.md says to run it, on this machine's free ports.

nginx with TLS in front of gunicorn, PostgreSQL, Redis and a mail server with STARTTLS. Browsers and programs
reach `https://survey.example.vn` through a `Door`, which knows only this one host, so that nothing of the
machine is changed.
"""

import base64
import hashlib
import os
import select
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import redis
import requests
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.end_to_end.server import Server, bare_environment, demo_server, free_port, wait_until
from tests.production import operations
from tests.web.inbox import FROM, PASSWORD, Inbox, mail_server

HOST = "survey.example.vn"
ADDRESS = f"https://{HOST}"
NGINX = "/usr/sbin/nginx"
ME = "127.0.0.1"
_CHUNK_BYTES = 65536
_NGINX_CONF = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  {temporary}
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {host};
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    {location}
  }}
}}
"""


class Door(socketserver.ThreadingTCPServer):
    """An HTTP proxy for CONNECT to the host of the bed, which makes visitors come from an address."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, nginx_port: int, address: str) -> None:
        super().__init__((ME, 0), _Tunnel)
        self.nginx_port = nginx_port
        self.visitor = address

    @property
    def url(self) -> str:
        """What a browser is given as its proxy."""
        return f"http://{ME}:{self.server_address[1]}"


class _Tunnel(socketserver.StreamRequestHandler):
    server: Door

    def handle(self) -> None:
        """Answer CONNECT, then pass on bytes in both directions until one end closes."""
        _method, _, rest = self.rfile.readline().decode("latin-1").partition(" ")
        target = rest.partition(" ")[0]
        while self.rfile.readline().strip():
            pass
        if target != f"{HOST}:443":
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        nginx = socket.create_connection(
            (ME, self.server.nginx_port), source_address=(self.server.visitor, 0)
        )
        with nginx, suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _pass_on(self.connection, nginx)


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    while True:
        for source in select.select([one, other], [], [])[0]:
            received = source.recv(_CHUNK_BYTES)
            if not received:
                return
            (other if source is one else one).sendall(received)


@contextmanager
def open_door(nginx_port: int, address: str) -> Iterator[Door]:
    with Door(nginx_port, address) as door:
        thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield door
        door.shutdown()


@dataclass(frozen=True)
class Bed:
    """Everything that runs. `server.address` is the public address."""

    server: Server
    door: Door
    nginx_port: int
    authority: Path  # the certificate to trust, PEM
    key_pin: str  # SHA-256 of the server's public key in base64, by which Chromium trusts it
    inbox: Inbox
    redis_url: str
    folder: Path

    @contextmanager
    def door_of(self, visitor: str) -> Iterator[Door]:
        """A door for visitors at an address of the loopback range."""
        with open_door(self.nginx_port, visitor) as door:
            yield door

    @contextmanager
    def program(self, door: Door | None = None) -> Iterator[requests.Session]:
        """A program at the bed's door, or at another one."""
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"https": (door or self.door).url}
            session.verify = str(self.authority)
            yield session


@contextmanager
def _process(command: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=bare_environment())  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection((ME, port), timeout=5).close()
        return True
    return False


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    port = free_port()
    options = {"--port": str(port), "--bind": ME, "--save": "", "--appendonly": "no", "--dir": str(folder)}
    command = ["redis-server", *(word for option in options.items() for word in option)]
    with _process(command, folder / "redis.log"):
        wait_until(lambda: _answers(port), "Redis")
        yield f"redis://{ME}:{port}/0"


@contextmanager
def _nginx(folder: Path, certificate: Path, server_port: int) -> Iterator[int]:
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _NGINX_CONF.format(
            user="user root;" if os.geteuid() == 0 else "",  # its workers read this folder, which is private
            folder=folder,
            temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds),
            port=port,
            host=HOST,
            certificate=certificate,
            location=operations.nginx_location(server_port),
        )
    )
    command = [NGINX, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")]
    with _process(command, folder / "nginx.log") as process:
        wait_until(lambda: process.poll() is not None or _answers(port), "nginx")
        assert process.poll() is None, (folder / "error.log").read_text() + (folder / "nginx.log").read_text()
        yield port


def _settings(redis_url: str, mail_port: int) -> dict[str, str]:
    """The settings of docs/operations.md beside PORT, HOST, INSTANCE_PATH and DATABASE_URL."""
    assert operations.value_said("PUBLIC_URL") == "https://…"
    return {
        "WORKERS": "2",
        "SECRET_KEY": "a secret of this bed, which ends with it".replace(" ", "-"),
        "PUBLIC_URL": ADDRESS,
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
        "TRUSTED_HOSTS": HOST,
        "TRUSTED_PROXIES": operations.value_said("TRUSTED_PROXIES"),
        "FORMS_PER_MINUTE": "300",
        "REDIS_URL": redis_url,
        "SMTP_URL": f"smtp://user:{quote(PASSWORD, safe='')}@localhost:{mail_port}?starttls",
        "MAIL_FROM": f"Khảo sát <{FROM}>",
        "OPENID_ISSUER": "https://openid.example.invalid",  # tests/accounts/test_openid.py has a real one
        "OPENID_CLIENT_ID": "survey",
        "OPENID_CLIENT_SECRET": "a-secret-of-this-bed",
        "OPENID_NAME": "Đăng nhập bằng tài khoản của tỉnh",
        "OPENID_MATCH": "email",
    }


def _key_pin(certificate: trustme.LeafCert) -> str:
    parsed = x509.load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes())
    key = parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@contextmanager
def production(folder: Path, database_url: str) -> Iterator[Bed]:
    """The whole bed with the demonstration data; `folder` takes every file of it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate = authority.issue_cert(HOST)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "certificate.pem"))
    encrypted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(encrypted)
    inbox, instance = Inbox(), folder / "instance"
    instance.mkdir()
    with ExitStack() as running:
        options = {"require_starttls": True, "auth_required": True, "authenticator": inbox.may_sign_in}
        mail_port = running.enter_context(mail_server(inbox, tls_context=encrypted, **options))
        redis_url = running.enter_context(_redis(folder))
        settings = _settings(redis_url, mail_port) | {"SSL_CERT_FILE": str(folder / "authority.pem")}
        server = running.enter_context(demo_server(instance, database_url, **settings))
        nginx_port = running.enter_context(
            _nginx(folder, folder / "certificate.pem", int(server.environment["PORT"]))
        )
        door = running.enter_context(open_door(nginx_port, ME))
        yield Bed(
            replace(server, address=ADDRESS),
            door,
            nginx_port,
            folder / "authority.pem",
            _key_pin(certificate),
            inbox,
            redis_url,
            folder,
        )


def keys_in_redis(bed: Bed) -> list[str]:
    """What the product keeps in Redis."""
    with redis.Redis.from_url(bed.redis_url) as connection:
        return sorted(key.decode() for key in connection.keys("*"))
