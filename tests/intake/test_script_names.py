"""The scripts of a page keep what they do when their names are made short."""

import re

import pytest

from survey.intake import rendering
from survey.intake.script_names import _LEXEME, _declared_names, shorten

# What the scripts take from the browser without a point before it.
GLOBALS = re.findall(
    r"\w+",
    "window document location history navigator self fetch caches indexedDB sessionStorage localStorage "
    "crypto JSON Date Promise Error DOMParser Uint8Array Math setTimeout clearTimeout setInterval "
    "clearInterval encodeURIComponent decodeURIComponent",
)
PAGES = (
    rendering._FORM_SCRIPTS,
    (*rendering._FORM_SCRIPTS, "kiosk.js"),
    ("dom.js", "outbox.js", "waiting.js", "kept_forms.js", "typed_code.js"),
    ("dom.js", "outbox.js", "waiting.js", "kiosk_start.js"),
)


@pytest.mark.parametrize(
    ("script", "short"),
    [
        ("function add(first,second){return first+second.first}", "function a(b,c){return b+c.first}"),
        ('var text="text",other={text:text,n:text?other:1}', 'var a="text",b={text:a,n:a?b:1}'),
        ("try{fetch(address)}catch(error){tell(error)}", "try{fetch(address)}catch(a){tell(a)}"),
        ("var word=line.replace(/word/g,word)", "var a=line.replace(/word/g,a)"),
    ],
)
def test_names_that_a_script_declares_are_short(script: str, short: str) -> None:
    def shape(text: str) -> list[str]:
        return re.findall(r'"[^"]*"|[\w$]{2,}|[^\w$]', text)

    assert shape(shorten(script)) == shape(short)
    assert len(shorten(script)) == len(short)


@pytest.mark.parametrize("names", PAGES, ids="+".join)
def test_no_name_of_a_script_is_one_of_the_browsers_that_it_uses(names: tuple[str, ...]) -> None:
    declared = _declared_names(_LEXEME.findall(rendering.static_text(*names)))
    assert {"byId", "outbox", "waiting"} <= declared
    assert declared & set(GLOBALS) == set()


@pytest.mark.parametrize("names", PAGES, ids="+".join)
def test_two_names_never_become_one(names: tuple[str, ...]) -> None:
    script = rendering.static_text(*names)
    long, short = _LEXEME.findall(script), _LEXEME.findall(shorten(script))
    assert len(long) == len(short)
    renamed = {(a, b) for a, b in zip(long, short, strict=True) if a != b}
    assert len({a for a, _ in renamed}) == len({b for _, b in renamed}) == len(renamed)
