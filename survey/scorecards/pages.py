"""Scorecards: the list, the one page, its files, the units side by side, and the definitions."""

import yaml
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.drawing.file_formats import offered_first, path_converter
from survey.instrument import scorecard_codec
from survey.instrument.problem import InstrumentError
from survey.scorecards import cards, charts, tables, wording
from survey.scorecards.cards import CardTakenError, NewCard
from survey.scorecards.export import FORMATS
from survey.scorecards.forms import CardForm, DefinitionForm, DefinitionTextForm, campaign_chosen, sources
from survey.scorecards.periods import Period, read_period
from survey.scorecards.ranking import Ranking, ranking_of
from survey.scorecards.report import CardReport, card_report
from survey.scorecards.results import release_surveys, results_of_cards
from survey.store import fieldwork, scorecards
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.web.changes import About, audited_change, record_action
from survey.web.context import database, now, start_of_today, today
from survey.web.document_problems import problem_messages
from survey.web.downloads import requested_language, send_download
from survey.web.file_problems import page_with_file_problems
from survey.web.guards import may, reach_of
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors
from survey.web.unit_choices import top_unit

bp = Blueprint("scorecards", __name__, url_prefix="/office/scorecards")


@bp.get("")
@may(Permission.SCORECARD_READ)
def show_cards() -> ResponseReturnValue:
    """Every scorecard one may see, what is missing in it, and where another is opened."""
    return _cards_page(_card_form(bound=False), {})


@bp.post("")
@may(Permission.SCORECARD_ENTER)
def open_card() -> ResponseReturnValue:
    """Open the scorecard of a unit for a period."""
    form = _card_form(bound=True)
    if not form.validate_on_submit():
        return _cards_page(form, form.problems())
    period = read_period(form.period.data)
    assert period is not None  # noqa: S101 — the form has looked
    campaign_id, opened_at = campaign_chosen(form.campaign.data), now()
    new = NewCard(int(form.unit_id.data), period, form.digest.data, campaign_id)
    try:
        card_id = audited_change(
            AuditAction.OPENED_SCORECARD,
            lambda card_id: f"{card_id}: {period.code}",
            lambda session: cards.open_card(session, new, now=opened_at).id,
            About(lambda card_id: AuditObject(ObjectKind.SCORECARD, str(card_id))),
        )
    except CardTakenError:
        message = _("The unit has a scorecard for this period already")
        return _cards_page(form, {"period": message})
    return redirect(url_for("scorecard_values.values", card_id=card_id), 303)


def _card_form(*, bound: bool) -> CardForm:
    form = CardForm() if bound else CardForm(formdata=None)
    entering, reading = reach_of(Permission.SCORECARD_ENTER), reach_of(Permission.REPORT_READ)
    versions, campaigns = database().read(
        lambda s: (scorecards.versions(s, entering), fieldwork.campaigns(s, reading))
    )
    form.digest.choices = [
        (v.digest, f"{v.key} – {_('version')} {v.version} ({v.digest[:8]})") for v in versions
    ]
    form.campaign.choices = sources(campaigns)
    return form


def _cards_page(form: CardForm, errors: dict[str, str]) -> ResponseReturnValue:
    within, computed_at = reach_of(Permission.SCORECARD_READ), start_of_today()
    release_surveys()
    shown = database().read(
        lambda session: results_of_cards(
            session, scorecards.cards(session, within=within), computed_at=computed_at
        )
    )
    return page_with_errors(
        "scorecards/cards.html",
        errors,
        cards=shown,
        wording=wording,
        today=today(),
        form=form,
    )


@bp.get("/<id:card_id>")
@may(Permission.SCORECARD_READ)
def card(card_id: int) -> ResponseReturnValue:
    """The one page of a scorecard: the total first, then why, then the detail."""
    shown = _report(card_id)
    return render_template(
        "scorecards/card.html",
        results=shown.results,
        trend=shown.trend,
        progress=shown.progress,
        names={
            component.key: component.text.to(language()) for component in shown.results.definition.components
        },
        figures=charts.figures(shown.results, shown.trend, language()),
        wording=wording,
        tables=tables,
        formats=offered_first(FORMATS),
    )


def _report(card_id: int) -> CardReport:
    computed_at, day = start_of_today(), today()

    def load(session: Session) -> CardReport:
        row = scorecards.card(session, card_id)
        return card_report(session, row, computed_at=computed_at, today=day)

    release_surveys()
    return database().read(load)


@bp.get(f"/<id:card_id>/report.{path_converter(FORMATS)}")
@may(Permission.SCORECARD_READ)
def download(card_id: int, extension: str) -> ResponseReturnValue:
    """The scorecard as a file, in the language asked for."""
    file_language = requested_language()
    shown = _report(card_id)
    content = FORMATS[extension].render(shown, file_language)
    name = f"scorecard-{shown.results.unit_id}-{shown.results.period.code}-{file_language}.{extension}"
    record_action(AuditAction.DOWNLOADED, name)
    return send_download(content, FORMATS[extension].mimetype, name)


