"""Ways an official works with comments."""

from flask.testing import FlaskClient

from tests.conftest import csrf_in

PATH = "/office/campaigns/demo/comments"


def note(client: FlaskClient, reference: str, **fields: str) -> int:
    """Save status, tags and note of a comment; the status of the response."""
    token = csrf_in(client.get(PATH).text)
    data = {"csrf_token": token, "status": "to_act", "tags": "", "note": "", **fields}
    return client.post(f"{PATH}/{reference}", data=data).status_code
