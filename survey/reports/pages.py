"""Results: the page an official reads, and what can be asked of it."""

import re
from collections.abc import Collection, Mapping
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.drawing.file_formats import offered_first
from survey.drawing.formatting import format_points, quote_each
from survey.instrument.questionnaire import Text
from survey.reports import (
    analysis_tables,
    cautions,
    comparison_charts,
    figures,
    filters,
    numbers,
    tables,
    wording,
)
from survey.reports.export import FORMATS
from survey.reports.filters import FilterError
from survey.results import analysis
from survey.results.basis import Basis
from survey.results.campaign import VIEWS, CampaignResults, Part, results_of_part
from survey.results.current import release_today, results_today
from survey.results.releasing import UNIT_VIEW
from survey.results.trend import Trend, trend_of
from survey.store import fieldwork
from survey.web.context import database, start_of_today
from survey.web.guards import may, own_parts
from survey.web.inline_svg import inline_svg
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

_STEP = re.compile(r"[0-9]{1,2}")
bp = Blueprint("reports", __name__, url_prefix="/office/campaigns")


@bp.get("/<key>")
@may(Permission.REPORT_READ, or_part=True)
def campaign(key: str) -> ResponseReturnValue:
    """The results of a campaign, or of the part the address asks for: the answer first, then why."""
    results, basis = results_today(key)
    own = own_parts(Permission.REPORT_READ)
    if own is not None:
        return _own_part_page(results, basis, own)
    shown, errors = results, {}
    try:
        part = filters.part_asked_for(basis, request.args, language())
        if part is not None:
            shown = results_of_part(basis, part, computed_at=start_of_today()) or results
    except FilterError as error:
        errors = {error.field: str(error)}
    return page_with_errors(
        "reports/campaign.html",
        errors,
        results=shown,
        wording=wording,
        cautions=cautions,
        tables=tables,
        analysis_tables=analysis_tables,
        figures=figures.figures(shown, language(), figures.OF_THE_SUMMARY),
        parts=_parts_figures(results, basis) if shown.part is None else {},
        choices=filters.choices(basis, language()),
        view_names=filters.view_names(basis, language()),
        asked={view: request.args.get(view, "") for view in VIEWS},
        opens=partial(_opens, basis),
        number_link=partial(_number_link, key),
        formats=offered_first(FORMATS),
    )


def _own_part_page(results: CampaignResults, basis: Basis, own: Collection[int]) -> ResponseReturnValue:
    """The results of one of the reader's own units in a campaign of another one, and no other figure.

    It is a part that the owner of the campaign sees, too: what is hidden there is hidden here.
    """
    labels = {unit: label for unit, label in basis.labels(UNIT_VIEW).items() if int(unit) in own}
    unit = request.args.get("unit", next(iter(labels)))
    if unit not in labels:
        abort(404)
    part = Part(UNIT_VIEW, unit, "", labels[unit])
    shown = results_of_part(basis, part, computed_at=start_of_today())
    return page_with_errors(
        "reports/own_part.html",
        {},
        campaign=basis.campaign,
        part=part,
        results=shown,
        units=[(key, label.to(language())) for key, label in labels.items()],
        withheld=filters.withheld_message(basis, language()),
        wording=wording,
        cautions=cautions,
        tables=tables,
        figures=shown and figures.figures(shown, language(), figures.OF_THE_SUMMARY),
    )


@bp.get("/<key>/trend", endpoint="trend")
@may(Permission.REPORT_READ)
def show_trend(key: str) -> ResponseReturnValue:
    """The campaigns of the same questionnaire side by side, and what changed from each to the next."""
    results, basis = results_today(key)
    unit_id = basis.campaign.unit_id

    def load(session: Session) -> Trend:
        campaign = fieldwork.campaign_by_key(session, key)
        return trend_of(session, campaign, computed_at=start_of_today())

    version = results.campaign.instrument_digest
    release_today(
        database().read(
            lambda session: [
                c.id for c in fieldwork.campaigns_of(session, unit_id) if c.instrument_digest == version
            ]
        )
    )
    trend = database().read(load)
    compared = [step.campaign for step in trend.steps]
    rows = [comparison_charts.ScoreRow(c.name, c.score.n_respondents, c.score) for c in compared]
    title = _("Campaigns with the same questionnaire")
    return _analysis_page(
        "reports/trend.html",
        results,
        compared=analysis_tables.trend(trend.steps, results, language()),
        pictures=figures.interval_figures(results, title, rows, language()),
        trend=trend,
    )


