"""Short names for what a script of ours declares: the first view of a phone has no byte to spare.

A name is replaced everywhere in a page's script alike, so that no scope has to be known. That is right as
long as no name that a script declares is also a browser's global that it uses: test_script_names.py tests it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count, product
from string import ascii_letters

_LEXEME = re.compile(
    r'"(?:[^"\\\n]|\\.)*"'
    "|'(?:[^'\\\\\n]|\\\\.)*'"  # a string
    r"|(?<=[(=,:;!&|?{}\[])/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"  # a regular expression
    r"|[\w$]+|[^\w$]"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_PARAMETERS = re.compile(r"function(?:\s+([\w$]+))?\(([\w$,\s]*)\)")
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "arguments break case catch class const continue debugger default delete do else false finally for "
        "function if in instanceof let new null return switch this throw true try typeof undefined var void "
        "while with",
    )
)


def shorten(script: str) -> str:
    """A dense ES5 script (as jsmin leaves it) with one or two letters for each name that it declares."""
    lexemes = _LEXEME.findall(script)
    names = _declared_names(lexemes)
    used = Counter(
        lexeme for i, lexeme in enumerate(lexemes) if lexeme in names and not _is_property(lexemes, i)
    )
    free = _short_names({lexeme for lexeme in lexemes if _NAME.fullmatch(lexeme)} - names)
    short = {name: next(free) for name, _ in used.most_common()}
    return "".join(
        lexeme if _is_property(lexemes, i) else short.get(lexeme, lexeme) for i, lexeme in enumerate(lexemes)
    )


def _declared_names(lexemes: list[str]) -> set[str]:
    """The names of functions, parameters, variables and caught errors."""
    names: set[str] = set()
    for i, lexeme in enumerate(lexemes):
        if lexeme == "var":
            names |= set(_variables(lexemes[i + 1 :]))
        elif lexeme == "catch" and lexemes[i - 1] != "." and lexemes[i + 1] == "(":
            names.add(lexemes[i + 2])
    for name, parameters in _PARAMETERS.findall("".join(t if t[0] not in "\"'/" else '""' for t in lexemes)):
        names |= {name, *re.findall(r"[\w$]+", parameters)}
    return names - {""} - _RESERVED


def _variables(lexemes: list[str]) -> Iterator[str]:
    """The names of a declaration; `lexemes` begin after its `var`."""
    depth, is_name = 0, True
    for lexeme in lexemes:
        if lexeme in "([{":
            depth += 1
        elif lexeme in ")]}":
            depth -= 1
        if depth < 0 or (depth == 0 and lexeme in {";", "\n", "in"}):
            return
        if depth == 0 and lexeme == ",":
            is_name = True
        elif is_name and _NAME.fullmatch(lexeme):
            yield lexeme
            is_name = False


def _is_property(lexemes: list[str], i: int) -> bool:
    """Whether a name stands behind a point, or is the key of an object."""
    before, after = lexemes[i - 1] if i else "", lexemes[i + 1] if i + 1 < len(lexemes) else ""
    return before == "." or (after == ":" and before in {"{", ",", "\n"})


def _short_names(taken: set[str]) -> Iterator[str]:
    for n in count(1):
        for letters in product(ascii_letters, repeat=n):
            name = "".join(letters)
            if name not in taken and name not in _RESERVED:
                yield name
