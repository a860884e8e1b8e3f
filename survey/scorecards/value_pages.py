"""Values of a scorecard, in the order they travel: entered with evidence, imported, approved or sent back."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.scorecards import cards, tables, wording
from survey.scorecards.cards import EvidenceFile, NewEntry
from survey.scorecards.entries import parse_line
from survey.scorecards.forms import (
    DecisionForm,
    ImportForm,
    SourceForm,
    ValueForm,
    campaign_chosen,
    sources,
)
from survey.scorecards.results import (
    CardResults,
    LineStatus,
    card_results,
    observation_of,
    release_surveys,
)
from survey.scorecards.values_file import Line, read_values
from survey.store import audit, fieldwork, people, scorecards
from survey.store.audit import AuditAction
from survey.web.changes import About, audited_change, entry_context, record_action
from survey.web.context import database, now, start_of_today
from survey.web.downloads import send_download
from survey.web.file_problems import page_with_file_problems
from survey.web.forms import is_plain
from survey.web.guards import (
    declared_permission,
    is_authorised,
    may,
    official_id,
    reach_of,
    signed_in_official,
)
from survey.web.locale import gettext_in
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.table_files import TableFileError
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext, page_with_errors

bp = Blueprint("scorecard_values", __name__, url_prefix="/office/scorecards")
_ROOM_FOR_FIELDS = 64 * 1024
_NAME_CHARACTERS = 200
Loaded = tuple[CardResults, Mapping[int, str]]


@bp.url_value_preprocessor
def _allow_documents(endpoint: str | None, _values: object) -> None:
    """Take a larger body where documents are sent, from people who may send them and nobody else."""
    if request.method == "POST" and is_authorised(declared_permission(endpoint or ""), signed_in_official()):
        request.max_content_length = cards.MAX_EVIDENCE_BYTES + _ROOM_FOR_FIELDS


def _results(card_id: int) -> Loaded:
    """The card with the names of everybody."""
    computed_at = start_of_today()

    def load(session: Session) -> Loaded:
        row = scorecards.card(session, card_id)
        return card_results(session, row, computed_at=computed_at), people.names(session)

    release_surveys()
    return database().read(load)


@bp.get("/<id:card_id>/values")
@may(Permission.SCORECARD_READ)
def values(card_id: int) -> ResponseReturnValue:
    """Every line with what was entered, who entered and who approved it."""
    return _values_page(card_id, "file")


def _values_page(
    card_id: int, field: str, *problems: str, loaded: Loaded | None = None
) -> ResponseReturnValue:
    """The page of values with the problems of a field; `loaded` are its results, if they were read before."""
    results, names = loaded or _results(card_id)
    return page_with_file_problems(
        "scorecards/values.html",
        field,
        problems,
        results=results,
        names=names,
        wording=wording,
        tables=tables,
        source_form=_source_form(),
        person_id=official_id(),
    )


@bp.post("/<id:card_id>/values")
@may(Permission.SCORECARD_ENTER)
def import_values(card_id: int) -> ResponseReturnValue:
    """Enter every value of a file, or none and say which places are wrong."""
    form, upload = ImportForm(), request.files.get("file")
    loaded = _results(card_id)
    results, _names = loaded
    if not form.validate_on_submit() or upload is None or not upload.filename:
        return _values_page(card_id, "file", _("Choose a file"), loaded=loaded)
    reason = _("Imported from %(file)s") % {"file": _file_name(upload.filename)}
    try:
        lines = read_values(upload.read(), upload.filename, results.definition, gettext_in(language()))
    except TableFileError as error:
        return _values_page(card_id, "file", *error.messages, loaded=loaded)
    entries = [
        NewEntry(line.key, line.observed, line.evidence_ref, line.note, reason)
        for line in lines
        if not _is_fed(results, results.standings[line.key])
        and not _is_stored(results.standings[line.key], line)
    ]
    person_id, entered_at = official_id(), now()

    def enter_all(session: Session) -> None:
        for entry in entries:
            cards.enter(session, card_id, entry, person_id=person_id, now=entered_at)

    audited_change(AuditAction.IMPORTED_VALUES, f"{card_id}: {len(entries)}", enter_all, About(reason=reason))
    entered = ngettext(
        "%(n)s value has been entered and waits for approval",
        "%(n)s values have been entered and wait for approval",
        len(entries),
    )
    flash(entered % {"n": len(entries)})
    return redirect(url_for("scorecard_values.values", card_id=card_id), 303)


def _is_stored(standing: LineStatus, line: Line) -> bool:
    """Whether the newest value is the same and was not sent back, so that there is nothing to approve."""
    if not standing.history or standing.was_sent_back:
        return False
    entry = standing.history[-1].entry
    has_same_texts = (entry.evidence_ref, entry.note) == (line.evidence_ref, line.note)
    return has_same_texts and observation_of(entry) == line.observed


def _is_fed(results: CardResults, standing: LineStatus) -> bool:
    """Whether the campaign gives this value, so that nobody enters it."""
    return results.source is not None and standing.line.rule.kind == "from_survey"


@bp.get("/<id:card_id>/values/<indicator>")
@may(Permission.SCORECARD_READ)
def value(card_id: int, indicator: str) -> ResponseReturnValue:
    """One line: what counts, the form for another value, and everything that was ever entered."""
    return _value_page(card_id, indicator, ValueForm(formdata=None), {})


@bp.post("/<id:card_id>/values/<indicator>")
@may(Permission.SCORECARD_ENTER)
def enter_value(card_id: int, indicator: str) -> ResponseReturnValue:
    """Enter a value with its evidence."""
    loaded, standing = _line(card_id, indicator)
    results, _names = loaded
    form = ValueForm()
    form.validate()
    errors = form.problems()
    entry = None if errors else _read(form, results, standing, errors)
    if entry is None:
        return _value_page(card_id, indicator, form, errors, loaded=loaded)
    person_id, entered_at = official_id(), now()

    def enter(session: Session) -> None:
        cards.enter(session, card_id, entry, person_id=person_id, now=entered_at)

    try:
        audited_change(
            AuditAction.ENTERED_VALUE, f"{card_id}: {indicator}", enter, About(reason=entry.reason or None)
        )
    except cards.ReasonNeededError:
        message = _("An approved value stands here. Say why it is corrected; both stay in the history")
        return _value_page(card_id, indicator, form, {"reason": message}, loaded=loaded)
    flash(_("The value has been entered and waits for approval"))
    return redirect(url_for("scorecard_values.value", card_id=card_id, indicator=indicator), 303)


def _read(
    form: ValueForm, results: CardResults, standing: LineStatus, errors: dict[str, str]
) -> NewEntry | None:
    """The entry the form holds; None with the reasons in `errors`."""
    if _is_fed(results, standing):
        errors["value"] = _("This value comes from the campaign and is not entered")
        return None
    line = form.read_line()
    if line.is_empty:
        errors["value"] = _("Fill in a value, or numerator and denominator")
        return None
    observed = parse_line(results.definition, standing.line, line, _)
    if isinstance(observed, tuple):
        errors |= {problem.part: problem.message for problem in observed}
        return None
    file = _document(errors)
    texts = {name: (form[name].data or "").strip() for name in ("evidence_ref", "note", "reason")}
    return None if errors else NewEntry(standing.line.key, observed, file=file, **texts)


def _document(errors: dict[str, str]) -> EvidenceFile | None:
    """The document that was sent along, None where none was."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None
    file = EvidenceFile(_file_name(upload.filename), upload.read())
    if not file.content:
        errors["file"] = _("The file is empty: choose another one")
        return None
    try:
        cards.kind_of(file)
    except cards.EvidenceError:
        errors["file"] = _("%(file)s cannot be used: send a PDF, PNG, JPG, DOCX or XLSX of at most 5 MB") % {
            "file": file.name[:60]
        }
    return file


