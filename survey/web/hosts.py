"""The address that links, QR codes and posters carry. Without PUBLIC_URL it is that of the request.

Whoever sends a request chooses its `Host`. One that anybody can own must not get onto a poster or into a
link, so only those are written that lead to this machine or a private network, or that a setting names.
"""

import ipaddress
import re

from flask import request

from survey.web.context import settings
from survey.web.errors import Refusal
from survey.web.locale import N_

_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


class UnknownHostError(Refusal):
    """A link is to be made, and neither a setting nor the local network explains the host of the request."""

    title = N_("This address does not belong to this survey")
    advice = N_(
        "Use the address on the poster. For the administrator: set PUBLIC_URL, or name this host in"
        " TRUSTED_HOSTS."
    )


def public_url(path: str) -> str:
    """The address of `path` (which begins with /) as a citizen's phone reaches it.

    Raises
    ------
    UnknownHostError
        There is no PUBLIC_URL, and the host of the request is not known.
    """
    office = settings()
    if office.public_url is not None:
        return office.public_url + path
    if not is_known_host(request.host, office.trusted_hosts):
        raise UnknownHostError
    return request.host_url.rstrip("/") + path


def is_known_host(host: str, trusted: frozenset[str] = frozenset()) -> bool:
    """Whether a `Host`, with or without a port, is trusted, this machine, or an address of a private network.

    A name without a dot, or under .local, is not known by itself: any machine of a network can claim it.
    """
    if (match := _HOST.fullmatch(host)) is None:
        return False
    name = match["name"].strip("[]").lower().removesuffix(".")
    if name in trusted or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local
