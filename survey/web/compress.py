"""Compression of what a phone loads. The questionnaire itself comes compressed; this is for the rest.

Only pages of people who are not signed in: compressing a secret of the visitor's session together with words
another site chose would let that site find the secret out (BREACH), and citizens have no session. Nor have
programs, whose tokens no browser sends by itself.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache

from flask import Flask, Response, request

from survey.web.templates import PUBLIC_BLUEPRINTS

_WORTH_IT = 600
_LEVEL = 6
_STATIC_TEXTS = {"text/css", "image/svg+xml"}


def init(app: Flask) -> None:
    """Compress what public pages answer, and style sheets."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code == 200 and response.mimetype in _STATIC_TEXTS:
        response.direct_passthrough = False
        response.make_sequence()
    if request.blueprint not in PUBLIC_BLUEPRINTS or response.direct_passthrough or response.is_streamed:
        return response
    if "Content-Encoding" in response.headers or (response.calculate_content_length() or 0) < _WORTH_IT:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=64)  # browsers send a handful of these
def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a browser that sent this header takes gzip."""
    weights: Mapping[str, str] = {
        part.partition(";")[0].strip().lower(): part.partition(";")[2].replace(" ", "").lower()
        for part in accept_encoding.split(",")
    }
    return "gzip" in weights and weights["gzip"] not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
