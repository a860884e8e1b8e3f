"""Reading a certificate: the JSON of a file as typed values, each refusal with the path of the value."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from survey.instrument import codec
from survey.instrument.problem import InstrumentError
from survey.instrument.questionnaire import Questionnaire
from survey.json_text import RepeatedKeysError, parse_json
from survey.json_value import JsonObject, JsonValue
from survey.results.certificate import FORMAT, VERSION, CountedForm
from survey.results.score_inputs import is_number
from survey.results.scoring_rules import rules_of
from survey.scoring.estimate import scored_groups, section_keys
from survey.scoring.rules import Rules
from survey.web.document_problems import problem_line
from survey.web.file_problems import list_in_line

SumPair = tuple[float, float]
_SHOWN_CHARS = 60
_HASH = re.compile(r"[0-9a-f]{64}")


class CertificateError(ValueError):
    """A file that is no certificate; the message says what was found and what to do."""


@dataclass(frozen=True)
class StratumSums:
    """The sums of a stratum. `z` has a sum and a sum of squares for each estimate, in their order.

    `population` is the number of people served, None where it is not known.
    """

    stratum: str
    n: int
    n_scored: int
    population: int | None
    z: tuple[SumPair, ...]


@dataclass(frozen=True)
class CellSums:
    """The sums of a group: for each criterion the valid answers and the shares they earn, in their order."""

    stratum: str
    group: str
    weight: float
    n: int
    answered: int
    criteria: tuple[SumPair, ...]


@dataclass(frozen=True)
class Certificate:
    """A certificate that was read.

    What is calculated with has a type of its own; what is only compared is kept as it was stated. `forms` is
    None in a certificate without rows. `populations` is empty in one.
    """

    body: JsonObject
    digest: JsonValue
    questionnaire: Questionnaire
    questionnaire_digest: JsonValue
    root: JsonValue
    n: JsonValue
    leaves: list[str]
    forms: tuple[CountedForm, ...] | None
    populations: dict[str, int]
    sums: JsonValue
    strata: tuple[StratumSums, ...]
    cells: tuple[CellSums, ...]
    result: JsonValue
    level: float

    @property
    def rules(self) -> Rules:
        """The scoring rules of its questionnaire."""
        return rules_of(self.questionnaire)


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file.

    Raises
    ------
    CertificateError
        The file cannot be read, is not JSON, is no certificate of a version known here, or a part of it is
        missing or of another kind than it must be.
    """
    document = _read_document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise CertificateError(f"{path}: this is not a certificate; its `format` must be {FORMAT!r}")
    if document.get("version") != VERSION:
        raise CertificateError(
            f"{path}: the certificate has version {document.get('version')!r} and {VERSION} is known here; "
            "use a newer release"
        )
    try:
        return parse_certificate(document)
    except CertificateError as error:
        raise CertificateError(f"{path}: {error}") from None


