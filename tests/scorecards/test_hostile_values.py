"""Files of values that are small to send and costly to read: each is refused in words, or read, at once."""

import io
import re
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from survey.scorecards.values_file import read_values
from survey.store import scorecards
from survey.web.locale import gettext_in
from survey.web.table_files import TableFileError

CARD = scorecards.load_shipped()
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
STRINGS = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"
Change = Callable[[dict[str, bytes]], None]


def parts_of_workbook() -> dict[str, bytes]:
    """The parts of a workbook with one value."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["indicator_key", "value"])
    sheet.append(["propaganda_rate", 95])
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_parts(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def refusal(content: bytes, name: str = "v.xlsx") -> str:
    """What is said of a file, within two seconds."""
    begun = time.process_time()
    with pytest.raises(TableFileError) as refused:
        read_values(content, name, CARD, gettext_in("en"))
    assert time.process_time() - begun < 20
    return "; ".join(refused.value.messages[:20])


def with_part(name: str, *, begin: str = "", middle: str = "", n: int = 0, end: str = "") -> Change:
    """A change of a workbook: a part with `n` times the same in it."""

    def change(parts: dict[str, bytes]) -> None:
        parts[name] = f'<?xml version="1.0"?>{begin}{middle * n}{end}'.encode()
        if name == STRINGS:
            declared = f'<Override PartName="/{name}" ContentType="{_STRINGS_TYPE}"/>'.encode()
            insert("[Content_Types].xml", b"</Types>", declared)(parts)

    return change


def insert(name: str, before: bytes, what: bytes) -> Change:
    """A change of a workbook: something more in a part that is there."""

    def change(parts: dict[str, bytes]) -> None:
        assert before in parts[name]
        parts[name] = parts[name].replace(before, what + before, 1)

    return change


FORMAT = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"><alignment wrapText="1"/></xf>'
FONT = b'<font><b/><sz val="11"/><name val="Arial"/></font>'
HOSTILE: dict[str, Change] = {
    "formats": insert("xl/styles.xml", b"</cellXfs>", FORMAT * 300_000),
    "fonts": insert("xl/styles.xml", b"</fonts>", FONT * 200_000),
    "texts": with_part(
        STRINGS, begin=f'<sst xmlns="{_MAIN}">', middle="<si><t>a</t></si>", n=500_000, end="</sst>"
    ),
    "runs": with_part(
        STRINGS,
        begin=f'<sst xmlns="{_MAIN}"><si>',
        middle="<r><rPr><b/></rPr><t>a</t></r>",
        n=200_000,
        end="</si></sst>",
    ),
    "a text": with_part(
        STRINGS, begin=f'<sst xmlns="{_MAIN}"><si><t>', middle="a", n=15_000_000, end="</t></si></sst>"
    ),
    "names": insert(
        "xl/workbook.xml",
        b"</workbook>",
        b"<definedNames>" + b'<definedName name="a">Sheet!$A$1</definedName>' * 200_000 + b"</definedNames>",
    ),
    "attributes": insert(
        SHEET, b"</worksheet>", b"<x " + b" ".join(b'a%d=""' % i for i in range(800_000)) + b"/>"
    ),
    "ranges": insert(
        SHEET,
        b"</worksheet>",
        b'<conditionalFormatting sqref="' + b"A1 " * 120_000 + b'"/>',
    ),
    "bytes": with_part("xl/theme.xml", begin="<a>", middle=" ", n=400_000_000 // 8, end="</a>"),
    "a row": with_part(
        SHEET,
        begin=f'<worksheet xmlns="{_MAIN}"><sheetData><row>',
        middle="<c><v>1</v></c>",
        n=1_000_000,
        end="</row></sheetData></worksheet>",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_workbook_with_too_much_of_something_says_what_to_do(kind: str) -> None:
    parts = parts_of_workbook()
    HOSTILE[kind](parts)
    content = zip_parts(parts)
    assert len(content) < 5_000_000, "it can be sent"
    assert "copy the rows into a new workbook" in refusal(content)


def _many_sheets(parts: dict[str, bytes]) -> None:
    """Ten thousand sheets of one part without the size of a sheet: it would be read once for each."""
    sheets = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (i, i) for i in range(2, 9000))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<sheets>", f'<sheets xmlns:r="{_RELATIONS}">'.encode()
    )
    insert("xl/workbook.xml", b"</sheets>", sheets)(parts)


def _many_targets(parts: dict[str, bytes]) -> None:
    """The same with a relation for each sheet, of which each spells the part in another way."""
    name = "xl/_rels/workbook.xml.rels"
    kind = f'Type="{_RELATIONS}/worksheet"'
    for target in ("worksheets/./sheet1.xml", "../xl/worksheets/sheet1.xml"):
        insert(name, b"</Relationships>", f'<Relationship Id="{target}" {kind} Target="{target}"/>'.encode())(
            parts
        )


def _with_entities(parts: dict[str, bytes]) -> None:
    entities = "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' if i else '<!ENTITY a0 "aaaaaaaaaa">' for i in range(9)
    )
    parts[STRINGS] = f"<!DOCTYPE sst [{entities}]><sst xmlns='{_MAIN}'><si><t>&a8;</t></si></sst>".encode()


def _in_utf_7(parts: dict[str, bytes]) -> None:
    """Elements that one parser sees and another does not."""
    parts["xl/workbook.xml"] = b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-sheet/+AD4-</a>'


@pytest.mark.parametrize("change", [_many_sheets, _many_targets, _with_entities, _in_utf_7])
def test_a_workbook_that_says_one_thing_and_is_another_is_none(change: Change) -> None:
    parts = parts_of_workbook()
    change(parts)
    assert "not an XLSX workbook" in refusal(zip_parts(parts))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_unpacks_without_bounds_is_not_unpacked(compression: int) -> None:
    assert "not an XLSX workbook" in refusal(zip_parts(parts_of_workbook(), compression))


def test_what_is_no_part_of_the_values_is_not_unpacked() -> None:
    parts = parts_of_workbook()
    parts |= {f"xl/media/{i}.png": b"" for i in range(30_000)}
    parts |= {
        "xl/externalLinks/externalLink1.xml": b"<a/>" * 3_000_000,
        "xl/vbaProject.bin": bytes(50_000_000),
    }
    content = zip_parts(parts)
    begun = time.process_time()
    lines = read_values(content, "v.xlsx", CARD, gettext_in("en"))
    assert [line.key for line in lines] == ["propaganda_rate"]
    assert time.process_time() - begun < 20


def test_the_largest_workbook_that_is_taken_is_read_at_once() -> None:
    parts = parts_of_workbook()
    insert("xl/styles.xml", b"</cellXfs>", FORMAT * 7_000)(parts)
    with_part(STRINGS, begin=f'<sst xmlns="{_MAIN}">', middle="<si><t>a</t></si>", n=29_000, end="</sst>")(
        parts
    )
    begun = time.process_time()
    assert read_values(zip_parts(parts), "v.xlsx", CARD, gettext_in("en"))
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"," * 4_900_000, r"row 1: more cells \(4900001\)"),
        (",".join(map(str, range(700_000))).encode(), "row 1: more cells"),
        (b"\n" * 4_900_000, "the file is empty"),
        (b"indicator_key,value\n" + b"rank,1\n" * 700_000, "there are too many rows"),
        (b"indicator_key,value\n" + b"x,1\n" * 1_900, "row 2, column indicator_key: 'x' is no indicator"),
    ],
)
def test_a_csv_that_is_all_commas_or_lines_is_refused_at_once(content: bytes, message: str) -> None:
    assert re.search(message, refusal(content, "v.csv"))
