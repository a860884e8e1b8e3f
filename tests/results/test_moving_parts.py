"""What is new in a part is never the rating of a few: a form counts for it that rates only some criteria."""

import re
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import BUSINESS, QUESTIONNAIRE, send_forms
from tests.conftest import on_sqlite, sign_in_as

pytestmark = on_sqlite
CRITERION, NAME = "proc_fee", "Fees charged as published"
MONTH = f"month={datetime.now(ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m}"
EVERYBODY, DESK, ONLINE = "", "channel=board_desk", "channel=online"


@pytest.fixture
def viewer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "viewer")


class Shown:
    """What a viewer's page says of the criterion, by the part that it is asked for."""

    def __init__(self, viewer: FlaskClient, key: str) -> None:
        self._viewer, self._key = viewer, key

    def answers(self, part: str) -> list[int]:
        """People by answer, empty where nothing is shown."""
        page = self._viewer.get(f"/office/campaigns/{self._key}?lang=en&{part}")
        assert page.status_code == HTTPStatus.OK
        rows = [row for row in re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL) if NAME in row]
        counts = re.findall(r'<td class="n">(\d+)</td>', rows[-1])  # the last table is that of the answers
        return [int(n) for n in counts[: len(QUESTIONNAIRE.scale.options)]]

    def n(self, part: str) -> int:
        """How many rated the criterion."""
        return sum(self.answers(part))


def is_few(n: int) -> bool:
    return 0 < abs(n) < 5


def test_a_part_that_holds_everybody_does_not_tell_the_rating_of_one(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    shown = Shown(viewer, key)
    send_forms(app, code, 10)
    before = {part: shown.n(part) for part in (EVERYBODY, MONTH)}
    send_forms(app, code, 4, **{CRITERION: "na"})
    send_forms(app, code, 1, "1")
    assert {part: shown.n(part) for part in (EVERYBODY, MONTH)} == before == {EVERYBODY: 10, MONTH: 10}
    send_forms(app, code, 9)
    assert {part: shown.n(part) for part in (EVERYBODY, MONTH)} == {EVERYBODY: 20, MONTH: 20}


def test_a_part_does_not_tell_what_is_new_in_the_rest_of_its_view(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    shown = Shown(viewer, key)
    for channel in ("board_desk", "online"):
        send_forms(app, code, 10, submission_channel=channel)
    before = {part: shown.n(part) for part in (EVERYBODY, DESK, ONLINE)}
    assert before == {EVERYBODY: 20, DESK: 10, ONLINE: 10}
    send_forms(app, code, 5, submission_channel="board_desk")
    send_forms(app, code, 4, submission_channel="online", **{CRITERION: "na"})
    send_forms(app, code, 1, "1", submission_channel="online")
    new = {part: shown.n(part) - n for part, n in before.items()}
    assert new[EVERYBODY] == 6
    assert not any(
        is_few(n) for n in (*new.values(), new[EVERYBODY] - new[DESK], new[EVERYBODY] - new[ONLINE])
    )


def test_answers_and_points_of_a_part_do_not_tell_those_of_one_business(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    shown = Shown(viewer, key)
    send_forms(app, code, 10)
    send_forms(app, code, 6, **BUSINESS)
    before = shown.answers(MONTH)
    assert sum(before) == 16
    send_forms(app, code, 5)
    send_forms(app, code, 1, "1", **BUSINESS)
    assert shown.answers(MONTH) == before
    send_forms(app, code, 5, "1", **BUSINESS)
    assert shown.n(MONTH) == 27
