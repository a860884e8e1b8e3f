"""Pages of campaigns, desks and posters, in the order of an officer's work."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.drawing.rates_table import rates_table
from survey.fieldwork import campaigns
from survey.fieldwork.campaigns import NewCampaign
from survey.fieldwork.forms import CampaignForm, DeskForm, contradiction_message
from survey.fieldwork.poster_pages import short_link
from survey.instrument.problem import InstrumentError
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.reach import check_reachable
from survey.results.current import outside_now, show_new_texts
from survey.results.form_counts import count_forms_now, count_people_known
from survey.results.refuse_deleted import refuse_deleted
from survey.store import feedback as feedback_store
from survey.store import fieldwork, questionnaires, responses, retention, text_batches, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.text_batches import TextKind
from survey.store.units import Unit
from survey.web.changes import About, audited_change, record_action
from survey.web.context import database, now, settings, today
from survey.web.document_problems import problem_messages
from survey.web.file_problems import shorten_list
from survey.web.forms import parse_names, parse_whole_number
from survey.web.guards import may, own_parts, reach_of
from survey.web.locale import DEFAULT_LANGUAGE
from survey.web.masks import mask_in
from survey.web.modes import Mode, exit_code_for, token_for
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("fieldwork", __name__)
_MAX_POPULATION = 100_000_000


@dataclass(frozen=True)
class CampaignRow:
    """A campaign in the list, with the number of its forms, or of those at the desks of one's own units.

    `unit` is the unit that it belongs to, `has_results` whether one may see results of it.
    """

    campaign: Campaign
    unit: Unit
    forms: int
    state: str
    is_part: bool
    has_results: bool


@bp.get("/office/")
@may(Permission.OFFICE_ENTER)
def show_campaigns() -> ResponseReturnValue:
    """The campaigns of one's units, and those at whose desks they work, newest first."""
    desks, results = reach_of(Permission.DESKS_READ), reach_of(Permission.REPORT_READ)

    def load_rows(session: Session) -> list[CampaignRow]:
        whole = {campaign.id for campaign in fieldwork.campaigns(session, desks)}
        with_results = {campaign.id for campaign in fieldwork.campaigns_seen(session, results)}
        return [
            CampaignRow(
                c,
                units.unit(session, c.unit_id),
                _count_forms(session, c, None if c.id in whole else desks),
                _state(c),
                is_part=c.id not in whole,
                has_results=c.id in with_results,
            )
            for c in fieldwork.campaigns_seen(session, desks)
        ]

    rows = database().read(load_rows)
    return render_template("fieldwork/campaigns.html", rows=rows, n_units=len({row.unit.id for row in rows}))


def _count_forms(session: Session, campaign: Campaign, within: tuple[str, ...] | None) -> int:
    """The forms of a campaign, only those at desks of units at or below these paths where there are some."""
    counts = responses.counts_by_collector(session, campaign.id)
    if within is None:
        return sum(counts.values())
    rows = fieldwork.collectors_of(session, campaign.id)
    own = [row.collector.id for row in rows if row.unit and row.unit.path.startswith(within)]
    return sum(counts.get(number, 0) for number in own)


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
    form, opened_at = _campaign_form(), now()
    errors = {} if form.validate_on_submit() else form.problems()
    errors = errors or _problems_of_version(form.instrument_digest.data, int(form.unit.data), form.months())
    if errors:
        return page_with_errors("fieldwork/new_campaign.html", errors, form=form)
    new = NewCampaign(
        name=form.name.data.strip(),
        instrument_digest=form.instrument_digest.data,
        opens_on=form.opens_on.data,
        closes_on=form.closes_on.data,
        desks=tuple(campaigns.parse_desks(form.desks.data)),
        contact=form.contact(),
        retention_months=form.months(),
        unit_id=int(form.unit.data),
    )
    campaign = audited_change(
        AuditAction.OPENED_CAMPAIGN,
        lambda campaign: campaign.key,
        lambda session: campaigns.open_campaign(session, new, now=opened_at),
        About(lambda campaign: AuditObject(ObjectKind.CAMPAIGN, campaign.key)),
    )
    return redirect(url_for("fieldwork.desks", key=campaign.key), 303)


def _problems_of_version(digest: str, unit_id: int, months: int) -> dict[str, str]:
    """The error of a version by which a group can never be scored, or that promises another deletion."""

    def load(session: Session) -> tuple[Questionnaire, bool]:
        seen = questionnaires.versions(session, [units.unit(session, unit_id).path])
        return questionnaires.questionnaire(session, digest), any(v.digest == digest for v in seen)

    questionnaire, is_seen = database().read(load)
    if not is_seen:
        return {"instrument_digest": _("This questionnaire was published by another unit; publish it here")}
    try:
        check_reachable(questionnaire)
        campaigns.refuse_contradiction(questionnaire, months)
    except InstrumentError as error:
        message = _("With this questionnaire some respondents can never be scored: %(problem)s")
        problems = shorten_list(problem_messages(error, "", _), _)
        return {"instrument_digest": message % {"problem": "; ".join(problems)}}
    except campaigns.ConsentContradictedError as error:
        return {"retention_months": contradiction_message(error)}
    return {}