def _file_name(name: str) -> str:
    """The last part of a name, on one line and short enough to be kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if is_plain(c))[-_NAME_CHARACTERS:] or "file"


@bp.post("/<id:card_id>/values/<indicator>/decision")
@may(Permission.SCORECARD_APPROVE)
def decide_value(card_id: int, indicator: str) -> ResponseReturnValue:
    """Approve the value that waits, or send it back with a note."""
    loaded, standing = _line(card_id, indicator)
    form = DecisionForm()
    note, act = (form.note.data or "").strip(), request.form.get("act")
    approve = act == "approve"
    errors = {} if form.validate() else form.problems()
    if act not in ("approve", "back"):
        errors = {"decision": _("Choose whether to approve the value or to send it back")}
    if not errors and not approve and not note:
        errors = {"note": _("Write what has to be corrected")}
    waiting = standing.pending
    if waiting is None or str(waiting.entry.id) != request.form.get("entry"):
        errors = {"decision": _("This value no longer waits: it was decided on, or a newer one has come")}
    if errors or waiting is None:
        return _value_page(card_id, indicator, ValueForm(formdata=None), errors, loaded=loaded)
    try:
        _decide(card_id, {indicator: waiting.entry.id}, approve=approve, note=note)
    except cards.OwnEntryError:
        errors = {"decision": _("You entered this value yourself; somebody else has to approve it")}
    except cards.DecidedError:
        errors = {"decision": _("This value no longer waits: it was decided on, or a newer one has come")}
    if errors:  # what stands there may have changed meanwhile
        return _value_page(card_id, indicator, ValueForm(formdata=None), errors)
    flash(_("The value has been approved") if approve else _("The value has been sent back"))
    return redirect(url_for("scorecard_values.value", card_id=card_id, indicator=indicator), 303)


def _decide(card_id: int, entries: Mapping[str, int], *, approve: bool, note: str) -> None:
    """Approve or return values of the card, all of them or none, each with its entry in the log."""
    person_id, decided_at, context = official_id(), now(), entry_context(note or None)
    action = AuditAction.APPROVED_VALUE if approve else AuditAction.RETURNED_VALUE

    def decide(session: Session) -> None:
        for key, entry_id in entries.items():
            cards.decide(session, entry_id, approve=approve, note=note, person_id=person_id, now=decided_at)
            subject = f"{card_id}: {key}"
            audit.record(session, action, subject, person_id=person_id, now=decided_at, context=context)

    database().write(decide)


@bp.post("/<id:card_id>/approvals")
@may(Permission.SCORECARD_APPROVE)
def approve_values(card_id: int) -> ResponseReturnValue:
    """Approve every value that was ticked; all of them or none."""
    loaded = _results(card_id)
    results, _names = loaded
    ticked = set(request.form.getlist("entry"))
    waiting = {key: s.pending.entry.id for key, s in results.standings.items() if s.pending}
    chosen = {key: number for key, number in waiting.items() if str(number) in ticked}
    if not chosen:
        return _values_page(card_id, "approvals", _("Tick the values to approve"), loaded=loaded)
    try:
        _decide(card_id, chosen, approve=True, note="")
    except (cards.OwnEntryError, cards.DecidedError):
        message = _("One of these was entered by yourself or no longer waits; nothing was approved")
        return _values_page(card_id, "approvals", message)
    n = len(chosen)
    flash(ngettext("%(n)s value has been approved", "%(n)s values have been approved", n) % {"n": n})
    return redirect(url_for("scorecard_values.values", card_id=card_id), 303)


@bp.post("/<id:card_id>/source")
@may(Permission.SCORECARD_ENTER)
def choose_source(card_id: int) -> ResponseReturnValue:
    """Take the satisfaction points from another campaign, or from what is typed."""
    form = _source_form()
    if not form.validate_on_submit():
        return _values_page(card_id, "campaign", *form.problems().values())
    campaign_id = campaign_chosen(form.campaign.data)
    audited_change(
        AuditAction.CHOSE_SOURCE,
        f"{card_id}: {campaign_id or '–'}",
        lambda session: cards.choose_campaign(session, card_id, campaign_id),
    )
    return redirect(url_for("scorecard_values.values", card_id=card_id), 303)


def _source_form() -> SourceForm:
    form, within = SourceForm(), reach_of(Permission.REPORT_READ)
    form.campaign.choices = sources(database().read(lambda session: fieldwork.campaigns(session, within)))
    return form


@bp.get("/<id:card_id>/evidence/<id:entry_id>")
@may(Permission.SCORECARD_READ)
def evidence(card_id: int, entry_id: int) -> ResponseReturnValue:
    """The document behind a value, to download."""
    file = database().read(lambda session: scorecards.evidence(session, card_id, entry_id))
    record_action(AuditAction.READ_EVIDENCE, f"{card_id}: {entry_id}, {file.name}")
    return send_download(file.content, file.mimetype, file.name)


def _line(card_id: int, indicator: str, loaded: Loaded | None = None) -> tuple[Loaded, LineStatus]:
    """The card's results, loaded now if they were not before, and the line of an indicator."""
    loaded = loaded or _results(card_id)
    results, _names = loaded
    return loaded, results.standings.get(indicator) or abort(404)


def _value_page(
    card_id: int,
    indicator: str,
    form: ValueForm,
    errors: dict[str, str],
    *,
    loaded: Loaded | None = None,
) -> ResponseReturnValue:
    """The page of one line, of results that were `loaded` already, if they were."""
    (results, names), standing = _line(card_id, indicator, loaded)
    return page_with_errors(
        "scorecards/value.html",
        errors,
        results=results,
        standing=standing,
        scored={scored.key: scored for scored in results.scored.indicators}.get(indicator),
        is_fed=_is_fed(results, standing),
        names=names,
        wording=wording,
        form=form,
        person_id=official_id(),
    )


for _form, _page in (("values/<indicator>/decision", "value"), ("approvals", "values"), ("source", "values")):
    bp.add_url_rule(
        f"/<id:card_id>/{_form}",
        f"back_from_{_form.rpartition('/')[2]}",
        may(Permission.SCORECARD_READ)(redirect_to(f"scorecard_values.{_page}")),
    )