@bp.get("/ranking")
@may(Permission.SCORECARD_READ)
def ranking() -> ResponseReturnValue:
    """The units of a period side by side, with how sure each place is."""
    requested, within = read_period(request.args.get("period", "")), reach_of(Permission.SCORECARD_READ)
    computed_at = start_of_today()

    def load(session: Session) -> tuple[Ranking | None, list[Period]]:
        codes = {row.card.period for row in scorecards.cards(session, within=within)}
        periods = [p for p in (read_period(code) for code in sorted(codes, reverse=True)) if p]
        period = requested or (periods[0] if periods else None)
        rows = scorecards.cards(session, period=period.code) if period and period in periods else []
        ranked = ranking_of(results_of_cards(session, rows, computed_at=computed_at)) if rows else None
        seen = {row.unit.id for row in rows if row.unit.path.startswith(within)}
        return ranked and ranked.limit_to(seen), periods

    release_surveys()
    ranked, periods = database().read(load)
    return render_template(
        "scorecards/ranking.html",
        ranking=ranked,
        periods=periods,
        asked=requested,
        figure=charts.ranking_figure(ranked, language()) if ranked and ranked.placed else None,
        wording=wording,
        tables=tables,
    )


@bp.get("/definitions")
@may(Permission.SCORECARD_READ)
def versions() -> ResponseReturnValue:
    """The published definitions, and where another is put in."""
    return _versions_page()


@bp.post("/definitions")
@may(Permission.SCORECARD_DEFINE)
def publish() -> ResponseReturnValue:
    """Publish a definition from its file; one that breaks rules is refused with all of them."""
    form, upload = DefinitionForm(), request.files.get("file")
    if not form.validate_on_submit() or upload is None or not upload.filename:
        return _versions_page(_("Choose a file"))
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("The file is not UTF-8 text (byte %(place)s); save it as UTF-8 and try again")
        return _versions_page(message % {"place": error.start})
    try:
        _publish(text)
    except InstrumentError as error:
        return _versions_page(*problem_messages(error, text, _))
    return redirect(url_for("scorecards.versions"), 303)


def _publish(text: str) -> None:
    """Publish the definition that a text holds."""
    definition, published_at = scorecard_codec.scorecard_from_text(text), now()
    unit = top_unit(Permission.SCORECARD_DEFINE)
    audited_change(
        AuditAction.PUBLISHED_DEFINITION,
        lambda digest: digest,
        lambda session: scorecards.publish_from_file(session, definition, now=published_at, unit=unit),
        About(lambda digest: AuditObject(ObjectKind.DEFINITION, digest)),
    )
    published = _("Published: %(key)s, version %(version)s")
    flash(published % {"key": definition.key, "version": definition.version})


def _versions_page(*problems: str) -> ResponseReturnValue:
    within = reach_of(Permission.SCORECARD_READ)
    shown = database().read(lambda session: scorecards.versions(session, within))
    template = "scorecards/definitions.html"
    return page_with_file_problems(template, "file", problems, versions=shown, form=DefinitionForm())


@bp.get("/definitions/<card_digest>.yaml")
@may(Permission.SCORECARD_READ)
def document(card_digest: str) -> ResponseReturnValue:
    """A published definition as the file it can be put in again from."""
    name = f"scorecard-{card_digest[:8]}.yaml"
    return send_download(_document(card_digest).encode(), "application/yaml", name)


def _document(digest: str) -> str:
    """A definition as YAML."""
    definition = database().read(lambda session: scorecards.definition(session, digest))
    document = scorecard_codec.to_document(definition)
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110))


@bp.get("/definitions/<card_digest>/edit")
@may(Permission.SCORECARD_DEFINE)
def edit(card_digest: str) -> ResponseReturnValue:
    """A definition as text, to be changed into the province's own decision."""
    return _edit_page(card_digest, _document(card_digest))


@bp.post("/definitions/<card_digest>/edit")
@may(Permission.SCORECARD_DEFINE)
def publish_edited(card_digest: str) -> ResponseReturnValue:
    """Publish the changed text as another version; the one it came from stays."""
    before, form = _document(card_digest), DefinitionTextForm()
    text = form.text.data or ""
    if not form.validate_on_submit():
        return _edit_page(card_digest, text, *form.problems().values())
    try:
        _publish(text)
    except InstrumentError as error:
        return _edit_page(card_digest, text or before, *problem_messages(error, text, _))
    return redirect(url_for("scorecards.versions"), 303)


def _edit_page(digest: str, text: str, *problems: str) -> ResponseReturnValue:
    form, template = DefinitionTextForm(formdata=None), "scorecards/edit.html"
    return page_with_file_problems(template, "text", problems, digest=digest, text=text, form=form)