def _campaign_form() -> CampaignForm:
    within = reach_of(Permission.FIELDWORK_WRITE)
    form = CampaignForm(obj=database().read(lambda session: fieldwork.last_contact(session, within)))
    versions = database().read(lambda session: questionnaires.versions(session, within))
    form.instrument_digest.choices = [
        (v.digest, f"{v.key} – {_('version')} {v.version} ({v.digest[:8]})") for v in versions
    ]
    return form


@bp.get("/office/campaigns/<key>/desks")
@may(Permission.DESKS_READ, or_part=True)
def desks(key: str) -> ResponseReturnValue:
    """The desks of a campaign, or those of one's own units, with number of forms, link, code and poster."""
    return _desks_page(key, DeskForm(), {})


@bp.post("/office/campaigns/<key>/desks")
@may(Permission.FIELDWORK_WRITE)
def add_desk(key: str) -> ResponseReturnValue:
    """Add a desk to a campaign."""
    form = DeskForm()
    if not form.validate_on_submit():
        return _desks_page(key, form, form.problems())
    names, quota = parse_names(form), form.quota.data

    def add_named_desk(session: Session) -> None:
        campaign = _campaign_with_responses(session, key)
        campaigns.add_desk(session, campaign, names, quota=quota)

    try:
        audited_change(
            AuditAction.ADDED_DESK,
            f"{key}: {names.to(DEFAULT_LANGUAGE)}",
            add_named_desk,
        )
    except campaigns.DeskTakenError:
        return _desks_page(key, form, {"name": _("The campaign has this desk already")})
    return redirect(url_for("fieldwork.desks", key=key), 303)


for _form in ("populations", "units"):
    bp.add_url_rule(
        f"/office/campaigns/<key>/{_form}",
        f"back_from_{_form}",
        may(Permission.DESKS_READ, or_part=True)(redirect_to("fieldwork.desks")),
    )


@bp.post("/office/campaigns/<key>/populations")
@may(Permission.FIELDWORK_WRITE)
def set_populations(key: str) -> ResponseReturnValue:
    """Set how many people each group has, and how many forms were issued."""
    _campaign, questionnaire = database().read(lambda session: _load_campaign(session, key))
    typed = {
        group: request.form.get(f"population-{group}", "").strip() for group in questionnaire.offered_groups()
    }
    populations = {group: n for group, text in typed.items() if (n := _read_population(text)) is not None}
    errors = {
        f"population-{group}": _("Not a whole number of people: %(found)s") % {"found": text[:20]}
        for group, text in typed.items()
        if text and group not in populations
    }
    typed_issued = request.form.get("forms-issued", "").strip()
    forms_issued = _read_population(typed_issued)
    if typed_issued and forms_issued is None:
        errors["forms-issued"] = _("Not a whole number of forms: %(found)s") % {"found": typed_issued[:20]}
    errors = errors or _too_few_people(key, populations)
    if errors:
        return _desks_page(key, DeskForm(), errors, typed=typed, typed_issued=typed_issued)

    def change(session: Session) -> bool:
        """Store the numbers; whether the results are published."""
        campaign = _campaign_with_responses(session, key)
        campaigns.set_populations(session, campaign.id, populations)
        campaigns.set_forms_issued(session, campaign.id, forms_issued)
        return campaign.published_at is not None

    subject = f"{key}: {populations}, forms issued: {forms_issued}"
    if audited_change(AuditAction.SET_POPULATIONS, subject, change):
        flash(_("The numbers have been saved. What is published stays until there is a new edition."))
    else:
        flash(_("The numbers have been saved"))
    return redirect(url_for("fieldwork.desks", key=key), 303)


@bp.post("/office/campaigns/<key>/units")
@may(Permission.FIELDWORK_WRITE)
def set_units(key: str) -> ResponseReturnValue:
    """Set the unit of each desk in this campaign. A desk that the form does not name keeps its unit."""
    all_units, collectors = database().read(lambda session: _units_and_desks(session, key))
    unit_ids = {"": None} | {str(unit.id): unit.id for unit in all_units}
    rows = [row for row in collectors if f"unit-{row.collector.id}" in request.form]
    typed = {row.collector.id: request.form[f"unit-{row.collector.id}"] for row in rows}
    errors = {
        f"unit-{row.collector.id}": _("Choose from the list: %(field)s")
        % {"field": row.desk.name_in(language())}
        for row in rows
        if typed[row.collector.id] not in unit_ids
    }
    if errors:
        return _desks_page(key, DeskForm(), errors)
    chosen = {collector_id: unit_ids[text] for collector_id, text in typed.items()}
    audited_change(
        AuditAction.SET_UNITS_OF_DESKS,
        f"{key}: {chosen}",
        lambda session: campaigns.set_units(session, _campaign_with_responses(session, key), chosen),
    )
    flash(_("The units of the desks have been saved"))
    return redirect(url_for("fieldwork.desks", key=key), 303)


