"""A number beside a border of the target says on which side it is, wherever it is printed."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from survey.drawing.formatting import format_interval, format_percent, format_points
from survey.publication.badge import badge
from survey.reports import analysis_tables, charts, comparison_charts, method, tables, wording
from survey.reports.export import FORMATS
from survey.results.analysis import Comparison
from survey.results.commands import _in_short
from survey.results.score_file import score_files
from survey.results.trend import Step, TrendCampaign
from survey.scoring.difference import Difference
from survey.scoring.interval import Interval
from tests.reports import builders

LIMITS = "27.997 – 30.004"


def write(name: str) -> bytes:
    stream = io.BytesIO()
    FORMATS[name].write(builders.beside_the_border(), "en", stream)
    return stream.getvalue()


def test_a_limit_of_27_9965_is_not_printed_as_28_in_a_sentence() -> None:
    results = builders.beside_the_border()
    sentence = wording.verdict_sentence(results, "en")
    assert sentence.startswith("29.996 / 38 points — not enough evidence to conclude")
    assert f"confidence interval: {LIMITS})" in sentence
    assert "27,997 – 30,004" in wording.verdict_sentence(results, "vi")
    assert badge(results, results, "en").value.startswith("29.996 / 38")


def test_a_limit_of_27_9965_is_not_printed_as_28_in_tables_and_facts() -> None:
    results = builders.beside_the_border()
    facts = {fact.key: fact.format("en") for fact in method.headline_facts(results, "en")}
    assert (facts["score"], facts["ci_low"], facts["ci_high"]) == ("29.996", "27.997", "30.004")
    assert facts["p_ge_low"] == "97.498%"
    for table in (tables.whole(results, "en"), tables.breakdown(results, "group", "en")):
        columns, blocks = table.laid_out("en")
        row = dict(zip((column.key for column in columns), blocks[0].rows[0], strict=True))
        assert (row["points"], row["ci_low"], row["ci_high"]) == ("29.996", "27.997", "30.004")


def test_a_limit_of_27_9965_is_not_printed_as_28_in_pictures() -> None:
    results = builders.beside_the_border()
    svg = charts.score_figure(results, "en", "svg").decode()
    texts = {element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314
    assert {"27.997", "30.004", "29.996", "29.996 / 38 points"} <= texts
    rows = comparison_charts.rows_of(results.breakdowns["group"], "en")
    compared = comparison_charts.intervals_figure(results, "Groups", rows, "en", "svg").decode()
    assert f"29.996 · n = {rows[0].n}, {LIMITS}" in compared


@pytest.mark.parametrize("name", ["pdf", "docx"])
def test_a_limit_of_27_9965_is_not_printed_as_28_in_documents(name: str) -> None:
    content = write(name)
    if name == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    assert LIMITS in " ".join(text.split())
    assert not re.search(r"\b28\.00\b|\b30\.00\b", text)


def test_a_limit_of_27_9965_is_not_shown_as_28_in_a_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write("xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    formats = {cell.number_format for cell in cells if cell.value == 27.9965}
    assert formats == {"#,##0.000"}
    assert any(LIMITS in str(cell.value) for cell in cells)


def test_a_limit_of_a_difference_beside_0_is_told_from_0() -> None:
    results = builders.normal()
    change = Difference(0.5004, 0.25, 100.0, Interval(0.0004, 1.0004), 0.0499)
    one = TrendCampaign("2026", "2026", results.score)
    step = Step(one, one, Comparison(change, p_adjusted=0.0499, is_significant=True))
    assert "(adjusted interval: 0.0004 – 1.00)" in wording.change_sentence(step, "en")
    columns, blocks = analysis_tables.trend((step,), results, "en").laid_out("en")
    row = dict(zip((column.key for column in columns), blocks[0].rows[0], strict=True))
    assert (row["difference"], row["difference_low"], row["difference_high"]) == ("0.50", "0.0004", "1.00")
    assert row["p"] == "0.0499"


def short_report(folder: Path, low: float) -> tuple[Interval, str]:
    """The interval of thirty best answers, and what the command prints, for a target from `low` to 38."""
    (folder / "data.csv").write_text("id,q1\n" + "".join(f"{i},5\n" for i in range(30)), encoding="utf-8")
    instrument = {"criteria": [{"id": "q1", "max_points": 38}], "target": {"low": low, "high": 38}}
    (folder / "instrument.json").write_text(json.dumps(instrument), encoding="utf-8")
    report = score_files(folder / "data.csv", folder / "instrument.json", None, interval="tilted-beta")
    assert report.interval is not None
    return report.interval, _in_short(report)


def test_the_command_line_tells_a_limit_from_the_border(tmp_path: Path) -> None:
    low = short_report(tmp_path, 28)[0].low
    printed = short_report(tmp_path, low + 0.00001)[1]
    assert "inconclusive" in printed
    assert float(printed.split("interval ")[1].split(" to")[0]) < low + 0.00001


def test_numbers_away_from_borders_are_printed_as_ever() -> None:
    assert format_points(27.99, "en", borders=(28, 30)) == "27.99"
    assert format_points(31.4159, "en", borders=(28, 30)) == "31.42"
    assert format_interval(Interval(24.436, 32.019), "en", borders=(28, 30)) == "24.44 – 32.02"
    assert format_percent(0.4321, "en", borders=(0.025, 0.975)) == "43.2%"
