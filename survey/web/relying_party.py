"""What a passkey belongs to: the host and origin of the office, as browsers know them."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

from survey.web.context import settings
from survey.web.hosts import is_known_host


@dataclass(frozen=True)
class RelyingParty:
    """The host that passkeys are made for, and the origin that their answers must name."""

    id: str
    origin: str


def relying_party() -> RelyingParty | None:
    """Host and origin by PUBLIC_URL, else by a known host of the request.

    None where browsers take no passkey: without https, but for localhost, and at an address of numbers.
    """
    office = settings()
    if office.public_url is None and not is_known_host(request.host, office.trusted_hosts):
        return None
    address = urlsplit(office.public_url or request.host_url)
    host = address.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    if _is_number(host) or not (address.scheme == "https" or is_local):
        return None
    return RelyingParty(host, f"{address.scheme}://{address.netloc}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def passkeys_work() -> bool:
    """Whether browsers take passkeys at this address."""
    return relying_party() is not None
