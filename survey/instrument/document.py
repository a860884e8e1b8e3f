"""Documents of questionnaires and scorecards: parsing with limits, canonical JSON, digest."""

import hashlib
import json
from collections.abc import Mapping

import yaml

from survey.instrument.node import InstrumentError
from survey.json_value import JsonValue

MAX_DOCUMENT_CHARS = 400_000
MAX_DOCUMENT_VALUES = 50_000


def parse(text: str) -> object:
    """The values of a YAML (or JSON) text; a text that is too large is refused."""
    if len(text) > MAX_DOCUMENT_CHARS:
        raise InstrumentError(f"the document has {len(text)} characters; {MAX_DOCUMENT_CHARS} are the most")
    try:
        document = _parse_text(text)
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
        return yaml.safe_load(text)


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
