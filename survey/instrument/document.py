"""Documents of questionnaires and scorecards: parsing with limits, lines, canonical JSON, digest."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import yaml

from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError, Path
from survey.json_value import JsonValue

MAX_DOCUMENT_CHARS = 400_000
MAX_DOCUMENT_VALUES = 50_000
# What the parser says, in the order in which it is looked for, and what it means to whoever wrote the file.
_REASONS = (
    ("found character '\\t'", DocumentRule.TAB),
    ("mapping values are not allowed", DocumentRule.STRAY_COLON),
    ("while scanning a quoted scalar", DocumentRule.OPEN_QUOTE),
    ("while parsing a flow", DocumentRule.OPEN_BRACKET),
    ("undefined alias", DocumentRule.UNKNOWN_ALIAS),
    ("could not determine a constructor", DocumentRule.UNKNOWN_TAG),
    ("expected a single document", DocumentRule.SEVERAL_DOCUMENTS),
    ("expected <block end>", DocumentRule.INDENTATION),
    ("could not find expected ':'", DocumentRule.INDENTATION),
)


_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # it limits no depth


class _BoundedLoader(yaml.SafeLoader):
    """The safe loader, with a limit on what merge keys (`<<`) copy: a line can double what is above it."""

    n_merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put merged keys into a mapping; refuse the document before they are too many."""
        super().flatten_mapping(node)
        self.n_merged += len(node.value)
        if self.n_merged > MAX_DOCUMENT_VALUES:
            raise _refusal(DocumentRule.TOO_MANY_MERGES, limit=MAX_DOCUMENT_VALUES)


def parse(text: str) -> object:
    """The values of a YAML (or JSON) text; one that is too large, or holds none, is refused."""
    if len(text) > MAX_DOCUMENT_CHARS:
        raise _refusal(DocumentRule.TOO_LONG, n=len(text), limit=MAX_DOCUMENT_CHARS)
    try:
        document = _parse_text(text)
        n_values = _size(document, {})
    except InstrumentError:
        raise
    except RecursionError:
        raise _refusal(DocumentRule.TOO_DEEP) from None
    except (yaml.YAMLError, ValueError) as error:
        raise InstrumentError([_syntax_problem(text, error)]) from error
    if document is None:  # no text, or comments only
        raise _refusal(DocumentRule.EMPTY)
    if n_values > MAX_DOCUMENT_VALUES:
        raise _refusal(DocumentRule.TOO_MANY_VALUES, n=n_values, limit=MAX_DOCUMENT_VALUES)
    return document


def _refusal(rule: DocumentRule, **arguments: object) -> InstrumentError:
    return InstrumentError([DocumentProblem(rule, arguments=arguments)])


def _parse_text(text: str) -> object:
    """The values of a JSON or YAML text. JSON is tried first: YAML cannot read its escapes of emoji."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, _BoundedLoader)  # noqa: S506 — a safe loader


def _syntax_problem(text: str, error: Exception) -> DocumentProblem:
    """What is wrong with a text that cannot be parsed, and its line."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return DocumentProblem(DocumentRule.UNPRINTABLE, line=line)
    if not isinstance(error, yaml.YAMLError):  # no such day, too many digits
        return DocumentProblem(DocumentRule.NO_SUCH_VALUE)
    reason = " ".join(str(error).split())
    rule = next((rule for fragment, rule in _REASONS if fragment in reason), DocumentRule.NOT_PARSED)
    mark = getattr(error, "problem_mark", None)
    if rule == DocumentRule.OPEN_QUOTE:  # the quote that is not closed; the problem is noticed at the end
        mark = getattr(error, "context_mark", None) or mark
    return DocumentProblem(rule, line=mark.line + 1 if mark else None)


def lines_of(text: str, paths: Sequence[Path]) -> list[int | None]:
    """The line of each value, from 1, or of what should hold it; None where it is not known."""
    if not any(paths):  # of a text that was not parsed, perhaps because it is nested too deeply
        return [None] * len(paths)
    try:
        root = yaml.compose(text, _FAST_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):  # JSON with tabs, for example
        return [None] * len(paths)
    return [_line(root, path) for path in paths] if root is not None else [None] * len(paths)


def _line(node: yaml.Node, path: Path) -> int | None:
    """The line on which the last part of a path begins that is there; None of the whole document."""
    line: int | None = None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            match = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            match = (node.value[step], node.value[step])
        else:
            match = None
        if match is None:
            break
        line, node = match[0].start_mark.line + 1, match[1]
    return line


def _size(value: object, known: dict[int, int]) -> int:
    """The number of values when every alias is expanded: a short YAML can stand for billions."""
    if id(value) not in known:
        known[id(value)] = 1  # for an alias of its own parent, which `Node` refuses later
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        known[id(value)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(value)]


def canonical_json(document: Mapping[str, JsonValue]) -> str:
    """The document as JSON: sorted keys, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def digest(document: Mapping[str, JsonValue]) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
