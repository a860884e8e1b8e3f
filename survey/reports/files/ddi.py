"""The study and its variables as DDI Codebook 2.5, which data archives read; no response is in it."""

from typing import BinaryIO
from xml.etree import ElementTree as Xml

from survey.drawing.demo_label import demo_label
from survey.instrument.questionnaire import Text
from survey.reports import codebook, method, wording
from survey.reports.codebook import Variable
from survey.results.campaign import CampaignResults
from survey.web.defang import storable

_NAMESPACE = "ddi:codebook:2_5"
_XML_LANG = "xml:lang"


def write(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    """Write the codebook; labels of variables and values are in every language that has them."""
    book = Xml.Element("codeBook", {"xmlns": _NAMESPACE, "version": "2.5", _XML_LANG: language})
    _document(book, results, language)
    _study(book, results, language)
    _file(book, results, language)
    data = Xml.SubElement(book, "dataDscr")
    for variable in codebook.of_results(results):
        _variable(data, variable, codebook.languages(results.questionnaire))
    Xml.indent(book)
    stream.write(Xml.tostring(book, encoding="utf-8", xml_declaration=True) + b"\n")


def _document(book: Xml.Element, results: CampaignResults, language: str) -> None:
    citation = Xml.SubElement(Xml.SubElement(book, "docDscr"), "citation")
    _title(citation, f"{results.campaign.name} – DDI", results.digest)
    produced = Xml.SubElement(citation, "prodStmt")
    _add_text(produced, "producer", results.questionnaire.organisation.to(language))
    day = results.computed_at.date().isoformat()
    _add_text(produced, "prodDate", day, date=day)


def _study(book: Xml.Element, results: CampaignResults, language: str) -> None:
    campaign, questionnaire = results.campaign, results.questionnaire
    study = Xml.SubElement(book, "stdyDscr")
    citation = Xml.SubElement(study, "citation")
    _title(citation, campaign.name, campaign.key)
    responsible = Xml.SubElement(citation, "rspStmt")
    _add_text(responsible, "AuthEnty", questionnaire.organisation.to(language))
    information = Xml.SubElement(study, "stdyInfo")
    _add_text(information, "abstract", " ".join(wording.summary_sentences(results, language)))
    summary = Xml.SubElement(information, "sumDscr")
    for event, day in (("start", campaign.opens_on), ("end", campaign.closes_on)):
        _add_text(summary, "collDate", day.isoformat(), date=day.isoformat(), event=event)
    _add_text(summary, "nation", "Việt Nam", abbr="VN")
    _add_text(summary, "anlyUnit", "form")
    _add_text(summary, "dataKind", "survey")
    data_collection = Xml.SubElement(Xml.SubElement(study, "method"), "dataColl")
    _add_text(data_collection, "sampProc", " ".join(method.method_sentences(results, language)))
    instrument = f"{questionnaire.key} {questionnaire.version} sha256:{campaign.instrument_digest}"
    _add_text(data_collection, "resInstru", instrument)
    if campaign.is_demo:
        _add_text(study, "notes", demo_label(language))


def _file(book: Xml.Element, results: CampaignResults, language: str) -> None:
    text = Xml.SubElement(Xml.SubElement(book, "fileDscr"), "fileTxt")
    _add_text(text, "fileName", f"{results.campaign.key}-responses-{language}.csv")
    dimensions = Xml.SubElement(text, "dimensns")
    _add_text(dimensions, "caseQnty", str(results.forms.returned))
    _add_text(dimensions, "varQnty", str(len(codebook.of_results(results))))


def _title(citation: Xml.Element, title: str, number: str) -> None:
    statement = Xml.SubElement(citation, "titlStmt")
    _add_text(statement, "titl", title)
    _add_text(statement, "IDNo", number)


def _variable(data: Xml.Element, variable: Variable, languages: tuple[str, ...]) -> None:
    is_number = variable.kind in ("code", "number")
    element = Xml.SubElement(
        data,
        "var",
        {
            "ID": f"V_{variable.name}",
            "name": variable.name,
            "intrvl": "discrete" if variable.kind in ("code", "text") else "contin",
        },
    )
    _labels(element, variable.label, languages)
    for code in variable.codes:
        category = Xml.SubElement(element, "catgry", {"missing": "Y"} if code.is_missing else {})
        _add_text(category, "catValu", str(code.value))
        _labels(category, code.label, languages)
    form = {"type": "numeric" if is_number else "character"}
    if variable.kind == "day":
        form |= {"schema": "ISO", "category": "date"}
    Xml.SubElement(element, "varFormat", form)


def _labels(parent: Xml.Element, text: Text, languages: tuple[str, ...]) -> None:
    for language in languages:
        if language in text.translations:
            _add_text(parent, "labl", text.to(language), **{_XML_LANG: language})


def _add_text(parent: Xml.Element, name: str, text: str, **attributes: str) -> None:
    Xml.SubElement(parent, name, attributes).text = storable(text)
