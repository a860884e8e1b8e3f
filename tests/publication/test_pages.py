"""What leaves the office: after the last day, without small parts, by page, badge or link."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.instrument.codec import digest
from survey.publication import links
from survey.results import verification
from survey.results.certificate_file import parse_certificate
from survey.store import fieldwork
from survey.store.questionnaires import load_shipped
from survey.web.context import now, today
from survey.web.locale import text_of
from tests.builders import a_form, database_of, send
from tests.conftest import csrf_in

Q = load_shipped()
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
KEYS = ("k" * 40,)


def post(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    token = csrf_in(client.get("/office/campaigns/demo-truoc/publication").text)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def publish(client: FlaskClient, key: str, public: str = "yes") -> tuple[int, str]:
    return post(client, f"/office/campaigns/{key}/publication", public=public)


def a_link(client: FlaskClient, key: str = "demo", days: str = "7") -> str:
    """The path of a link just made."""
    _status, page = post(client, f"/office/campaigns/{key}/links", days=days)
    return "/shared/" + page.partition("/shared/")[2].partition('"')[0]


def test_a_published_summary_is_seen_by_everybody(citizen: FlaskClient) -> None:
    answer = citizen.get("/results/demo-truoc?lang=en")
    assert answer.status_code == 200
    assert "/ 38 points" in answer.text
    assert "Demonstration data" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("path", ["/results/demo", "/results/nothing", "/results/demo/badge.svg"])
def test_what_is_not_published_is_not_found(citizen: FlaskClient, path: str) -> None:
    assert citizen.get(path).status_code == 404


def test_comments_and_numbers_not_applicable_stay_inside(citizen: FlaskClient) -> None:
    page = citizen.get("/results/demo-truoc?lang=vi").text
    assert "Hồ sơ còn phải bổ sung" not in page
    assert "Để trống" not in page
    assert 'id="t-channel"' not in page


def test_an_open_survey_cannot_be_published(administrator: FlaskClient, citizen: FlaskClient) -> None:
    status, page = publish(administrator, "demo")
    assert status == 422
    assert 'id="error-summary"' in page
    assert citizen.get("/results/demo").status_code == 404


def test_results_are_taken_back_and_published_again(administrator: FlaskClient, citizen: FlaskClient) -> None:
    assert publish(administrator, "demo-truoc", "no")[0] == 303
    assert citizen.get("/results/demo-truoc").status_code == 404
    assert publish(administrator, "demo-truoc")[0] == 303
    assert citizen.get("/results/demo-truoc").status_code == 200
    log = administrator.get("/office/audit?lang=en").text.partition("<tbody>")[2]
    assert "took back results" in log
    assert "published results" in log


def test_a_viewer_publishes_and_shares_nothing(viewer: FlaskClient) -> None:
    assert publish(viewer, "demo-truoc", "no")[0] == 403
    assert post(viewer, "/office/campaigns/demo/links", days="7")[0] == 403


@pytest.mark.parametrize("fields", [{"public": "perhaps"}, {}])
def test_a_choice_that_is_none_is_refused(administrator: FlaskClient, fields: dict[str, str]) -> None:
    assert post(administrator, "/office/campaigns/demo-truoc/publication", **fields)[0] == 422
    assert post(administrator, "/office/campaigns/demo-truoc/links", days="8")[0] == 422


def test_the_badge_says_score_and_verdict_and_may_stand_on_other_sites(citizen: FlaskClient) -> None:
    answer = citizen.get("/results/demo-truoc/badge.svg?lang=en")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "/ 38 ·" in answer.text
    page = citizen.get("/results/demo-truoc")
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_link_shows_an_unpublished_result_without_an_account(
    administrator: FlaskClient, citizen: FlaskClient
) -> None:
    path = a_link(administrator)
    answer = citizen.get(f"{path}?lang=en")
    assert answer.status_code == 200
    assert "noindex" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert citizen.get("/results/demo").status_code == 404


def test_a_link_that_was_ended_or_changed_leads_nowhere(
    administrator: FlaskClient, citizen: FlaskClient
) -> None:
    first = a_link(administrator)
    assert citizen.get(first[:-1]).status_code == 404
    assert post(administrator, "/office/campaigns/demo/links", days="end")[0] == 303
    assert citizen.get(first).status_code == 410
    second = a_link(administrator)
    assert (citizen.get(first).status_code, citizen.get(second).status_code) == (410, 200)


def test_a_link_is_over_after_its_days_and_needs_our_key() -> None:
    token = links.token_for("demo", "share", days=7, now=NOW, secret_key=KEYS[0])
    almost, after = NOW + timedelta(days=7, seconds=-1), NOW + timedelta(days=7)
    assert links.read_token(token, now=almost, secret_keys=KEYS).campaign_key == "demo"
    assert links.read_token(token, now=almost, secret_keys=("n" * 40, *KEYS)).share_key == "share"
    with pytest.raises(links.ExpiredLinkError):
        links.read_token(token, now=after, secret_keys=KEYS)
    with pytest.raises(links.UnknownLinkError):
        links.read_token(token, now=almost, secret_keys=("n" * 40,))


@pytest.fixture
def small(demo_app: Flask) -> tuple[str, str]:
    """A campaign of one desk that is open today; its key and code."""
    with demo_app.app_context():
        day = today()
    new = NewCampaign(
        "Đợt nhỏ", digest(Q), day, day, (text_of("Quầy nhỏ", "Small"), text_of("Quầy lớn", "Big"))
    )

    def make(session: Session) -> tuple[str, str]:
        row = open_campaign(session, new, now=NOW)
        row.published_at = NOW
        return row.key, fieldwork.collectors_of(session, row.id)[0].collector.code

    return database_of(demo_app).write(make)


def test_nothing_of_fewer_than_five_people_is_public(demo_app: Flask, small: tuple[str, str]) -> None:
    key, code = small
    client = demo_app.test_client()
    for _number in range(4):
        send(client, a_form(Q), code)
    page = client.get(f"/results/{key}?lang=en")
    assert page.status_code == 200
    assert "Fewer than 5 people" in page.text
    assert "points" not in page.text
    badge = client.get(f"/results/{key}/badge.svg?lang=en").text
    assert "too few forms" in badge
    assert "Fewer than 5 people" in badge
    assert "forms so far" not in badge
    for _number in range(4):
        send(client, a_form(Q), code)
    for _number in range(3):
        send(client, a_form(Q, respondent_group="business"), code)
    text = client.get(f"/results/{key}?lang=en").text
    assert 'id="t-group"' not in text, "one group of three gives the other away"
    assert "11 valid forms" in text


def test_a_demo_round_that_is_over_was_published_after_its_last_day(demo_app: Flask) -> None:
    campaign = database_of(demo_app).read(lambda s: fieldwork.campaign_by_key(s, "demo-truoc"))
    assert campaign.published_at is not None
    assert campaign.closes_on < campaign.published_at.date()
    with demo_app.app_context():
        assert campaign.published_at < now()


def test_everybody_can_recompute_a_published_score(citizen: FlaskClient) -> None:
    answer = citizen.get("/results/demo-truoc/certificate.json")
    assert answer.status_code == 200
    assert answer.json is not None
    assert "rows" not in answer.json["responses"]
    assert all(check.problem is None for check in verification.verify(parse_certificate(answer.json)))
    assert citizen.get("/results/demo/certificate.json").status_code == 404
    assert "/results/demo-truoc/certificate.json" in citizen.get("/results/demo-truoc").text
