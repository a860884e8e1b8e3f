"""Ways an official works with comments."""

import re

from flask.testing import FlaskClient

from tests.conftest import csrf_in

PATH = "/office/campaigns/demo/comments"


def note(client: FlaskClient, reference: str, *, path: str = PATH, **fields: str) -> int:
    """Save status, tags and note of a comment; the status of the response."""
    token = csrf_in(client.get(path).text)
    data = {"csrf_token": token, "status": "to_act", "tags": "", "note": "", **fields}
    return client.post(f"{path}/{reference}", data=data).status_code


def comments_on(page: str) -> list[str]:
    """The comments on a page."""
    return re.findall(r"<blockquote>(.*?)</blockquote>", page, re.DOTALL)
