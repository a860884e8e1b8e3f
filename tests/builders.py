"""Forms as a citizen sends them, and short ways through the questionnaire."""

from uuid import uuid4

from flask.testing import FlaskClient

from survey.instrument.questionnaire import Questionnaire

ROUTING = {
    "respondent_group": "citizen",
    "service_domain": "land",
    "submission_channel": "board_desk",
    "result_status": "on_time",
    "filed_feedback": "no",
}


def a_form(questionnaire: Questionnaire, rating: str = "4", **fields: str) -> dict[str, str]:
    """A form with consent, the required answers, `rating` for every criterion; `fields` replace or add."""
    form = {"submission_id": str(uuid4()), "consent": "agree", **ROUTING}
    form |= {criterion.key: rating for criterion in questionnaire.criteria}
    return {**form, **fields}


def receipt_in(page: str) -> str:
    """The receipt code a page shows; "" without one."""
    return page.partition('id="receipt-code">')[2].partition("<")[0]


def send(client: FlaskClient, form: dict[str, str], code: str = "demo", lang: str = "vi") -> str:
    """Send a form and return the receipt code."""
    answer = client.post(f"/s/{code}/send?lang={lang}", data=form)
    assert answer.status_code == 200, answer.text[:3000]
    return receipt_in(answer.text)
