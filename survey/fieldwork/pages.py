"""Campaigns, desks and posters, in the order an officer works through them."""

import io
import re
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork import campaigns as work
from survey.fieldwork import posters
from survey.fieldwork.campaigns import NewCampaign, NewDesk
from survey.fieldwork.forms import CampaignForm, DeskForm
from survey.instrument.questionnaire import Questionnaire, Text
from survey.store import audit, fieldwork, questionnaires, responses, units
from survey.store import feedback as feedback_store
from survey.store.audit import AuditAction
from survey.store.feedback import FormFeedback
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.units import Unit
from survey.web.context import database, now, public_url, settings, today
from survey.web.guards import may, public, signed_in_id
from survey.web.modes import Mode, exit_code_for, token_for
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("fieldwork", __name__)
_MAX_POPULATION = 100_000_000
_POPULATION = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class CampaignRow:
    """A campaign in the list, with the forms that came in."""

    campaign: Campaign
    forms: int
    state: str


@bp.get("/office/")
@may(Permission.OFFICE_ENTER)
def campaigns() -> ResponseReturnValue:
    """Every campaign, newest first."""

    def rows(session: Session) -> list[CampaignRow]:
        return [
            CampaignRow(c, sum(responses.counts_by_collector(session, c.id).values()), _state(c))
            for c in fieldwork.campaigns(session)
        ]

    return render_template("fieldwork/campaigns.html", rows=database().read(rows))


def _state(campaign: Campaign) -> str:
    if today() < campaign.opens_on:
        return _("Not open yet")
    return _("Open") if campaign.is_open(today()) else _("Closed")


@bp.get("/office/campaigns/new")
@may(Permission.FIELDWORK_WRITE)
def new_campaign() -> ResponseReturnValue:
    """The form for a new campaign."""
    return render_template("fieldwork/new_campaign.html", form=_campaign_form(), errors={})


@bp.post("/office/campaigns/new")
@may(Permission.FIELDWORK_WRITE)
def open_campaign() -> ResponseReturnValue:
    """Open a campaign with its desks."""
    form, at, by = _campaign_form(), now(), signed_in_id()
    if not form.validate_on_submit():
        return render_template("fieldwork/new_campaign.html", form=form, errors=form.problems()), 422
    new = NewCampaign(
        name=form.name.data.strip(),
        instrument_digest=form.instrument_digest.data,
        opens_on=form.opens_on.data,
        closes_on=form.closes_on.data,
        desks=tuple(work.desks_typed(form.desks.data)),
    )

    def opened(session: Session) -> str:
        campaign = work.open_campaign(session, new, now=at)
        audit.record(session, AuditAction.OPENED_CAMPAIGN, campaign.key, person_id=by, now=at)
        return campaign.key

    return redirect(url_for("fieldwork.desks", key=database().write(opened)), 303)


def _campaign_form() -> CampaignForm:
    form = CampaignForm()
    versions = database().read(questionnaires.versions)
    form.instrument_digest.choices = [
        (v.digest, f"{v.key} – {_('version')} {v.version} ({v.digest[:8]})") for v in versions
    ]
    return form


@bp.get("/office/campaigns/<key>/desks")
@may(Permission.FIELDWORK_READ)
def desks(key: str) -> ResponseReturnValue:
    """A campaign's desks: how many forms each took, its link, code and poster."""
    return _desks_page(key, DeskForm(), {})


@bp.post("/office/campaigns/<key>/desks")
@may(Permission.FIELDWORK_WRITE)
def add_desk(key: str) -> ResponseReturnValue:
    """One more desk for a campaign."""
    form, at, by = DeskForm(), now(), signed_in_id()
    if not form.validate_on_submit():
        return _desks_page(key, form, form.problems(), 422)
    new, quota = NewDesk(form.name.data.strip(), (form.name_en.data or "").strip()), form.quota.data

    def added(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, key)
        collector = work.add_desk(session, campaign, new)
        work.set_quota(session, collector.id, quota)
        audit.record(session, AuditAction.ADDED_DESK, f"{key}: {new.name}", person_id=by, now=at)

    try:
        database().write(added)
    except work.DeskTakenError:
        return _desks_page(key, form, {"name": _("The campaign has this desk already")}, 422)
    return redirect(url_for("fieldwork.desks", key=key), 303)


