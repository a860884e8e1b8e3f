"""Texts of citizens appear several at a time: who saw a person come does not see that person's text come."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.results.text_release import show_texts_if_due
from survey.scoring.releases import is_text_batch_due
from survey.store import feedback, fieldwork, releases, responses, text_batches
from survey.store.comments import reference_of
from survey.store.feedback import Opinion
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.store.text_batches import TextKind
from tests.builders import QUESTIONNAIRE, a_form, database_of, send, send_forms
from tests.comments.builders import comments_on, note
from tests.conftest import on_postgres, sign_in_as


@pytest.fixture
def clerk(app: Flask) -> FlaskClient:
    """A viewer who sees who comes to the desk."""
    return sign_in_as(app, "viewer")


def comments_seen(client: FlaskClient, key: str) -> list[str]:
    return comments_on(client.get(f"/office/campaigns/{key}/comments?lang=en").text)


def write_comments(app: Flask, code: str, *texts: str) -> list[str]:
    """Send forms with these comments; their receipts."""
    return [send(app.test_client(), a_form(QUESTIONNAIRE, comment=text), code=code) for text in texts]


def end_yesterday(app: Flask, key: str) -> None:
    yesterday: date = datetime.now(UTC).date() - timedelta(days=2)

    def change(session: Session) -> None:
        session.execute(update(Campaign).where(Campaign.key == key).values(closes_on=yesterday))

    database_of(app).write(change)


def id_of(app: Flask, key: str) -> int:
    return database_of(app).read(lambda session: fieldwork.campaign_by_key(session, key).id)


def test_the_comment_of_one_visit_does_not_appear(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    write_comments(app, code, *(f"Ý kiến {n}" for n in range(7)))
    before = comments_seen(clerk, key)
    assert len(before) == 7
    write_comments(app, code, "Tôi chờ hai giờ")
    send_forms(app, code, 20)
    assert comments_seen(clerk, key) == before, "twenty others came, but none of them wrote"
    for address in (
        f"/office/campaigns/{key}/comments?words=cho hai gio",
        f"/office/campaigns/{key}/comments",
    ):
        assert "Tôi chờ" not in clerk.get(address).text
    write_comments(app, code, "một", "hai", "ba")
    book = clerk.get(f"/office/campaigns/{key}/comments.xlsx?in=en").data
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(book)).active.values]
    assert {"Ý kiến 0", "Ý kiến 6"} < set(cells)
    assert "Tôi chờ hai giờ" not in cells
    assert "ba" not in cells
    write_comments(app, code, "bốn")
    assert len(comments_seen(clerk, key)) == 12


def test_the_page_is_the_same_before_and_after_one_visit(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    """A number that goes from 0 to 1 would say that this person wrote something."""
    key, code = campaign
    before = clerk.get(f"/office/campaigns/{key}/comments?lang=en").text
    write_comments(app, code, "một")
    after = clerk.get(f"/office/campaigns/{key}/comments?lang=en").text
    assert "No comments are shown yet" in after
    assert "at least 5 at a time" in after
    assert main_part(after) == main_part(before)


def main_part(page: str) -> str:
    """The page without its head, which has a nonce."""
    return page.partition("<main")[2]


def test_after_the_last_day_few_comments_of_many_people_appear(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 12)
    write_comments(app, code, "một", "hai")
    assert comments_seen(clerk, key) == []
    end_yesterday(app, key)
    assert len(comments_seen(clerk, key)) == 2


def test_after_the_last_day_a_comment_of_the_last_few_people_stays_outside(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    write_comments(app, code, *"abcde")
    assert len(comments_seen(clerk, key)) == 5
    write_comments(app, code, "f")
    send_forms(app, code, 3)
    end_yesterday(app, key)
    page = clerk.get(f"/office/campaigns/{key}/comments?lang=en").text
    assert len(comments_on(page)) == 5
    assert "fewer people came than 5" in page


def test_a_comment_that_is_not_shown_takes_no_note(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    write_comments(app, code, "một")
    form = database_of(app).read(lambda session: session.scalars(select(ResponseRow.submission_id)).one())
    administrator = sign_in_as(app, "admin")
    assert note(administrator, reference_of(form), path=f"/office/campaigns/{key}/comments") == 404


def test_a_withdrawn_comment_is_gone_at_once(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    receipts = write_comments(app, code, *"abcdef")
    assert len(comments_seen(clerk, key)) == 6
    app.test_client().post("/receipt/withdraw", data={"code": receipts[0]})
    assert len(comments_seen(clerk, key)) == 5


def test_withdrawn_comments_do_not_fill_a_batch(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    receipts = write_comments(app, code, *"abcde")
    app.test_client().post("/receipt/withdraw", data={"code": receipts[0]})
    assert comments_seen(clerk, key) == []


def test_two_who_look_at_once_show_one_batch(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    write_comments(app, code, *"abcdef")
    number, database = id_of(app, key), database_of(app)
    show_texts_if_due(database, number, TextKind.COMMENT, now=datetime.now(UTC), zone=UTC)
    shown = database.read(lambda session: text_batches.last_shown(session, number, TextKind.COMMENT))

    def show_stale(session: Session, after: int) -> bool:
        return text_batches.show_until(session, number, TextKind.COMMENT, shown + 1, after=after)

    assert not database.write(lambda session: show_stale(session, 0)), "another look made the first batch"
    assert not database.write(lambda session: show_stale(session, shown - 1)), "another look moved on"
    assert database.write(lambda session: show_stale(session, shown))


def test_opinions_about_the_form_appear_five_at_a_time_masked_and_in_no_order_of_time(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, _code = campaign
    number, database = id_of(app, key), database_of(app)

    def give(*texts: str | None) -> None:
        for text in texts:
            opinion, day = Opinion(3, text), datetime.now(UTC).date()
            database.write(
                lambda session, opinion=opinion, day=day: feedback.add(  # type: ignore[misc]
                    session, number, opinion, language="vi", day=day
                )
            )

    def page() -> str:
        return clerk.get(f"/office/campaigns/{key}/feedback?lang=en").text

    give("xa", "gọi 0905 123 456", None, "an")
    assert "<table" not in page(), "no table of noughts"
    give("Ba")
    first = page()
    assert '<td class="n">5</td>' in first
    assert "0905" not in first
    assert re.findall(r"<p>(an|Ba|xa|gọi .*?)</p>", first) == ["an", "Ba", "gọi [telephone number]", "xa"]
    give("cuối")
    assert "cuối" not in page()
    assert '<td class="n">5</td>' in page()


@pytest.mark.parametrize(
    ("n_texts", "n_people", "due_while_open", "due_when_over"),
    [
        (4, 400, "no", "yes"),
        (5, 5, "yes", "yes"),
        (0, 400, "no", "no"),
        (1, 4, "no", "no"),
        (1, 5, "no", "yes"),
    ],
)
def test_a_batch_is_due_by_its_texts_and_at_the_end_by_its_people(
    n_texts: int, n_people: int, due_while_open: str, due_when_over: str
) -> None:
    assert is_text_batch_due(n_texts, n_people, 5, is_over=False) == (due_while_open == "yes")
    assert is_text_batch_due(n_texts, n_people, 5, is_over=True) == (due_when_over == "yes")


@contextmanager
def form_on_its_way(app: Flask, comment: str) -> Iterator[None]:
    """A form like the last one whose transaction has its id already, and is committed after the block."""
    with Session(database_of(app).engine) as session, session.begin():
        last = session.scalars(select(ResponseRow).order_by(ResponseRow.id.desc()).limit(1)).one()
        names = [column.key for column in ResponseRow.__table__.columns if column.key != "id"]
        values = {name: getattr(last, name) for name in names}
        new = {"submission_id": "on its way", "receipt_hash": "on its way", "is_folded": False}
        session.add(ResponseRow(**values | new | {"comment": comment}))
        session.flush()
        yield


@on_postgres
def test_a_comment_that_is_committed_late_does_not_appear_alone(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    write_comments(app, code, "một")
    with form_on_its_way(app, "Tôi chờ hai giờ"):
        write_comments(app, code, "hai", "ba", "bốn", "năm")
        assert comments_seen(clerk, key) == [], "five are stored, and a sixth with a lower id comes"
    assert len(comments_seen(clerk, key)) == 6


@on_postgres
def test_results_wait_for_a_form_that_is_committed_late(
    app: Flask, campaign: tuple[str, str], clerk: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 5)
    clerk.get(f"/office/campaigns/{key}")
    with form_on_its_way(app, "Tôi chờ hai giờ"):
        send_forms(app, code, 7)
        clerk.get(f"/office/campaigns/{key}")
        assert n_counted(app, key) == n_up_to_last_step(app, key) == 5
    clerk.get(f"/office/campaigns/{key}")
    assert n_counted(app, key) == n_up_to_last_step(app, key) == 13


def n_counted(app: Flask, key: str) -> int:
    """The forms that the released results count."""
    progress = database_of(app).read(lambda session: releases.progress_of(session, id_of(app, key)))
    return sum(progress.crossings.values())


def n_up_to_last_step(app: Flask, key: str) -> int:
    """The forms that a certificate of the released results has."""
    database, campaign_id = database_of(app), id_of(app, key)
    last = database.read(lambda session: releases.progress_of(session, campaign_id)).last_response_id
    return database.read(lambda session: responses.count_until(session, campaign_id, last))
