"""Documents of questionnaires and scorecards: parsing with limits, lines, canonical JSON, digest."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from survey.instrument.node import Node
from survey.instrument.problem import PROBLEMS_LIMIT, DocumentProblem, DocumentRule, InstrumentError, Path
from survey.json_text import Position, RepeatedKeysError, parse_json
from survey.json_value import JsonValue

if TYPE_CHECKING:
    from yaml import SafeLoader as FastLoader
else:  # the parser in C, of which no wheel of PyYAML is without
    FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DOCUMENT_CHARS = 400_000
MAX_DOCUMENT_BYTES = 4 * MAX_DOCUMENT_CHARS  # of its file, for who reads one
MAX_DOCUMENT_VALUES = 50_000
_MAX_DEPTH = 100  # of values in one another
_MAX_DIRECTIVES = 100  # lines with %, which are compared with one another
_SHOWN_CHARS = 60
_JSON_START = re.compile(r'\s*\{\s*"')
_MERGE_TAG = "tag:yaml.org,2002:merge"
# What the parsers say, in the order in which it is looked for, and what it means to whoever wrote the file.
_REASONS = (
    ("found a tab character", DocumentRule.TAB),
    ("mapping values are not allowed", DocumentRule.STRAY_COLON),
    ("quoted scalar", DocumentRule.OPEN_QUOTE),
    ("while parsing a flow", DocumentRule.OPEN_BRACKET),
    ("undefined alias", DocumentRule.UNKNOWN_ALIAS),
    ("could not determine a constructor", DocumentRule.UNKNOWN_TAG),
    ("expected a single document", DocumentRule.SEVERAL_DOCUMENTS),
    ("expected <block end>", DocumentRule.INDENTATION),
    ("did not find expected key", DocumentRule.INDENTATION),
    ("did not find expected '-' indicator", DocumentRule.INDENTATION),
    ("could not find expected ':'", DocumentRule.INDENTATION),
)


class _BoundedLoader(FastLoader):
    """The safe loader, with a limit on what merge keys (`<<`) copy: a line can double what is above it."""

    n_merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put merged keys into a mapping; refuse the document before they are too many."""
        parts = [part for key, value in node.value if key.tag == _MERGE_TAG for part in _merged_nodes(value)]
        for part in {id(part): part for part in parts}.values():
            self.flatten_mapping(part)
        self.n_merged += sum(len(part.value) for part in parts)
        if self.n_merged > MAX_DOCUMENT_VALUES:
            raise _refusal(DocumentRule.TOO_MANY_MERGES, limit=MAX_DOCUMENT_VALUES)
        super().flatten_mapping(node)


def _merged_nodes(value: yaml.Node) -> list[yaml.MappingNode]:
    nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
    return [node for node in nodes if isinstance(node, yaml.MappingNode)]


def parse(text: str) -> Node:
    """The root of a YAML (or JSON) text. Fields that stand twice are noted; of two the last is read.

    Raises
    ------
    InstrumentError
        The text cannot be parsed, is too large, or holds no value.
    """
    if len(text) > MAX_DOCUMENT_CHARS:
        raise _refusal(DocumentRule.TOO_LONG, n=len(text), limit=MAX_DOCUMENT_CHARS)
    try:
        root = _parse_text(text)
        n_values = _size(root.value, {}, 0)
    except InstrumentError:
        raise
    except RecursionError:
        raise _refusal(DocumentRule.TOO_DEEP) from None
    except (yaml.YAMLError, ValueError) as error:
        raise InstrumentError([_syntax_problem(text, error)]) from error
    if root.value is None:  # no text, or comments only
        raise _refusal(DocumentRule.EMPTY)
    if n_values > MAX_DOCUMENT_VALUES:
        raise _refusal(DocumentRule.TOO_MANY_VALUES, n=n_values, limit=MAX_DOCUMENT_VALUES)
    return root


def _refusal(rule: DocumentRule, **arguments: object) -> InstrumentError:
    return InstrumentError([DocumentProblem(rule, arguments=arguments)])


def _parse_text(text: str) -> Node:
    """The values of a JSON or YAML text. JSON is tried first: YAML cannot read its escapes of emoji."""
    try:
        return Node(parse_json(text))
    except RepeatedKeysError as error:
        problems = [_twice(key.path, key.first, key.second) for key in error.keys]
        return Node(json.loads(text), problems=problems)
    except json.JSONDecodeError as error:
        try:
            return _parse_yaml(text)
        except (yaml.YAMLError, ValueError):
            if _JSON_START.match(text):
                raise error from None
            raise