def _read_document(path: Path) -> JsonValue:
    """The JSON value in a file; CertificateError where it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = parse_json(text) if text.strip() else None
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}; check its name") from None
    except UnicodeDecodeError as error:
        raise CertificateError(f"{path}: not UTF-8 text at byte {error.start}; download it again") from None
    except RepeatedKeysError as error:
        raise CertificateError(f"{path}: {list_in_line(tuple(map(str, error.keys)))}") from None
    except (ValueError, RecursionError) as error:
        raise CertificateError(f"{path}: this is not JSON ({error}); download it again") from None
    if document is None:
        raise CertificateError(f"{path}: the file is empty; download it again")
    return document


def parse_certificate(document: JsonObject) -> Certificate:
    """The certificate of a JSON object.

    Raises
    ------
    CertificateError
        A part is missing or of another kind than it must be; the message names its path.
    """
    whole = _StatedValue(document, "")
    digest, instrument = whole.member("digest"), whole.member("instrument")
    try:
        questionnaire = codec.from_document(instrument.member("document").value)
    except InstrumentError as error:
        raise CertificateError(
            f"instrument.document: {problem_line(error)}; ask for the certificate again"
        ) from None
    rules, responses = rules_of(questionnaire), whole.member("responses")
    has_rows = responses.has("rows")
    sums, result = whole.member("sums"), whole.member("result")
    populations = whole.member("design").member("populations").members() if has_rows else {}
    return Certificate(
        body={key: value for key, value in document.items() if key != "digest"},
        digest=digest.value,
        questionnaire=questionnaire,
        questionnaire_digest=instrument.member("digest").value,
        root=responses.member("root").value,
        n=responses.member("n").value,
        leaves=[leaf.hash() for leaf in responses.member("leaves").elements()],
        forms=tuple(map(_form, responses.member("rows").elements())) if has_rows else None,
        populations={group: people.whole() for group, people in populations.items()},
        sums=sums.value,
        strata=tuple(_stratum(part, rules) for part in sums.member("strata").elements()),
        cells=tuple(_cell(part, rules) for part in sums.member("cells").elements()),
        result=result.value,
        level=result.member("level").number(),
    )


def _form(part: "_StatedValue") -> CountedForm:
    receipt_hash, group, ratings = part.elements(3)
    answers = (rating.whole_or_none() for rating in ratings.elements())
    return CountedForm(receipt_hash.text(), group.text(), tuple(answers))


def _stratum(part: "_StatedValue", rules: Rules) -> StratumSums:
    parts = part.member("parts")
    names = [f"section:{key}" for key in section_keys(rules)]
    names += [f"criterion:{criterion.key}" for criterion in rules.criteria]
    return StratumSums(
        stratum=part.member("stratum").text(),
        n=part.member("n").whole(),
        n_scored=part.member("n_scored").whole(),
        population=part.member("population").whole_or_none(),
        z=(
            (part.member("sum_z").number(), part.member("sum_z2").number()),
            *(parts.member(name).pair() for name in names),
        ),
    )


def _cell(part: "_StatedValue", rules: Rules) -> CellSums:
    group, criteria = part.member("group"), part.member("criteria")
    if rules.group_rule == "fixed" and group.text() not in scored_groups(rules):
        raise group.refuse(f"one of {', '.join(scored_groups(rules))}")
    return CellSums(
        stratum=part.member("stratum").text(),
        group=group.text(),
        weight=part.member("weight").number(),
        n=part.member("n").whole(),
        answered=part.member("answered").whole(),
        criteria=tuple(criteria.member(criterion.key).pair() for criterion in rules.criteria),
    )


@dataclass(frozen=True)
class _StatedValue:
    """One value of the certificate and the path to it, for example `sums.cells[0].weight`."""

    value: JsonValue
    path: str

    def refuse(self, wanted: str) -> CertificateError:
        """The error about a value that is not what is `wanted`."""
        text = json.dumps(self.value)
        shown = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
        return refusal_of(f"{self.path}: found {shown}, but it must be {wanted}")

    def has(self, name: str) -> bool:
        return name in self._object()

    def members(self) -> "dict[str, _StatedValue]":
        return {name: self.member(name) for name in self._object()}

    def member(self, name: str) -> "_StatedValue":
        members, path = self._object(), f"{self.path}.{name}".lstrip(".")
        if name not in members:
            raise refusal_of(f"{path} is missing")
        return _StatedValue(members[name], path)

    def _object(self) -> JsonObject:
        if not isinstance(self.value, dict):
            raise self.refuse("an object")
        return self.value

    def elements(self, n: int | None = None) -> "list[_StatedValue]":
        if not isinstance(self.value, list) or n not in (None, len(self.value)):
            raise self.refuse("a list" if n is None else f"a list of {n}")
        return [_StatedValue(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.refuse("a text")
        return self.value

    def hash(self) -> str:
        if not _HASH.fullmatch(self.text()):
            raise self.refuse("a hash in hexadecimal")
        return self.text()

    def number(self) -> float:
        if not _is_finite(self.value):
            raise self.refuse("a number")
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, int) or not _is_finite(self.value):
            raise self.refuse("a whole number")
        return int(self.value)

    def whole_or_none(self) -> int | None:
        return None if self.value is None else self.whole()

    def pair(self) -> SumPair:
        first, second = self.elements(2)
        return first.number(), second.number()


def _is_finite(value: JsonValue) -> TypeGuard[float]:
    """Whether a value is a number that a float can hold, unlike NaN or a number of 400 digits."""
    return is_number(value) and abs(value) <= sys.float_info.max


def refusal_of(problem: str) -> CertificateError:
    """The error about a value that nothing can be recomputed from."""
    return CertificateError(
        f"a part is missing or of another kind ({problem}); ask for the certificate again"
    )
