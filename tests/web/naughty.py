# ruff: noqa: E501 — a table of strings
"""A thousand hostile and odd strings: those collected by others, where they are there, and the suite's own."""

import unicodedata
from itertools import cycle, islice

import numpy as np

from tests.cases import collected_strings

_ROOTS = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\x00",
    "a\x00b",
    "\x01\x02\x1f",
    "\x7f\x80\x9f",
    "\ufeff",
    "\ufffe\uffff",
    "\u200b\u200c\u200d\u2060",
    "\u202egnp.exe",
    "\u2066\u2067\u2068\u2069",
    "\ufdfd",
    "Z\u0338\u0322a\u0335\u0361l\u0336g\u0334o\u0337",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1fb\U0001f1f3",
    "\ufb00",
    "\u0130\u0131\u015e\u015f",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "{{config}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(name)s %s %d %n",
    "{0} {name!r}",
    "%x%n" * 50,
    "$$",
    "$_GET",
    "' OR '1'='1",
    "'; DROP TABLE response; --",
    '" OR ""="',
    "1; SELECT pg_sleep(5)",
    "admin'--",
    "\\' OR 1=1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[x]]>",
    "&amp;&lt;&#0;&#x1F4A9;",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    '=1+1";=1+1',
    "\ufe661",
    "\uff1d1",
    "|calc",
    "%0A=1",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "CON",
    "NUL",
    "/dev/null",
    "http://169.254.169.254/",
    "file:///etc/passwd",
    "127.0.0.1; rm -rf /",
    "$(reboot)",
    "`reboot`",
    "| cat /etc/passwd",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "1e999",
    "0x10",
    "1_000",
    "\uff11\uff12",
    "\u0663",
    "\u00b2",
    "\u00bd",
    "1,5",
    "1.5",
    "01",
    "+4",
    "4 ",
    " 4",
    "null",
    "None",
    "undefined",
    "true",
    "[]",
    "{}",
    "[object Object]",
    "__proto__",
    "constructor",
    "toString",
    "Tiếng Việt có dấu: ỳ ỹ ữ ợ Đđ",
    unicodedata.normalize("NFD", "Tiếng Việt có dấu: ỳ ỹ ữ ợ Đđ"),
    "TiÕng ViÖt (TCVN3)",
    "a" * 1001,
    "ế" * 1000,
    "x" * 50_000,
    " " * 2000,
    "\n" * 999,
    "a\nb\r\nc\rd",
    "\U0002070e\U00020731",
    "\u1234",
    "\u0301",
]
_WRAPPERS = (
    "{}",
    " {}",
    "{} ",
    "\t{}",
    "{}\n",
    "\n{}",
    '"{}"',
    "'{}'",
    "({})",
    "[{}]",
    "={}",
    "+{}",
    "-{}",
    "@{}",
    "{}\x00",
    "\ufeff{}",
    "\u202e{}",
)


def strings(n: int = 1000) -> list[str]:
    """`n` different strings, the same every time."""
    texts = dict.fromkeys(
        text
        for text in [*collected_strings(), *_ROOTS, *_wrap_roots(), *_draw_texts(n)]
        if _can_be_sent(text)
    )
    return list(islice(texts, n))


def _wrap_roots() -> list[str]:
    pairs = zip(cycle(_WRAPPERS), _ROOTS * len(_WRAPPERS), strict=False)
    return [wrapper.replace("{}", root) for wrapper, root in pairs]


def _draw_texts(n: int) -> list[str]:
    """Runs of any characters at all, from a fixed seed."""
    rng = np.random.default_rng(20261124)
    return ["".join(chr(c) for c in rng.integers(0, 0xD800, rng.integers(1, 40))) for _ in range(n)]


def _can_be_sent(text: str) -> bool:
    """Whether it has bytes: lone surrogates have none."""
    return all(not 0xD800 <= ord(c) <= 0xDFFF for c in text)
