"""The result as one tidy CSV: a row per thing that was measured, for programs and for statisticians.

UTF-8 with a byte order mark, commas, CRLF, quotes where needed; the header is the same in every language.
`part` says which table a row is from (caution, fact, score, form, group, desk, channel, language, section,
criterion, answer) and `key` names the row in it; `label` is its name in the report's language. `value` holds
the facts; the fact `demonstration` stands first, and only where the answers are made up. A row `caution` says
what limits the numbers.
Numbers are in full precision with a decimal point, shares are 0..1, and an undefined number is an empty cell.
`answer_1`, `answer_2`, … count the answers from the worst to the best. Texts that a spreadsheet would run
as a formula begin with an apostrophe.
"""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Cell
from survey.reports import cautions, method, tables
from survey.results.campaign import CampaignResults
from survey.results.cautions import cautions_of
from survey.web.defang import defang

_FIRST_COLUMNS = (
    "part",
    "key",
    "label",
    "value",
    "points",
    "max_points",
    "share",
    "se",
    "ci_low",
    "ci_high",
    "n",
)


def write(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    """Write facts and tables under one header."""
    rows = [*_facts(results, language), *_table_rows(results, language)]
    header = list(dict.fromkeys([*_FIRST_COLUMNS, *(column for row in rows for column in row)]))
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(row.get(column)) for column in header] for row in rows)
    text.flush()
    text.detach()  # the stream belongs to the caller: leave it open


def _facts(results: CampaignResults, language: str) -> Iterator[dict[str, Cell]]:
    if results.campaign.is_demo:
        yield {"part": "fact", "key": "demonstration", "label": demo_label(language), "value": "1"}
    for caution in cautions_of(results):
        text = cautions.sentence(caution, results, language)
        yield {"part": "caution", "key": caution.value, "label": text, "value": "1"}
    for fact in (*method.identity_facts(results, language), *method.headline_facts(results, language)):
        yield {"part": "fact", "key": fact.key, "label": fact.label, "value": fact.value}


def _table_rows(results: CampaignResults, language: str) -> Iterator[dict[str, Cell]]:
    for table in tables.all_tables(results, language):
        names = [column.key for column in table.columns]
        for key, row in zip(table.keys, table.rows, strict=True):
            yield {"part": table.key, "key": key, **dict(zip(names, row, strict=True))}


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defang(value)
    return repr(float(value)) if isinstance(value, float) else str(value)  # a day as 2026-11-24
