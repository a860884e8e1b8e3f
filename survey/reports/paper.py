"""The report an official signs, as a sequence of parts: what the PDF and the DOCX print, word for word."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from survey.drawing.canvas import PictureKind
from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Fact, Kind, Table
from survey.reports import blank_form, charts, method, result_code, tables, wording
from survey.results.campaign import CampaignResults
from survey.web import locale
from survey.web.locale import gettext_in

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
TEXT_MM = 170
_SCORE_MM = 122
_CODE_MM = 34
_LABEL_MM, _NARROWEST_MM, _WIDEST_MM = 60, 11, 19


@dataclass(frozen=True)
class Row:
    """A row of cells, or a heading over the rows that follow."""

    cells: tuple[str, ...]
    heading: str | None = None


@dataclass(frozen=True)
class Head:
    """The heading of one column."""

    label: str
    kind: Kind


@dataclass(frozen=True)
class Grid:
    """A table as printed; `number_mm` is the width of its number columns, 0 where it has none."""

    title: str | None
    columns: tuple[Head, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    number_mm: float
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Lead:
    """The sentence that says it all."""

    words: str
    kind: Literal["lead"] = "lead"


@dataclass(frozen=True)
class Sentences:
    """Paragraphs."""

    sentences: tuple[str, ...]
    kind: Literal["sentences"] = "sentences"


@dataclass(frozen=True)
class Picture:
    """A drawing, made in the kind of file its reader can print; `alternative` says it in words."""

    draw: Callable[[PictureKind], bytes]
    alternative: str
    width_mm: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Questions:
    """A page of the blank form: its heading and its questions with the answers they offer."""

    heading: str
    before: str | None
    questions: tuple[blank_form.Asked, ...]
    kind: Literal["questions"] = "questions"


Item = Grid | Lead | Sentences | Picture | Questions


@dataclass(frozen=True)
class Part:
    """A numbered part or an annex."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Report:
    """Everything that is printed, in the order in which it is printed."""

    language: str
    title: str
    subtitle: str
    organisation: str
    number: str
    motto: tuple[str, ...]
    place_and_date: str
    period: str
    cover_date: str
    demo: str | None
    watermark: str
    footer: str
    page: str
    result_digest: str
    body: tuple[Part, ...]
    recipients: tuple[str, ...]
    signature: tuple[str, ...]
    annexes: tuple[Part, ...]


def report(results: CampaignResults, language: str) -> Report:
    """Findings, forms, factors and signature first, then the annexes."""
    _ = gettext_in(language)
    campaign = results.campaign
    footer = _("{campaign} · result {digest}").format(
        campaign=_short(campaign.name, 90), digest=results.digest[:12]
    )
    period = f"{locale.day(campaign.opens_on, language)} – {locale.day(campaign.closes_on, language)}"
    return Report(
        language=language,
        title=_("REPORT"),
        subtitle=_("Results of the satisfaction survey: {campaign}").format(
            campaign=_short(campaign.name, 200)
        ),
        organisation=_short(results.questionnaire.organisation.to(language), 200),
        number=_("No.: …………"),
        motto=MOTTO if language == "vi" else (),
        place_and_date=_place_and_date(results, language),
        period=_("Survey period: {period}").format(period=period),
        cover_date=_("Computed on {day}").format(day=locale.day(results.computed_at.date(), language)),
        demo=demo_label(language) if campaign.is_demo else None,
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


def _body(results: CampaignResults, language: str) -> Iterator[Part]:
    _ = gettext_in(language)
    lead, *sentences = wording.summary_sentences(results, language)
    score = Picture(
        partial(charts.score_figure, results, language, titled=False),
        charts.score_alternative(results, language),
        _SCORE_MM,
    )
    yield Part(_("1. Findings"), (Lead(lead), score, Sentences(tuple(sentences))))
    forms = _grid(tables.forms(results, language), language, titled=False)
    yield Part(_("2. Forms"), (forms, _grid(tables.rates(results, language), language)))
    factors = tables.sections(results, language)
    picture = _picture_of(factors, partial(charts.sections_figure, results, language, wide=True), language)
    yield Part(_("3. Factors"), (_grid(factors, language, titled=False), picture))


def _picture_of(table: Table, draw: Callable[[PictureKind], bytes], language: str) -> Picture:
    """A picture of a table that stands beside it, and so needs no more words than where they are."""
    _ = gettext_in(language)
    words = _("Picture of the numbers in the table: {title}").format(title=table.title)
    return Picture(draw, words, TEXT_MM)


def _annexes(results: CampaignResults, language: str) -> Iterator[Part]:
    _ = gettext_in(language)
    criteria = tables.criteria(results, language)
    yield Part(_("Annex 1. Points by criterion"), (_grid(criteria, language, titled=False),))
    parts = (
        *(build(results, language) for build in (tables.whole, tables.groups, tables.desks)),
        *tables.views(results, language),
        tables.languages(results, language),
    )
    grids = tuple(_grid(table, language) for table in parts)
    yield Part(_("Annex 2. By group, desk and other parts"), grids)
    answers = tables.answers(results, language)
    picture = _picture_of(
        answers, partial(charts.distribution_figure, results, language, wide=True), language
    )
    yield Part(_("Annex 3. Distribution of answers"), (_grid(answers, language, titled=False), picture))
    yield Part(
        _("Annex 4. Method and how to recompute"),
        (
            Sentences(method.method_sentences(results, language)),
            _facts(_("The numbers of the score"), method.headline_facts(results, language), language),
            _facts(_("What identifies this result"), method.identity_facts(results, language), language),
            Picture(
                partial(result_code.drawing, results, language),
                result_code.alternative(results, language),
                _CODE_MM,
            ),
            Sentences((result_code.sentence(results, language),)),
        ),
    )
    form = blank_form.pages(results.questionnaire, language)
    pages = tuple(Questions(page.heading, page.before, page.questions) for page in form)
    yield Part(_("Annex 5. The questionnaire"), pages)
    if results.comments:
        comments = Sentences(tuple(f"– {comment}" for comment in results.comments))
        yield Part(_("Annex 6. Comments of respondents"), (comments,))


def _grid(table: Table, language: str, *, titled: bool = True) -> Grid:
    """A table as printed."""
    columns, blocks = table.laid_out(language)
    rows: list[Row] = []
    for block in blocks:
        rows += [Row((), block.heading)] if block.heading is not None else []
        rows += [Row(cells) for cells in block.rows]
    heads = tuple(Head(column.label, column.kind) for column in columns)
    n_numbers = sum(head.kind != "text" for head in heads) or 1
    width = min(_WIDEST_MM, max(_NARROWEST_MM, (TEXT_MM - _LABEL_MM) / n_numbers))
    return Grid(table.title if titled else None, heads, tuple(rows), table.notes, width)


def _facts(title: str, facts: tuple[Fact, ...], language: str) -> Grid:
    _ = gettext_in(language)
    rows = tuple(Row((fact.label, fact.printed(language))) for fact in facts)
    return Grid(title, (Head(_("Figure"), "text"), Head(_("Value"), "text")), rows, (), 0)
