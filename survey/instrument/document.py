"""Documents of questionnaires and scorecards: parsing with limits, canonical JSON, digest."""

import hashlib
import json
from collections.abc import Mapping

import yaml

from survey.instrument.node import InstrumentError
from survey.json_value import JsonValue

MAX_DOCUMENT_CHARS = 400_000
MAX_DOCUMENT_VALUES = 50_000


class _BoundedLoader(yaml.SafeLoader):
    """The safe loader, with a limit on what merge keys (`<<`) copy: a line can double what is above it."""

    n_merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put merged keys into a mapping; refuse the document before they are too many."""
        super().flatten_mapping(node)
        self.n_merged += len(node.value)
        if self.n_merged > MAX_DOCUMENT_VALUES:
            raise InstrumentError(f"merge keys (<<) copy more than {MAX_DOCUMENT_VALUES} values; write less")


def parse(text: str) -> object:
    """The values of a YAML (or JSON) text; a text that is too large is refused."""
    if len(text) > MAX_DOCUMENT_CHARS:
        raise InstrumentError(f"the document has {len(text)} characters; {MAX_DOCUMENT_CHARS} are the most")
    try:
        document = _parse_text(text)
    except InstrumentError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no such day, too many digits
        raise InstrumentError(f"this is not YAML: {' '.join(str(error).split())[:200]}") from error
    if (values := _size(document, {})) > MAX_DOCUMENT_VALUES:
        raise InstrumentError(f"the document holds {values} values; {MAX_DOCUMENT_VALUES} are the most")
    return document


def _parse_text(text: str) -> object:
    """The values of a JSON or YAML text. JSON is tried first: YAML cannot read its escapes of emoji."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, _BoundedLoader)  # noqa: S506 — a safe loader


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