@bp.get("/<key>/comparison")
@may(Permission.REPORT_READ)
def comparison(key: str) -> ResponseReturnValue:
    """The parts of one view against one another."""
    results, basis = results_today(key)
    view = request.args.get("by", "desk")
    errors = {}
    names = filters.view_names(basis, language())
    if view not in names:
        message = _("There is nothing to compare by “%(found)s”; choose from the list")
        errors = {"by": message % {"found": view[:40]}}
        view = "desk"
    parts = results.parts(view)
    rows = comparison_charts.rows_of(parts, language())
    comparable = analysis.comparable_parts(basis, view)
    reference = request.args.get("with", "")
    pairs = analysis.pairs_of(basis, view, reference)
    withheld = (part.label.to(language()) for part in parts if part.score is None and part.n)
    return _analysis_page(
        "reports/comparison.html",
        results,
        compared=analysis_tables.pairs(pairs, language()),
        pictures=figures.interval_figures(results, names[view], rows, language()),
        n_different=sum(pair.differs for pair in pairs),
        n_pairs=len(pairs),
        choices=_references(comparable) if len(comparable) > analysis.MOST_PARTS else (),
        reference=reference,
        withheld=quote_each(withheld, language()),
        view=view,
        view_names=names,
        errors=errors,
    )


def _references(comparable: Mapping[str, Text]) -> list[tuple[str, str]]:
    """The parts to compare others with, as a list to choose from."""
    return [("", _("Choose")), *((key, label.to(language())) for key, label in comparable.items())]


@bp.get("/<key>/priorities")
@may(Permission.REPORT_READ)
def priorities(key: str) -> ResponseReturnValue:
    """What matters and how well it does; and what the score would be if some of it did better."""
    results, basis = results_today(key)
    ranked = analysis.priorities(basis, results.score)
    steps, errors = _steps(results)
    moved = analysis.what_if(results.score, basis.rules.target, steps) if any(steps.values()) else None
    return _analysis_page(
        "reports/priorities.html",
        results,
        compared=analysis_tables.priorities(ranked, language()),
        figure=inline_svg(comparison_charts.priorities_figure, results, ranked, language()),
        ranked=ranked,
        steps=steps,
        most=analysis.MAX_STEP,
        what_if=moved,
        format_points=format_points,
        errors=errors,
    )


@bp.get("/<key>/numbers/<kind>/<name>")
@may(Permission.REPORT_READ)
def number(key: str, kind: str, name: str) -> ResponseReturnValue:
    """One number opened: from what it was made, by which formula, under which version."""
    results, _basis = results_today(key)
    opened = numbers.open_number(results, kind, name, language()) or abort(404)
    return _analysis_page("reports/number.html", results, opened=opened)


def _analysis_page(
    template: str, results: CampaignResults, errors: Mapping[str, str] | None = None, **shown: object
) -> ResponseReturnValue:
    shared = {"results": results, "wording": wording, "cautions": cautions, "tables": tables}
    return page_with_errors(template, errors or {}, **shared, **shown)


def _parts_figures(results: CampaignResults, basis: Basis) -> dict[str, tuple[figures.Figure, ...]]:
    """The small multiples: each view's parts on a scale."""
    drawings = {}
    for view, name in filters.view_names(basis, language()).items():
        rows = comparison_charts.rows_of(results.parts(view), language())
        if len(rows) > 1:
            drawings[view] = figures.interval_figures(results, name, rows, language())
    return drawings


def _opens(basis: Basis, view: str) -> dict[str, str]:
    """Where each part of a view that may be shown is opened."""
    here = url_for("reports.campaign", key=basis.campaign.key)
    return {
        part: f"{here}?{urlencode({view: part})}"
        for part in basis.labels(view)
        if basis.may_show(view, part) and basis.rolled.sizes(view).get(part)
    }


def _number_link(key: str, kind: str, names: tuple[str, ...]) -> dict[str, str]:
    return {name: url_for("reports.number", key=key, kind=kind, name=name) for name in names}


def _steps(results: CampaignResults) -> tuple[dict[str, int], dict[str, str]]:
    """How many percentage points each criterion is moved by, and what of it is none."""
    steps, errors = {}, {}
    for criterion in results.score.criteria:
        typed = request.args.get(criterion.key, "").strip() or "0"
        if _STEP.fullmatch(typed) and int(typed) <= analysis.MAX_STEP:
            steps[criterion.key] = int(typed)
        else:
            steps[criterion.key] = 0
            message = _("“%(found)s” is no whole number from 0 to %(most)s")
            errors[criterion.key] = message % {"found": typed[:20], "most": analysis.MAX_STEP}
    return steps, errors
