"""Which hosts a request may name. Without PUBLIC_URL, links, QR codes and posters carry that of the request.

Whoever sends a request chooses its `Host`. One that anybody can own must not get onto a poster or into a
link, so only hosts are served that lead to this machine or a private network, or that a setting names.
"""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, request

from survey.web.context import settings
from survey.web.errors import Refusal
from survey.web.locale import N_

_ALWAYS_SERVED = frozenset({"static", "metrics.healthz", "metrics.readyz"})  # they hold no address


class UnknownHostError(Refusal):
    """The request names a host that neither a setting nor the local network explains."""

    title = N_("This address does not belong to this survey")
    advice = N_(
        "Use the address on the poster. For the administrator: set PUBLIC_URL, or name this host in"
        " TRUSTED_HOSTS."
    )


def init(app: Flask) -> None:
    """Refuse requests with an unknown host."""
    app.before_request(_refuse_unknown_host)


def _refuse_unknown_host() -> None:
    office = settings()
    if office.public_url is not None or request.endpoint in _ALWAYS_SERVED:
        return
    if not is_known_host(request.host, office.trusted_hosts):
        raise UnknownHostError


def is_known_host(host: str, trusted: frozenset[str] = frozenset()) -> bool:
    """Whether a `Host`, with or without a port, is trusted, this machine, or an address of a private network.

    A name without a dot, or under .local, is not known by itself: any machine of a network can claim it.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:  # a bracket of an IPv6 address is missing
        return False
    if name in trusted or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local
