"""Every word of the product is said in every language of the interface, with the same blanks to fill."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from survey.store.audit import AuditAction
from survey.web.errors import Refusal
from survey.web.locale import gettext_in

SURVEY = Path(__file__).resolve().parents[2] / "survey"
LANGUAGES = sorted(folder.name for folder in (SURVEY / "translations").iterdir() if folder.is_dir())
CATALOGUES = sorted((SURVEY / "translations").glob("*/*.po"))
TEMPLATES = sorted((SURVEY / "templates").rglob("*.html"))
MODULES = sorted(SURVEY.rglob("*.py"))
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "translate": (2,),
    "translate_plural": (2, 3),
}
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


# A number before a noun in the plural.
COUNTED = re.compile(
    r"(?:%\((\w+)\)s|\{(\w+)\})(?: (?:more|valid|other|new|answered))* "
    r"(?!(?:is|was|has|holds|earns|takes|stands)\b)"
    r"(?:[a-z]{2,}[^\Ws]s|people|criteria)\b"
)
# What needs no form for one: the message, or the blank, and why.
ALWAYS_PLURAL = {
    "{n} units of the file are called {name}; import those above first": "two at least",
    "{n} units are called {name}; write the unit above before it, as Unit above / {name}": "two at least",
    "The first %(n)s rows are shown.": "a constant of the product",
    "CSV (UTF-8) or XLSX, at most %(n)s rows. It is checked and shown to you before anything is added.": (
        "a constant of the product"
    ),
    "a name of 1 to {most} characters is needed": "a constant of the product",
    "Satisfied, with {level} limits (Wilson): the share among everybody who could have been asked probably"
    " lies between them; of all answers together {share} ({low} – {high}).": "a percentage",
    "Cronbach’s alpha of {k} criteria is {alpha} ({level} interval {low} – {high}): ": "two at least",
    "%(n)s hours": "a constant of the product",
    "%(n)s days; the answers until the form is sent": "a constant of the product",
    "A form saved to be continued: %(n)s days, and deleted when you send it.": "a constant of the product",
    "A campaign has at most %(n)s desks": "a limit of the product",
    "A file is removed after %(hours)s hours.": "a constant of the product",
    "A password has %(least)s to %(most)s characters": "limits of the product",
    "Enter a phone number with at least %(n)s digits": "a limit of the product",
    "Search for at most %(most)s characters": "a limit of the product",
    "The tag “%(tag)s…” is too long; the most is %(most)s characters": "a limit of the product",
    "There are %(n)s addresses; the most is %(most)s": "more than a limit",
    "There are %(n)s tags; the most is %(most)s": "more than a limit",
    "The note has %(n)s characters; the most is %(most)s": "more than a limit",
    "Your comment has %(n)s characters. Shorten it to %(most)s.": "more than a limit, which is at least 1",
    "%(field)s has %(n)s characters; the most is %(most)s": "more than a limit",
    "{n} characters; the most is {most}": "more than a limit",
}
# Numbers with decimals, which take the plural: 1.00 points; totals of a scale.
DECIMALS = {"score", "change", "points", "half_width", "total", "criteria_points"}


def counts_in_the_singular(message: str) -> list[str]:
    """The blanks that stand directly before a noun in the plural."""
    return [a or b for a, b in COUNTED.findall(message)]


def translations(language: str = "vi") -> Iterator[tuple[str, str, str]]:
    """Catalogue, message and translation of everything that is translated."""
    for path in CATALOGUES:
        if path.parent.name != language:
            continue
        for message in catalogue(path):
            if isinstance(message.id, tuple):  # one and many, with the translation of each
                for text in message.id:
                    yield path.name, text, "".join(message.string or "")
            elif message.id:
                yield path.name, str(message.id), str(message.string)


def in_calls() -> set[str]:
    """Messages that templates and modules hand to gettext themselves."""
    methods = [("jinja2.ext:babel_extract", TEMPLATES), ("python", MODULES)]
    messages = set()
    for method, paths in methods:
        for path in paths:
            options = {"trim_blocks": "true", "lstrip_blocks": "true"} if path.suffix == ".html" else {}
            for _line, message, _comments, _context in extract_from_file(
                method, path, keywords=KEYWORDS, options=options
            ):
                messages |= {message} if isinstance(message, str) else set(message)
    return messages


def of_refusals() -> set[str]:
    """Titles and advice of what a visitor can be refused: every class of ours that has them."""
    names = {"title", "advice"}
    return {
        statement.value.value
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in names
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def of_the_audit_log() -> set[str]:
    """The actions of the log."""
    return {action.value for action in AuditAction}


def test_the_messages_are_found() -> None:
    assert len(in_calls()) > 250
    assert "This link is no longer valid" in of_refusals()
    assert "This survey is closed" in in_calls()
    assert {"signed in", "deactivated account", "activated account", "downloaded"} <= of_the_audit_log()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_lacks_its_translation(language: str) -> None:
    translated_messages = {
        message for _catalogue, message, translation in translations(language) if translation.strip()
    }
    assert (in_calls() | of_refusals() | of_the_audit_log()) - translated_messages == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    assert {
        m for _, m, _ in translations(language)
    } - in_calls() - of_refusals() - of_the_audit_log() == set()


def test_what_is_counted_has_a_form_for_one() -> None:
    single = {m.id for path in CATALOGUES for m in catalogue(path) if isinstance(m.id, str)}
    counted = {m: set(counts_in_the_singular(m)) - DECIMALS for m in single}
    assert {message for message, blanks in counted.items() if blanks} == set(ALWAYS_PLURAL), "use ngettext"


@pytest.mark.parametrize(
    ("message", "counted"),
    [
        ("%(n)s forms", ["n"]),
        ("{n} of {all} components", ["all"]),
        ("about {more} more forms are needed", ["more"]),
        ("the group has {n} valid answers", ["n"]),
        ("there are {n} people", ["n"]),
        ("{n} criteria", ["n"]),
        ("Forms: %(n)s", []),
        ("%(key)s is missing", []),
        ("%(n)s address", []),
    ],
)
def test_a_number_before_a_plural_is_noticed(message: str, counted: list[str]) -> None:
    assert counts_in_the_singular(message) == counted


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_holds_nothing_obsolete_or_unsure(path: Path) -> None:
    entries = catalogue(path)
    assert not entries.obsolete
    assert not [message.id for message in entries if message.fuzzy and message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_blanks_of_its_message(language: str) -> None:
    for name, message, translation in translations(language):
        assert sorted(BLANK.findall(message)) == sorted(BLANK.findall(translation)), (name, message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_translated_in_one_place(language: str) -> None:
    messages = [message for _name, message, _translation in translations(language)]
    assert [message for message, n in Counter(messages).items() if n > 1] == []


def test_a_translation_ends_in_a_colon_where_its_message_does() -> None:
    for _name, message, vietnamese in translations():
        assert message.endswith(":") == vietnamese.endswith(":"), message


def test_every_refusal_is_said_in_vietnamese() -> None:
    kinds: list[type[Refusal]] = [Refusal, *Refusal.__subclasses__()]
    for kind in kinds:
        assert gettext_in("vi")(kind.title) != kind.title
        assert gettext_in("vi")(kind.advice) != kind.advice


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SURVEY / "templates")))
def test_a_template_says_no_word_by_itself(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    without_logic = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    without_code = re.sub(r"<(script|style)\b.*?</\1>", "", without_logic, flags=re.DOTALL)
    if path.name == "field.html":
        without_code = re.sub(
            r' aria-describedby="[^"]*"', "", without_code
        )  # a macro makes the attribute alone
    texts = re.sub(r"<[^>]*>", "\n", without_code)
    spoken = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', without_code)
    spoken_words = re.findall(r"[^\W\d_]{2,}", " ".join([texts, *spoken]))
    assert set(spoken_words) <= {"PNG", "SVG", "JSON", "YAML", "XLSX", "A4", "A5"}, spoken_words