@bp.get("/office/campaigns/<key>/populations")
@bp.get("/office/campaigns/<key>/units")
@may(Permission.FIELDWORK_READ)
def back_to_desks(key: str) -> ResponseReturnValue:
    """The address of what was refused, opened again in another language, leads to its page."""
    return redirect(url_for("fieldwork.desks", key=key, lang=language()))


@bp.post("/office/campaigns/<key>/populations")
@may(Permission.FIELDWORK_WRITE)
def set_populations(key: str) -> ResponseReturnValue:
    """How many people each group has, and how many forms were handed out."""
    campaign, questionnaire = database().read(lambda session: _campaign(session, key))
    typed = {
        group: request.form.get(f"population-{group}", "").strip() for group in questionnaire.offered_groups()
    }
    wrong = {
        f"population-{group}": _("Not a whole number of people: %(found)s") % {"found": text[:20]}
        for group, text in typed.items()
        if text and not _is_population(text)
    }
    typed_issued = request.form.get("forms-issued", "").strip()
    if typed_issued and not _is_population(typed_issued):
        wrong["forms-issued"] = _("Not a whole number of forms: %(found)s") % {"found": typed_issued[:20]}
    if wrong:
        return _desks_page(key, DeskForm(), wrong, 422, typed=typed, typed_issued=typed_issued)
    forms_issued = int(typed_issued) if typed_issued else None
    populations = {group: int(text) for group, text in typed.items() if text}
    at, by = now(), signed_in_id()

    def kept(session: Session) -> None:
        work.set_populations(session, campaign.id, populations)
        work.set_forms_issued(session, campaign.id, forms_issued)
        subject = f"{key}: {populations}, forms issued: {forms_issued}"
        audit.record(session, AuditAction.SET_POPULATIONS, subject, person_id=by, now=at)

    database().write(kept)
    flash(_("The numbers have been kept"))
    return redirect(url_for("fieldwork.desks", key=key), 303)


@bp.post("/office/campaigns/<key>/units")
@may(Permission.FIELDWORK_WRITE)
def set_units(key: str) -> ResponseReturnValue:
    """Which unit each desk works for in this campaign; a desk the form does not name stays as it is."""
    known, collectors = database().read(lambda session: _units_and_desks(session, key))
    offered = {"": None} | {str(unit.id): unit.id for unit in known}
    asked = [row for row in collectors if f"unit-{row.collector.id}" in request.form]
    typed = {row.collector.id: request.form[f"unit-{row.collector.id}"] for row in asked}
    wrong = {
        f"unit-{row.collector.id}": _("Choose from the list: %(field)s")
        % {"field": row.desk.name_in(language())}
        for row in asked
        if typed[row.collector.id] not in offered
    }
    if wrong:
        return _desks_page(key, DeskForm(), wrong, 422)
    at, by = now(), signed_in_id()

    def kept(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, key)
        chosen = {collector: offered[text] for collector, text in typed.items()}
        work.set_units(session, campaign, chosen)
        audit.record(session, AuditAction.SET_UNITS_OF_DESKS, f"{key}: {chosen}", person_id=by, now=at)

    database().write(kept)
    flash(_("It has been kept which unit each desk works for"))
    return redirect(url_for("fieldwork.desks", key=key), 303)


def _units_and_desks(session: Session, key: str) -> tuple[list[Unit], list[CollectorAtDesk]]:
    campaign = fieldwork.campaign_by_key(session, key)
    return units.units(session), fieldwork.collectors_of(session, campaign.id)


def _is_population(text: str) -> bool:
    return bool(_POPULATION.fullmatch(text)) and 0 < int(text) <= _MAX_POPULATION


def _campaign(session: Session, key: str) -> tuple[Campaign, Questionnaire]:
    campaign = fieldwork.campaign_by_key(session, key)
    return campaign, questionnaires.questionnaire(session, campaign.instrument_digest)


