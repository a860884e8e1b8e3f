"""A file as the answer to a request."""

import io
from pathlib import Path

from flask import Response, abort, request, send_file

from survey.web.locale import LANGUAGES
from survey.web.templates import language


def send_download(content: bytes | Path, mimetype: str, name: str) -> Response:
    """The content, or a file that has it, to save under a name; no cache on the way keeps it."""
    source = content if isinstance(content, Path) else io.BytesIO(content)
    answer = send_file(source, mimetype=mimetype, download_name=name, as_attachment=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def send_inline(content: bytes, mimetype: str, name: str) -> Response:
    """The content for the browser to show; the name is for whoever saves it."""
    return send_file(io.BytesIO(content), mimetype=mimetype, download_name=name, max_age=0)


def requested_language() -> str:
    """The language asked for by `?in=`, the page's without it; 404 for one the interface does not have."""
    file_language = request.args.get("in") or language()
    if file_language not in LANGUAGES:
        abort(404)
    return file_language