def _parse_yaml(text: str) -> Node:
    _check_size(text)
    loader = _BoundedLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Node(None)
        problems = list(islice(_fields_twice(root), PROBLEMS_LIMIT))
        return Node(loader.construct_document(root), problems=problems)
    finally:
        loader.dispose()


def _check_size(text: str) -> None:
    """Refuse a text before its values are made, which takes much longer than to count them."""
    if text.count("\n%") > _MAX_DIRECTIVES:
        raise _refusal(DocumentRule.NOT_PARSED)
    n_nodes = depth = 0
    for event in yaml.parse(text, Loader=FastLoader):
        n_nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise _refusal(DocumentRule.TOO_DEEP)
        if n_nodes > MAX_DOCUMENT_VALUES:
            raise _refusal(DocumentRule.TOO_MANY_NAMES, limit=MAX_DOCUMENT_VALUES)


def _fields_twice(root: yaml.Node) -> Iterator[DocumentProblem]:
    """Every field that stands in its mapping already; merge keys may."""
    waiting: list[tuple[Path, yaml.Node]] = [((), root)]
    parts: Iterable[tuple[str | int, yaml.Node]]
    visited: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            parts = ((index, part) for index, part in enumerate(node.value))
        elif isinstance(node, yaml.MappingNode):
            yield from _twice_in(path, node)
            parts = ((str(key.value)[:_SHOWN_CHARS], part) for key, part in node.value)
        else:
            continue
        waiting += [((*path, step), part) for step, part in parts if isinstance(part, yaml.CollectionNode)]


def _twice_in(path: Path, node: yaml.MappingNode) -> Iterator[DocumentProblem]:
    first: dict[tuple[str, str], yaml.Mark] = {}
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE_TAG:
            continue
        name, mark = (key.tag, key.value), key.start_mark
        if name in first:
            yield _twice((*path, key.value), _position(first[name]), _position(mark))
        first.setdefault(name, mark)


def _position(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _twice(path: Path, first: Position, second: Position) -> DocumentProblem:
    key = str(path[-1])[:_SHOWN_CHARS]
    arguments = {
        "key": key,
        "first_line": first.line,
        "first_column": first.column,
        "line": second.line,
        "column": second.column,
    }
    return DocumentProblem(DocumentRule.FIELD_TWICE, (*path[:-1], key), arguments, second.line)


def _syntax_problem(text: str, error: Exception) -> DocumentProblem:
    """What is wrong with a text that cannot be parsed, its line and its column."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return DocumentProblem(DocumentRule.UNPRINTABLE, line=line)
    if isinstance(error, json.JSONDecodeError):
        is_of_text = error.msg.startswith(("Unterminated", "Invalid"))
        rule = DocumentRule.OPEN_QUOTE if is_of_text else DocumentRule.OPEN_BRACKET
        return DocumentProblem(rule, line=error.lineno, column=error.colno)
    if not isinstance(error, yaml.YAMLError):  # no such day, too many digits
        return DocumentProblem(DocumentRule.NO_SUCH_VALUE)
    reason = " ".join(str(error).split())
    rule = next((rule for fragment, rule in _REASONS if fragment in reason), DocumentRule.NOT_PARSED)
    mark = getattr(error, "problem_mark", None)
    if rule == DocumentRule.OPEN_QUOTE:  # the quote that is not closed; the problem is noticed at the end
        mark = getattr(error, "context_mark", None) or mark
    if mark is None:
        return DocumentProblem(rule)
    lines = text.split("\n")
    if mark.line >= len(lines):  # behind the end
        return DocumentProblem(rule, line=len(lines), column=len(lines[-1]) + 1)
    if rule == DocumentRule.NOT_PARSED and lines[mark.line][mark.column : mark.column + 1] == "\t":
        rule = DocumentRule.TAB
    return DocumentProblem(rule, line=mark.line + 1, column=mark.column + 1)


def lines_of(text: str, paths: Sequence[Path]) -> list[int | None]:
    """The line of each value, from 1, or of what should hold it; None where it is not known."""
    if not any(paths):  # of a text that was not parsed, perhaps because it is nested too deeply
        return [None] * len(paths)
    try:
        root = yaml.compose(text, FastLoader)
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


def _size(value: object, known: dict[int, int], depth: int) -> int:
    """The number of values when every alias is expanded: a short YAML can stand for billions."""
    if depth > _MAX_DEPTH:
        raise _refusal(DocumentRule.TOO_DEEP)
    if id(value) not in known:
        known[id(value)] = 1  # for an alias of its own parent, which `Node` refuses later
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        known[id(value)] = 1 + sum(_size(part, known, depth + 1) for part in parts)
    return known[id(value)]


def canonical_json(document: Mapping[str, JsonValue]) -> str:
    """The document as JSON: sorted keys, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def digest(document: Mapping[str, JsonValue]) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
