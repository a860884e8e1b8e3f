"""The summary report an official signs: A4, tagged, PDF/A-2a and PDF/UA-1; one result, one set of bytes."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, Literal

from survey.reports import charts, method, tables, wording
from survey.reports.printable import printable
from survey.reports.results import CampaignResults
from survey.reports.tables import Fact, Kind, Table
from survey.web import locale
from survey.web.locale import gettext_in

_TEMPLATE = Path(__file__).resolve().parent / "templates" / "summary.typ"
_MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_SCORE_MM = 122
_TEXT_MM, _LABEL_MM, _NARROWEST_MM, _WIDEST_MM = 170, 60, 11, 19


@dataclass(frozen=True)
class _Row:
    """A row of cells, or a heading over the rows that follow."""

    cells: tuple[str, ...]
    heading: str | None = None


@dataclass(frozen=True)
class _Head:
    label: str
    kind: Kind


@dataclass(frozen=True)
class _Grid:
    title: str | None
    columns: tuple[_Head, ...]
    rows: tuple[_Row, ...]
    notes: tuple[str, ...]
    number_mm: float
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class _Lead:
    words: str
    kind: Literal["lead"] = "lead"


@dataclass(frozen=True)
class _Sentences:
    sentences: tuple[str, ...]
    kind: Literal["sentences"] = "sentences"


@dataclass(frozen=True)
class _Picture:
    svg: str
    alternative: str
    width_mm: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class _Part:
    heading: str
    items: tuple[_Grid | _Lead | _Sentences | _Picture, ...]


@dataclass(frozen=True)
class _Report:
    """Everything the template prints, in the order in which it prints it."""

    language: str
    title: str
    subtitle: str
    organisation: str
    number: str
    motto: tuple[str, ...]
    place_and_date: str
    demo: str | None
    watermark: str
    footer: str
    page: str
    result_digest: str
    body: tuple[_Part, ...]
    recipients: tuple[str, ...]
    signature: tuple[str, ...]
    annexes: tuple[_Part, ...]


def write(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    """Write the report: findings, forms, factors and signature first, then four annexes."""
    import matplotlib as mpl
    import typst

    # The same fonts, and so the same pages, on every machine.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
    # The text is data from start to end: the template never evaluates it.
    report = json.dumps(_printable(asdict(_report(results, language))), ensure_ascii=False)
    stream.write(
        typst.compile(
            _TEMPLATE.read_bytes(),
            sys_inputs={"data": report},
            font_paths=fonts,
            pdf_standards=["a-2a", "ua-1"],
            timestamp=_with_fixed_offset(results.computed_at),
        )
    )


def _with_fixed_offset(at: datetime) -> datetime:
    """The same moment; typst takes no time zone by name."""
    return at.astimezone(timezone(at.utcoffset() or timedelta()))


def _printable(value: Any) -> Any:
    """Every text of the report made safe for paper; pictures are SVG and stay as they are."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        return {key: each if key == "svg" else _printable(each) for key, each in value.items()}
    return value


def _report(results: CampaignResults, language: str) -> _Report:
    _ = gettext_in(language)
    campaign = results.campaign
    footer = _("{campaign} · result {digest}").format(
        campaign=_short(campaign.name, 90), digest=results.digest[:12]
    )
    return _Report(
        language=language,
        title=_("REPORT"),
        subtitle=_("Results of the satisfaction survey: {campaign}").format(
            campaign=_short(campaign.name, 200)
        ),
        organisation=_short(wording.said(results.questionnaire.organisation, language), 200),
        number=_("No.: …………"),
        motto=_MOTTO if language == "vi" else (),
        place_and_date=_place_and_date(results, language),
        demo=wording.demo_label(language) if campaign.is_demo else None,
        watermark=_("DEMONSTRATION"),
        footer=footer,
        page=_("Page"),
        result_digest=results.digest,
        body=tuple(_body(results, language)),
        recipients=(_("Recipients:"), _("- As above;"), "- ……………………;", _("- Filed: records office.")),
        signature=(_("HEAD OF THE OFFICE"), _("(Signature, full name and seal)")),
        annexes=tuple(_annexes(results, language)),
    )


def _short(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1].rstrip() + "…"


def _place_and_date(results: CampaignResults, language: str) -> str:
    """The line over the title; the place is written in by hand, since no office is asked for it."""
    _ = gettext_in(language)
    day = results.computed_at
    if language == "vi":
        return _("……………, {month} {day}, {year}").format(day=f"{day:%d}", month=f"{day:%m}", year=day.year)
    return "……………, " + locale.day(day.date(), language)


def _body(results: CampaignResults, language: str) -> Iterator[_Part]:
    _ = gettext_in(language)
    lead, *sentences = wording.summary_sentences(results, language)
    score = _Picture(
        charts.score_figure(results, language, "svg", titled=False).decode(),
        charts.score_alternative(results, language),
        _SCORE_MM,
    )
    yield _Part(_("1. Findings"), (_Lead(lead), score, _Sentences(tuple(sentences))))
    yield _Part(_("2. Forms"), (_grid(tables.forms(results, language), language, titled=False),))
    factors = tables.sections(results, language)
    drawn = charts.sections_figure(results, language, "svg", wide=True)
    picture = _Picture(drawn.decode(), factors.title, _TEXT_MM)
    yield _Part(_("3. Factors"), (_grid(factors, language, titled=False), picture))


def _annexes(results: CampaignResults, language: str) -> Iterator[_Part]:
    _ = gettext_in(language)
    criteria = tables.criteria(results, language)
    yield _Part(_("Annex 1. Points by criterion"), (_grid(criteria, language, titled=False),))
    parts = (tables.whole, tables.groups, tables.desks, tables.channels, tables.languages)
    yield _Part(
        _("Annex 2. Groups, desks and channels"),
        tuple(_grid(build(results, language), language) for build in parts),
    )
    answers = tables.answers(results, language)
    drawn = charts.distribution_figure(results, language, "svg", wide=True)
    picture = _Picture(drawn.decode(), answers.title, _TEXT_MM)
    yield _Part(_("Annex 3. Distribution of answers"), (_grid(answers, language, titled=False), picture))
    yield _Part(
        _("Annex 4. Method and how to recompute"),
        (
            _Sentences(method.method_sentences(results, language)),
            _facts(_("The numbers of the score"), method.headline_facts(results, language), language),
            _facts(_("What identifies this result"), method.identity_facts(results, language), language),
        ),
    )


def _grid(table: Table, language: str, *, titled: bool = True) -> _Grid:
    """A table as printed."""
    columns, blocks = tables.laid_out(table, language)
    rows: list[_Row] = []
    for block in blocks:
        rows += [_Row((), block.heading)] if block.heading is not None else []
        rows += [_Row(cells) for cells in block.rows]
    heads = tuple(_Head(column.label, column.kind) for column in columns)
    n_numbers = sum(head.kind != "text" for head in heads) or 1
    width = min(_WIDEST_MM, max(_NARROWEST_MM, (_TEXT_MM - _LABEL_MM) / n_numbers))
    return _Grid(table.title if titled else None, heads, tuple(rows), table.notes, width)


def _facts(title: str, facts: tuple[Fact, ...], language: str) -> _Grid:
    _ = gettext_in(language)
    rows = tuple(_Row((fact.label, tables.printed(fact.value, fact.kind, language))) for fact in facts)
    return _Grid(title, (_Head(_("Figure"), "text"), _Head(_("Value"), "text")), rows, (), 0)
