"""What the report of a scorecard says, part by part: PDF and DOCX only lay it out."""

from dataclasses import dataclass

from survey.drawing.canvas import PictureKind
from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Table
from survey.scorecards import charts, tables, wording
from survey.scorecards.report import CardReport
from survey.web import locale
from survey.web.locale import gettext_in

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
Picture = str  # the name of a figure in `charts`


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it, in this order: sentences, a picture, tables."""

    heading: str
    sentences: tuple[str, ...] = ()
    picture: Picture | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Outline:
    """The report from the letterhead to the annex; `lead` is the answer."""

    organisation: str
    motto: tuple[str, ...]
    number: str
    place_and_date: str
    title: str
    subtitle: str
    estimate: str
    demo: str | None
    lead: str
    parts: tuple[Part, ...]
    annex: Part
    signature: tuple[str, str]
    recipients: tuple[str, ...]
    footer: str


def outline(report: CardReport, language: str) -> Outline:
    """Everything the report says, in a language."""
    _ = gettext_in(language)
    results = report.results
    period = results.period.called(language)
    day = results.computed_at
    written = _("……………, {month} {day}, {year}").format(day=f"{day:%d}", month=f"{day:%m}", year=day.year)
    annex = tables.indicators(results, language)
    return Outline(
        organisation=results.unit_called(language),
        motto=MOTTO if language == "vi" else (),
        number=_("No.: …………"),
        place_and_date=written if language == "vi" else "……………, " + locale.day(day.date(), language),
        title=_("REPORT"),
        subtitle=_("Scorecard of administrative reform: {period}").format(period=period),
        estimate=wording.estimate_label(language),
        demo=demo_label(language) if results.is_demo else None,
        lead=wording.total_sentence(results, language),
        parts=_parts(report, language),
        annex=Part(_("Annex. Indicators, evidence and approval"), tables=(annex,)),
        signature=(_("HEAD OF THE OFFICE"), _("(Signature, full name and seal)")),
        recipients=(_("Recipients:"), _("- As above;"), "- ……………………;", _("- Filed: records office.")),
        footer=f"{results.unit_called(language)} · {period} · {results.digest[:12]}",
    )


def _parts(report: CardReport, language: str) -> tuple[Part, ...]:
    _ = gettext_in(language)
    results = report.results
    said = (
        wording.provisional_sentence(results, language),
        wording.components_sentence(results, language),
        wording.rank_sentence(results, language),
        wording.source_sentence(results, language),
        wording.uncertainty_sentence(results, language),
        wording.approval_sentence(results, language),
        wording.to_do_sentence(results, language),
    )
    movers, risks = tables.movers(results, language), tables.risks(results, language)
    progress = report.progress
    done = _("{done} of {total} tasks are done; {late} are late.").format(
        done=progress.done, total=progress.total, late=progress.late
    )
    parts = [
        Part(_("1. Result"), tuple(sentence for sentence in said if sentence), "components"),
        Part(_("2. Components"), tables=(tables.components(results, language),)),
        Part(_("3. What moves the total most"), tables=tuple(t for t in (movers, risks) if t.rows)),
        Part(_("4. Tasks of the plan"), (done,), tables=(tables.tasks(report, language),)),
    ]
    if len(report.trend) > 1:
        parts.append(Part(_("5. Trend"), picture="trend", tables=(tables.trend(report.trend, language),)))
    return tuple(parts)


def picture(report: CardReport, name: Picture, language: str, kind: PictureKind) -> bytes:
    """A figure of the report, wide for paper."""
    if name == "trend":
        return charts.trend_figure(report.trend, language, kind, wide=True)
    return charts.components_figure(report.results, language, kind, wide=True)
