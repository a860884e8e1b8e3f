"""What a machine can check of an accessible PDF, after the Matterhorn protocol: all is tagged and read aloud.

There is no free checker in Debian, PyPI or npm; how PDF/A was checked by hand is in docs/files.md.
"""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from survey.reports.export import render_file
from tests.reports import builders

PAINTS = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh"}


@pytest.fixture(scope="module", params=["demo-vi", "hostile-en", "no_data-vi"])
def pdf(request: pytest.FixtureRequest) -> PdfReader:
    name, language = request.param.split("-")
    return PdfReader(io.BytesIO(render_file(getattr(builders, name)(), "pdf", language)))


def resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def children(element: Any) -> list[Any]:
    """The elements inside one; marked content and references to annotations are none."""
    kids = resolve(element.get("/K", []))
    every = [resolve(kid) for kid in (kids if isinstance(kids, list) else [kids])]
    return [kid for kid in every if isinstance(kid, dict) and "/S" in kid]


def elements(pdf: PdfReader) -> Iterator[Any]:
    """The structure elements in the order they are read."""
    waiting = [resolve(pdf.root_object["/StructTreeRoot"])]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        waiting += reversed(children(element))


def attribute(element: Any, name: str) -> Any:
    """An attribute of an element, whoever owns it; None without."""
    attributes = resolve(element.get("/A", []))
    owners = attributes if isinstance(attributes, list) else [attributes]
    return next(
        (owner[name] for owner in map(resolve, owners) if isinstance(owner, dict) and name in owner), None
    )


def test_every_picture_is_said_in_words(pdf: PdfReader) -> None:
    figures = [element for element in elements(pdf) if element["/S"] == "/Figure"]
    assert figures
    assert all(len(str(figure.get("/Alt", ""))) > 10 for figure in figures)


def test_headings_leave_no_level_out(pdf: PdfReader) -> None:
    levels = [int(str(e["/S"])[2:]) for e in elements(pdf) if str(e["/S"]) in {f"/H{n}" for n in range(1, 7)}]
    assert levels
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_tables_have_rows_of_cells_and_headings_say_what_they_head(pdf: PdfReader) -> None:
    tables = [element for element in elements(pdf) if element["/S"] == "/Table"]
    assert tables
    for table in tables:
        rows = [
            row for part in children(table) for row in ([part] if part["/S"] == "/TR" else children(part))
        ]
        rows = [row for row in rows if row["/S"] == "/TR"]
        cells = [cell for row in rows for cell in children(row)]
        assert {str(cell["/S"]) for cell in cells} <= {"/TH", "/TD"}
        headings = [cell for cell in cells if cell["/S"] == "/TH"]
        assert headings
        assert all(attribute(cell, "/Scope") for cell in headings)


def test_nothing_is_painted_that_is_neither_tagged_nor_said_to_be_decoration(pdf: PdfReader) -> None:
    for page in pdf.pages:
        depth = 0
        for _operands, operator in ContentStream(page.get_contents(), pdf).operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            assert depth > 0 or operator not in PAINTS


def test_every_font_is_inside_and_tells_its_letters(pdf: PdfReader) -> None:
    fonts = {id(font): font for page in pdf.pages for font in fonts_of(page)}
    assert fonts
    for font in fonts.values():
        assert "/ToUnicode" in font
        (inner,) = resolve(font["/DescendantFonts"]) if "/DescendantFonts" in font else (font,)
        descriptor = resolve(resolve(inner)["/FontDescriptor"])
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)


def fonts_of(page: Any) -> list[Any]:
    resources = resolve(page.get("/Resources", {}))
    return [resolve(font) for font in resolve(resources.get("/Font", {})).values()]


def test_the_document_has_a_title_that_windows_show_and_runs_nothing(pdf: PdfReader) -> None:
    root = pdf.root_object
    assert resolve(root["/ViewerPreferences"])["/DisplayDocTitle"].value is True
    assert pdf.metadata is not None
    assert pdf.metadata.title
    assert "/OutputIntents" in root
    assert not {"/OpenAction", "/AA"} & set(root)
    assert "/JavaScript" not in resolve(root.get("/Names", {}))
    assert not pdf.is_encrypted
    assert all(page.get("/Tabs", "/S") == "/S" for page in pdf.pages)
