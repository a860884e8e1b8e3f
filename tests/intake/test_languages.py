"""A questionnaire is asked in its own languages, whatever languages the interface has."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.instrument import codec
from survey.instrument.questionnaire import Questionnaire
from survey.store import fieldwork, questionnaires
from survey.web.locale import interface_language, text_of
from tests.builders import a_form, database_of, receipt_in
from tests.instrument.builders import document

KHMER = "សួស្តី"


def in_languages(value: Any, *languages: str) -> Any:
    """A document with the wordings of these languages only; a language it lacks gets an invented one."""
    if isinstance(value, list):
        return [in_languages(entry, *languages) for entry in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("vi"), str):
        wordings = {code: value.get(code, f"{KHMER} {value['en']}") for code in languages}
        value = {key: entry for key, entry in value.items() if key not in ("vi", "en")} | wordings
    return {key: in_languages(entry, *languages) for key, entry in value.items()}


def collector_of(app: Flask, *languages: str) -> tuple[str, Questionnaire]:
    """The code of a desk where a questionnaire in these languages is asked, and the questionnaire."""
    changed = in_languages(document(), *languages)
    changed["instrument"]["default_lang"] = languages[0]
    questionnaire, now = codec.from_document(changed), datetime.now(UTC)

    def add(session: Session) -> str:
        key = questionnaires.publish(session, questionnaire, now=now)
        days = (now.date() - timedelta(1), now.date() + timedelta(9))
        new = NewCampaign("Đợt thử", key, *days, (text_of("Quầy 1", "Desk 1"),))
        return fieldwork.collectors_of(session, open_campaign(session, new, now=now).id)[0].collector.code

    return database_of(app).write(add), questionnaire


def test_an_english_questionnaire_opens_in_english(app: Flask) -> None:
    code, questionnaire = collector_of(app, "en")
    citizen = app.test_client()
    for address in (f"/s/{code}", f"/s/{code}?lang=vi"):
        page = citizen.get(address).text
        assert '<html lang="en"' in page
        assert "Continue</button>" in page
        assert "Tiếp tục" not in page
        assert "Tiếng Việt" not in page, "a language it lacks is not offered"
    form = a_form(questionnaire)
    assert '<html lang="en"' in citizen.post(f"/s/{code}/check?lang=vi", data=form).text
    page = citizen.post(f"/s/{code}/send?lang=vi", data=form).text
    assert '<html lang="en"' in page
    view = citizen.post("/receipt?lang=vi", data={"code": receipt_in(page)}).text
    assert "Very satisfied" in view or "Satisfied" in view
    assert "Tiếng Việt" not in view


def test_a_further_language_is_offered_and_words_of_the_interface_are_marked(app: Flask) -> None:
    code, questionnaire = collector_of(app, "vi", "en", "km")
    citizen = app.test_client()
    page = html.unescape(citizen.get(f"/s/{code}").text)
    assert re.search(r'<button[^>]*formaction="/s/\w+\?lang=km" lang="km"[^>]*>ខ្មែរ', page)
    khmer = html.unescape(citizen.get(f"/s/{code}?lang=km").text)
    assert '<html lang="km"' in khmer
    assert KHMER in khmer
    for word in ("Continue", "Check your answers", "Send the form", "(optional)", "Accessibility"):
        before = khmer[: khmer.index(word)]
        opened = re.findall(r"<(\w+)(?=[ >])([^>]*)>", before[before.rindex(' lang="en"') - 400 :])
        assert any('lang="en"' in attributes for _tag, attributes in opened), word
    form = a_form(questionnaire)
    assert KHMER in citizen.post(f"/s/{code}/check?lang=km", data=form).text
    receipt = citizen.post(f"/s/{code}/send?lang=km", data=form)
    assert re.search(f'<p lang="km">{KHMER}', receipt.text)


@pytest.mark.parametrize(
    ("language", "nearest"), [("vi", "vi"), ("en", "en"), ("en_US", "en"), ("vi-Latn", "vi"), ("km", "en")]
)
def test_the_interface_has_a_nearest_language_for_each(language: str, nearest: str) -> None:
    assert interface_language(language) == nearest


def test_a_language_that_nobody_knows_breaks_no_page(app: Flask) -> None:
    code, _questionnaire = collector_of(app, "vi", "zz")
    assert app.test_client().get(f"/s/{code}?lang=zz").status_code == 200
