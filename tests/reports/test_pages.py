"""The results of a campaign as an official asks for them: from no form at all to hundreds."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import add_desk, set_populations
from survey.reports.export import FORMATS, render_file
from survey.results.analysis import MOST_PARTS
from survey.results.campaign import CampaignResults
from survey.store import fieldwork
from survey.web.context import database
from survey.web.locale import text_of
from tests.builders import BUSINESS, QUESTIONNAIRE, a_form, results_of, send_forms
from tests.conftest import on_sqlite, sign_in_as


@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize(
    ("n", "lang"), [(0, "vi"), (0, "en"), (1, "vi"), (2, "en"), (4, "vi"), (9, "vi"), (9, "en")]
)
def test_a_campaign_of_few_forms_has_a_page_and_every_file(
    app: Flask, campaign: tuple[str, str], n: int, lang: str
) -> None:
    key, code = campaign
    send_forms(app, code, n)
    results = results_of(app, key)
    assert results.forms.valid == n
    assert results.score.verdict.value == "withheld"
    office = sign_in_as(app, "viewer")
    page = office.get(f"/office/campaigns/{key}?lang={lang}")
    assert page.status_code == 200
    for word in ("nan", "None", "inf "):
        assert word not in page.text.replace("finance", "")
    for name in FORMATS:
        assert render_file(results, name, lang)


def test_everybody_saying_the_same_is_a_score_with_an_interval(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 12, "5")
    send_forms(app, code, 12, "5", **BUSINESS)
    score = results_of(app, key).score
    assert score.score == pytest.approx(38)
    assert score.interval is not None
    assert 30 < score.interval.low < 38 == score.interval.high
    assert score.verdict.value == "exceeds"


def test_few_of_one_group_withhold_the_verdict_and_hide_the_group(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 3, **BUSINESS)
    results = results_of(app, key)
    assert results.score.verdict.value == "withheld"
    page = sign_in_as(app, "viewer").get(f"/office/campaigns/{key}?lang=en").text
    row = page.partition("Business, organisation or investor</th>")[2].partition("</tr>")[0]
    assert "–" in row


def test_a_form_with_too_few_ratings_is_counted_and_not_scored(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 5)
    nothing = {criterion.key: "" for criterion in QUESTIONNAIRE.criteria}
    send_forms(app, code, 2, **nothing)
    forms = results_of(app, key).forms
    assert (forms.valid, forms.incomplete) == (5, 2)


def test_a_withdrawn_form_leaves_the_score(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    receipts = send_forms(app, code, 6, "5") + send_forms(app, code, 1, "1")
    citizen = app.test_client()
    page = citizen.post("/receipt/withdraw", data={"code": receipts[-1]})
    assert page.status_code in {200, 303}
    results = results_of(app, key)
    assert (results.forms.valid, results.forms.withdrawn) == (6, 1)
    assert results.score.score == pytest.approx(38)


def test_the_same_forms_give_the_same_digest_in_any_order(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 6, "5")
    before = results_of(app, key).digest
    receipts = send_forms(app, code, 1, "2")
    assert results_of(app, key).digest != before
    app.test_client().post("/receipt/withdraw", data={"code": receipts[0]})
    assert results_of(app, key).digest == before


def test_people_served_narrow_the_interval_unless_they_are_too_few(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    for rating in "2345":
        send_forms(app, code, 5, rating)
        send_forms(app, code, 5, rating, **BUSINESS)
    endless = results_of(app, key).score.se
    assert endless is not None

    def results_with_served(citizens: int, businesses: int) -> CampaignResults:
        def keep(session: Session) -> None:
            row = fieldwork.campaign_by_key(session, key)
            set_populations(session, row.id, {"citizen": citizens, "business": businesses})

        with app.app_context():
            database().write(keep)
        return results_of(app, key)

    finite = results_with_served(40, 40)
    assert finite.score.se == pytest.approx(endless * 0.5**0.5, rel=1e-9)
    everybody = results_with_served(20, 20)
    assert everybody.score.se == pytest.approx(0, abs=1e-9)
    wrong = results_with_served(19, 40)
    assert wrong.populations_ignored
    assert wrong.score.se == pytest.approx(endless)


def test_demonstration_is_said_on_the_page_and_in_every_file(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    assert "Dữ liệu minh họa" in administrator.get("/office/campaigns/demo?lang=vi").text
    assert "DEMONSTRATION" in administrator.get("/office/campaigns/demo/summary.svg?in=en").text
    results = results_of(demo_app, "demo")
    assert "minh họa" in render_file(results, "csv", "vi").decode().lower()


@pytest.mark.parametrize("path", ["nothing", "demo/summary.exe", "demo/summary.pdf?in=xx"])
def test_what_is_not_there_is_not_found(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(f"/office/campaigns/{path}").status_code == 404


def test_a_download_is_in_the_log(administrator: FlaskClient) -> None:
    administrator.get("/office/campaigns/demo/summary.csv?in=vi")
    assert "demo.csv (vi)" in administrator.get("/office/audit").text


def test_a_group_that_is_not_offered_is_refused(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    form = a_form(QUESTIONNAIRE, respondent_group="unit_head")
    assert app.test_client().post(f"/s/{code}/send", data=form).status_code == 422
    assert results_of(app, key).forms.valid == 0


@pytest.mark.parametrize(
    "page", ["", "/trend", "/comparison", "/comparison?by=month", "/priorities?acc_info=20"]
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_asked_of_a_result_has_its_own_page(administrator: FlaskClient, page: str, lang: str) -> None:
    joined = "&" if "?" in page else "?"
    answer = administrator.get(f"/office/campaigns/demo{page}{joined}lang={lang}")
    assert answer.status_code == 200
    assert "<svg" in answer.text
    for word in ("nan", ">None<", "inf "):
        assert word not in answer.text.replace("finance", "")


@pytest.mark.parametrize("n", [0, 1, 4, 12])
def test_pages_of_few_forms_say_so_and_do_not_break(app: Flask, campaign: tuple[str, str], n: int) -> None:
    key, code = campaign
    send_forms(app, code, n)
    office = sign_in_as(app, "viewer")
    paths = (
        "trend",
        "comparison",
        "comparison?by=group",
        "priorities?acc_info=5",
        "numbers/whole/score",
        "numbers/section/access",
        "numbers/criterion/acc_info",
        "comments",
        "publication",
    )
    for path in paths:
        assert office.get(f"/office/campaigns/{key}/{path}").status_code == 200, path


@pytest.mark.parametrize(
    "path",
    ["numbers/whole/nothing", "numbers/section/nothing", "numbers/criterion/nothing", "numbers/page/score"],
)
def test_a_number_that_is_not_there_is_not_found(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(f"/office/campaigns/demo/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "?desk=999",
        "?month=1999-01",
        "?desk=1&channel=online",
        "?group=unit_head",
        "/comparison?by=weather",
        "/priorities?acc_info=51",
        "/priorities?acc_info=-1",
        "/priorities?acc_info=x",
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(administrator: FlaskClient, path: str) -> None:
    page = administrator.get(f"/office/campaigns/demo{path}")
    assert page.status_code == 422
    assert 'id="error-summary"' in page.text


def test_a_filter_shows_the_part_and_its_address_is_enough(
    demo_app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    whole = results_of(demo_app, "demo")
    part = next(part for part in whole.parts("desk") if part.score)
    path = f"/office/campaigns/demo?desk={part.key}&lang=en"
    for page in (administrator.get(path), viewer.get(path)):
        assert f"{part.score.score:.2f} / 38 points" in page.text if part.score else ""
        assert f"{part.n} forms" in page.text
    both = administrator.get(f"{path}&group=citizen").text
    assert QUESTIONNAIRE.group("citizen").text.to("en") + "</b>" in both


def test_a_small_part_is_shown_by_no_filter_and_not_in_the_comparison(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 3, service_domain="labour")
    send_forms(app, code, 20, service_domain="investment")
    office = sign_in_as(app, "viewer")
    assert office.get(f"/office/campaigns/{key}?field=labour").status_code == 422
    shown = [office.get(f"/office/campaigns/{key}?field={f}").status_code for f in ("land", "investment")]
    assert sorted(shown) == [200, 422], "a second is hidden, or the first is found by subtraction"
    crossed = office.get(f"/office/campaigns/{key}?field=labour&group=citizen").status_code
    assert crossed == 422
    compared = office.get(f"/office/campaigns/{key}/comparison?by=field&lang=en").text
    assert 'id="t-pairs"' not in compared


def test_campaigns_of_another_questionnaire_are_named_and_not_compared(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    page = administrator.get("/office/campaigns/demo/trend?lang=en").text
    assert page.count("<tbody>") == 1
    assert "Khảo sát hài lòng" in page
    assert "statistically significant (adjusted interval: " in page
    assert "another version" not in page


def test_a_criterion_opened_gives_what_is_needed_to_make_it_again(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    page = administrator.get("/office/campaigns/demo/numbers/criterion/proc_fee?lang=en").text
    results = results_of(demo_app, "demo")
    criterion = next(c for c in results.score.criteria if c.key == "proc_fee")
    counts = next(a for a in results.answers if a.criterion.key == "proc_fee")
    assert f"{criterion.points:.4f} = 2 × {criterion.ratio:.5f}" in page
    for n in counts.counts:
        assert f">{n}<" in page
    assert results.digest in page
    assert results.campaign.instrument_digest in page
    assert "50.0%" in page


@on_sqlite
def test_of_many_parts_one_is_chosen_to_compare_the_others_with(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    n_desks = MOST_PARTS + 1

    def add_desks(session: Session) -> list[str]:
        row = fieldwork.campaign_by_key(session, key)
        names = (text_of(f"Nơi {number}", f"Place {number}") for number in range(2, n_desks + 1))
        return [add_desk(session, row, name).code for name in names]

    with app.app_context():
        codes = [code, *database().write(add_desks)]
    for number, desk in enumerate(codes):
        send_forms(app, desk, 5, str(3 + number % 3))
    office, path = sign_in_as(app, "viewer"), f"/office/campaigns/{key}/comparison?lang=en"
    page = office.get(path).text
    assert "Choose a part, to see how the others differ from it" in page
    assert 'id="t-pairs"' not in page
    assert 'class="chart"' in page
    reference = (
        page.partition('name="with"')[2].partition("</select>")[0].split('value="')[-1].partition('"')[0]
    )
    compared = office.get(f"{path}&with={reference}").text
    assert compared.partition('id="t-pairs"')[2].count("<tr>") == 1 + n_desks - 1
    assert f" of {n_desks - 1} pairs" in compared
    assert 'id="t-pairs"' not in office.get(f"{path}&with=nobody").text