def _too_few_people(key: str, populations: dict[str, int]) -> dict[str, str]:
    """The error of numbers that together are fewer than the people who are known already."""
    if not populations:
        return {}
    known = database().read(lambda s: count_people_known(s, fieldwork.campaign_by_key(s, key)))
    people, first = sum(populations.values()), next(iter(populations))
    if people >= known:
        return {}
    message = _(
        "The number of people, %(found)s, is below the %(known)s who are known already: forms sent, "
        "withdrawn or saved, and people who declined. Enter everybody who was served."
    )
    return {f"population-{first}": message % {"found": people, "known": known}}


def _campaign_with_responses(session: Session, key: str) -> Campaign:
    """The campaign; refused once its responses are deleted: results and certificate stay as they are then."""
    campaign = fieldwork.campaign_by_key(session, key)
    refuse_deleted(session, campaign.id)
    return campaign


def _units_and_desks(session: Session, key: str) -> tuple[list[Unit], list[CollectorAtDesk]]:
    campaign = fieldwork.campaign_by_key(session, key)
    return _units_below(session, campaign), fieldwork.collectors_of(session, campaign.id)


def _units_below(session: Session, campaign: Campaign) -> list[Unit]:
    """The units that desks of a campaign can work for: those below its own."""
    own = units.unit(session, campaign.unit_id)
    return [unit for unit in units.units(session, [own.path]) if unit.id != own.id]


def _read_population(text: str) -> int | None:
    n = parse_whole_number(text)
    return n if n is not None and 0 < n <= _MAX_POPULATION else None


def _load_campaign(session: Session, key: str) -> tuple[Campaign, Questionnaire]:
    campaign = fieldwork.campaign_by_key(session, key)
    return campaign, questionnaires.questionnaire(session, campaign.instrument_digest)


def _desks_page(
    key: str,
    form: DeskForm,
    errors: dict[str, str],
    *,
    typed: dict[str, str] | None = None,
    typed_issued: str | None = None,
) -> ResponseReturnValue:
    def load(session: Session) -> tuple[Campaign, Questionnaire, list[CollectorAtDesk], dict[int, int]]:
        campaign, questionnaire = _load_campaign(session, key)
        collectors = fieldwork.collectors_of(session, campaign.id)
        return campaign, questionnaire, collectors, responses.counts_by_collector(session, campaign.id)

    campaign, questionnaire, collectors, counts = database().read(load)
    forms = database().read(lambda session: count_forms_now(session, campaign, settings().time_zone))
    all_units = database().read(lambda session: _units_below(session, campaign))
    return page_with_errors(
        "fieldwork/desks.html",
        errors,
        campaign=campaign,
        groups=[questionnaire.group(group) for group in questionnaire.offered_groups()],
        populations=typed or {group: str(n) for group, n in campaign.populations.items()},
        forms_issued=(campaign.forms_issued or "") if typed_issued is None else typed_issued,
        collectors=_own_desks(collectors),
        counts=counts,
        rates=rates_table(
            forms.rates,
            forms.rate_limits,
            is_issued_too_small=forms.is_issued_too_small,
            language=language(),
        ),
        unit_choices=[("", _("No unit")), *((unit.id, unit.name_in(language())) for unit in all_units)],
        short_link=short_link,
        tablet_link=lambda code: _link_of(Mode.KIOSK, code),
        assisted_link=lambda code: _link_of(Mode.ASSISTED, code),
        exit_code=lambda code: exit_code_for(code, settings().secret_keys[0]),
        form=form,
        deleted_on=database().read(lambda session: retention.day_of(session, campaign.id)),
    )


def _own_desks(collectors: list[CollectorAtDesk]) -> list[CollectorAtDesk]:
    """The desks that one may see: all, or those of one's own units."""
    own = own_parts(Permission.DESKS_READ)
    return collectors if own is None else [row for row in collectors if row.unit and row.unit.id in own]


def _link_of(mode: Mode, code: str) -> str:
    """The link that marks the mode of the forms it collects. Only the office can create it."""
    token = token_for(mode, code, settings().secret_keys[0])
    return url_for(f"device.{mode}", code=code, token=token, lang=language())


@bp.get("/office/campaigns/<key>/feedback")
@may(Permission.FIELDWORK_READ)
def feedback(key: str) -> ResponseReturnValue:
    """Opinions about the form itself, which cannot be linked to answers."""
    campaign, _questionnaire = database().read(lambda session: _load_campaign(session, key))
    show_new_texts(campaign.id, TextKind.OPINION)

    def load(session: Session) -> dict[str, object]:
        last = text_batches.last_shown(session, campaign.id, TextKind.OPINION)
        return {
            "counts": feedback_store.count_by_ease(session, campaign.id, last),
            "opinions": feedback_store.latest_comments(session, campaign.id, last, mask_in(language())),
            "outside": outside_now(session, campaign, TextKind.OPINION),
        }

    shown = database().read(load)
    if shown["opinions"]:
        record_action(AuditAction.READ_OPINIONS, key)
    return render_template("fieldwork/feedback.html", campaign=campaign, **shown)