def _desks_page(
    key: str,
    form: DeskForm,
    errors: dict[str, str],
    status: int = 200,
    *,
    typed: dict[str, str] | None = None,
    typed_issued: str | None = None,
) -> ResponseReturnValue:
    def found(session: Session) -> tuple[Campaign, Questionnaire, list[CollectorAtDesk], dict[int, int]]:
        campaign, questionnaire = _campaign(session, key)
        collectors = fieldwork.collectors_of(session, campaign.id)
        return campaign, questionnaire, collectors, responses.counts_by_collector(session, campaign.id)

    campaign, questionnaire, collectors, counts = database().read(found)
    known = database().read(units.units)
    page = render_template(
        "fieldwork/desks.html",
        campaign=campaign,
        groups=[questionnaire.group(group) for group in questionnaire.offered_groups()],
        populations=typed or {group: str(n) for group, n in campaign.populations.items()},
        forms_issued=(campaign.forms_issued or "") if typed_issued is None else typed_issued,
        collectors=collectors,
        counts=counts,
        unit_choices=[("", _("No unit")), *((unit.id, unit.name_in(language())) for unit in known)],
        short_link=_short_link,
        tablet_link=lambda code: _link_of(Mode.KIOSK, code),
        assisted_link=lambda code: _link_of(Mode.ASSISTED, code),
        exit_code=lambda code: exit_code_for(code, settings().secret_keys[0]),
        form=form,
        errors=errors,
        is_demo=campaign.is_demo,
    )
    return page, status


def _link(code: str) -> str:
    return public_url(url_for("intake.questionnaire", code=code))


def _link_of(mode: Mode, code: str) -> str:
    """The link that marks what comes in by it: only the office can make it."""
    token = token_for(mode, code, settings().secret_keys[0])
    return url_for(f"device.{mode}", code=code, token=token, lang=language())


def _short_link(code: str) -> str:
    """The link as it is printed and typed: without the protocol."""
    return _link(code).partition("://")[2]


@bp.get("/office/campaigns/<key>/feedback")
@may(Permission.FIELDWORK_READ)
def feedback(key: str) -> ResponseReturnValue:
    """What people think of the form itself; nothing here can be laid beside an answer."""

    def found(session: Session) -> tuple[Campaign, dict[int, int], list[FormFeedback]]:
        campaign, _questionnaire = _campaign(session, key)
        counts = feedback_store.count_by_ease(session, campaign.id)
        return campaign, counts, feedback_store.latest_comments(session, campaign.id)

    campaign, counts, said = database().read(found)
    return render_template(
        "fieldwork/feedback.html", campaign=campaign, counts=counts, said=said, is_demo=campaign.is_demo
    )


@bp.get("/s/<code>/poster.pdf")
@may(Permission.FIELDWORK_READ)
def poster(code: str) -> ResponseReturnValue:
    """The poster of a desk, to print and put up."""
    paper: posters.Paper = "a5" if request.args.get("paper") == "a5" else "a4"
    row, questionnaire = database().read(lambda session: _collector(session, code))
    pdf = posters.poster_pdf(_poster(row, questionnaire), paper)
    return _file(pdf, "application/pdf", f"poster-{code}-{paper}.pdf")


@bp.get("/s/<code>/qr.svg")
@public
def qr_svg(code: str) -> ResponseReturnValue:
    """The code of a desk as a drawing."""
    database().read(lambda session: _collector(session, code))
    return _file(posters.qr_svg(_link(code)), "image/svg+xml", f"qr-{code}.svg")


@bp.get("/s/<code>/qr.png")
@public
def qr_png(code: str) -> ResponseReturnValue:
    """The code of a desk as a picture."""
    database().read(lambda session: _collector(session, code))
    return _file(posters.qr_png(_link(code)), "image/png", f"qr-{code}.png")


def _collector(session: Session, code: str) -> tuple[CollectorAtDesk, Questionnaire]:
    row = fieldwork.collector_by_code(session, code)
    return row, questionnaires.questionnaire(session, row.campaign.instrument_digest)


def _poster(row: CollectorAtDesk, questionnaire: Questionnaire) -> posters.Poster:
    code = row.collector.code
    return posters.Poster(
        organisation=questionnaire.organisation,
        title=questionnaire.title,
        desk_name=Text({"vi": row.desk.name, "en": row.desk.name_en}),
        url=_link(code),
        short_link=_short_link(code),
        invitation=posters.invitation(),
        expected_minutes=questionnaire.expected_minutes,
        is_demo=row.campaign.is_demo,
    )


def _file(content: bytes, mimetype: str, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=mimetype, download_name=name, max_age=0)
