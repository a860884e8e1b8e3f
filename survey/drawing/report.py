"""A report that an official signs, as a sequence of parts. The PDF and the DOCX print it word for word."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from survey.drawing.canvas import PictureKind
from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Fact, Kind, Table
from survey.web import locale
from survey.web.locale import gettext_in

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
TEXT_MM = 170
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
    """A table as printed. `number_mm` is the width of its number columns, 0 where it has none.

    `first_share` is how much wider the first column is than the other columns of text.
    """

    title: str | None
    columns: tuple[Head, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    number_mm: float
    first_share: float = 1.0
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Lead:
    """The sentence that says it all, and a remark under it."""

    text: str
    remark: str | None = None
    kind: Literal["lead"] = "lead"


@dataclass(frozen=True)
class Sentences:
    """Paragraphs."""

    sentences: tuple[str, ...]
    kind: Literal["sentences"] = "sentences"


@dataclass(frozen=True)
class Picture:
    """A drawing, made in the kind of file that a writer prints; `alternative` describes it."""

    draw: Callable[[PictureKind], bytes]
    alternative: str
    width_mm: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class FormQuestion:
    """A question as printed. `only_if` says who answers it; `choices` are empty where one writes."""

    number: int
    text: str
    only_if: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True)
class FormSection:
    """The questions under one heading of a blank form, after the text that is read before them."""

    heading: str
    before: str | None
    questions: tuple[FormQuestion, ...]
    kind: Literal["questions"] = "questions"


Item = Grid | Lead | Sentences | Picture | FormSection


@dataclass(frozen=True)
class ReportPart:
    """A numbered part or an annex. An annex with wide tables is printed `sideways`."""

    heading: str
    items: tuple[Item, ...]
    sideways: bool = False


@dataclass(frozen=True)
class Cover:
    """The lines of a cover page besides organisation and title."""

    period: str
    date: str


@dataclass(frozen=True)
class Report:
    """Everything that is printed, in the order in which it is printed: `lead` parts first, annexes last."""

    language: str
    title: str
    subtitle: str
    organisation: str
    number: str
    motto: tuple[str, ...]
    place_and_date: str
    cover: Cover | None
    demo: str | None
    watermark: str
    footer: str
    page: str
    result_digest: str
    computed_at: datetime
    body: tuple[ReportPart, ...]
    recipients: tuple[str, ...]
    signature: tuple[str, ...]
    annexes: tuple[ReportPart, ...]


def build_report(  # noqa: PLR0913 — the contents of a report
    language: str,
    *,
    organisation: str,
    subtitle: str,
    footer: str,
    result_digest: str,
    computed_at: datetime,
    is_demo: bool,
    body: tuple[ReportPart, ...],
    annexes: tuple[ReportPart, ...],
    cover: Cover | None = None,
) -> Report:
    """A report with the letterhead, recipients and signature of an administrative document."""
    _ = gettext_in(language)
    return Report(
        language=language,
        title=_("REPORT"),
        subtitle=subtitle,
        organisation=organisation,
        number=_("No.: …………"),
        motto=MOTTO if _follows_decree_30(language) else (),
        place_and_date=_place_and_date(computed_at, language),
        cover=cover,
        demo=demo_label(language) if is_demo else None,
        watermark=_("DEMONSTRATION"),
        footer=footer,
        page=_("Page"),
        result_digest=result_digest,
        computed_at=computed_at,
        body=body,
        recipients=(_("Recipients:"), _("- As above;"), "- ……………………;", _("- Filed: records office.")),
        signature=(_("HEAD OF THE OFFICE"), _("(Signature, full name and seal)")),
        annexes=annexes,
    )


def _follows_decree_30(language: str) -> bool:
    """Whether a report has the form of Nghị định 30/2020/NĐ-CP, which is for documents in Vietnamese."""
    return language == "vi"


def _place_and_date(day: datetime, language: str) -> str:
    """The line over the title. The place is written by hand, since no office is asked for it."""
    _ = gettext_in(language)
    if _follows_decree_30(language):
        return _("……………, {month} {day}, {year}").format(day=f"{day:%d}", month=f"{day:%m}", year=day.year)
    return "……………, " + locale.format_day(day.date(), language)


def table_grid(
    table: Table,
    language: str,
    *,
    titled: bool = True,
    number_mm: float | None = None,
    first_share: float = 1.0,
) -> Grid:
    """A table as printed; number columns share what labels leave unless `number_mm` says their width."""
    columns, blocks = table.laid_out(language)
    rows: list[Row] = []
    for block in blocks:
        rows += [Row((), block.heading)] if block.heading is not None else []
        rows += [Row(cells) for cells in block.rows]
    heads = tuple(Head(column.label, column.kind if column.is_number else "text") for column in columns)
    n_numbers = sum(head.kind != "text" for head in heads) or 1
    shared_mm = min(_WIDEST_MM, max(_NARROWEST_MM, (TEXT_MM - _LABEL_MM) / n_numbers))
    title = table.title if titled else None
    return Grid(title, heads, tuple(rows), table.notes, number_mm or shared_mm, first_share)


def facts_grid(title: str, facts: tuple[Fact, ...], language: str) -> Grid:
    """Facts as a table of two columns."""
    _ = gettext_in(language)
    rows = tuple(Row((fact.label, fact.format(language))) for fact in facts)
    return Grid(title, (Head(_("Figure"), "text"), Head(_("Value"), "text")), rows, (), 0)
