"""Questionnaire ⇄ document, and the digest that is a version's identity.

The document is the YAML (or the same as JSON) of `library/`. `from_document(to_document(q)) == q`, and the
digest is taken over the document of `to_document`.
"""

import json

from survey.instrument import document
from survey.instrument.checks import problems_of
from survey.instrument.node import Node
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.questionnaire import (
    Comment,
    Condition,
    Consent,
    Criterion,
    Group,
    Option,
    Question,
    Questionnaire,
    Scale,
    ScaleOption,
    ScoringSettings,
    Section,
    Substitution,
    Text,
)
from survey.instrument.reach import problems_of_reach
from survey.json_value import JsonObject

SCHEMA_VERSION = 1
_FIELDS = (
    "schema_version",
    "instrument",
    "scale",
    "groups",
    "consent",
    "context_questions",
    "factors",
    "comment",
    "thanks",
)
_INSTRUMENT_FIELDS = (
    "key",
    "version",
    "default_lang",
    "title",
    "organisation",
    "total_points",
    "target",
    "expected_minutes",
    "group_rule",
    "when_unscored",
    "min_valid_per_cell",
    "min_group_n_for_verdict",
    "small_cell_suppression",
    "comment_max_chars",
    "min_valid_items",
)
_OTHER_MODULES = ("internal_module", "par_scorecard")  # in the same file, parsed by other modules


def questionnaire_from_yaml(text: str) -> Questionnaire:
    """The questionnaire of a YAML (or JSON) text; an InstrumentError has all problems of it."""
    return _read_root(document.parse(text))


def questionnaire_to_publish(text: str) -> Questionnaire:
    """The questionnaire of a text, which also lets each of its groups reach a score."""
    root = document.parse(text)
    questionnaire = _read(root)
    problems = [*root.problems, *problems_of(questionnaire, root.problems)]
    problems += problems_of_reach(questionnaire, problems)
    return _without_problems(questionnaire, problems)


def questionnaire_from_json(text: str) -> Questionnaire:
    """The questionnaire of a canonical document, as `to_json` writes it."""
    return from_document(json.loads(text))


def digest(questionnaire: Questionnaire) -> str:
    """The identity of a version."""
    return document.digest(to_document(questionnaire))


def to_json(questionnaire: Questionnaire) -> str:
    """The canonical document as JSON."""
    return document.canonical_json(to_document(questionnaire))


def from_document(value: object) -> Questionnaire:
    """The questionnaire of a parsed document, checked as a whole."""
    return _read_root(Node(value))


def _read_root(root: Node) -> Questionnaire:
    questionnaire = _read(root)
    return _without_problems(questionnaire, [*root.problems, *problems_of(questionnaire, root.problems)])


def _without_problems(questionnaire: Questionnaire, problems: list[DocumentProblem]) -> Questionnaire:
    if problems:
        raise InstrumentError(problems)
    return questionnaire


def _read(root: Node) -> Questionnaire:
    """The questionnaire, with stand-ins for values that `root` notes as problems."""
    fields = root.fields(required=_FIELDS, optional=("unscored_criteria", *_OTHER_MODULES))
    fields["schema_version"].integer(SCHEMA_VERSION, SCHEMA_VERSION)
    head = fields["instrument"].fields(required=_INSTRUMENT_FIELDS)
    languages = _languages(head["default_lang"], head["title"])
    if not languages:  # no text can be read, and each would be refused for the same reason
        raise InstrumentError(root.problems)
    read = _Reader(languages, fields["scale"])
    unscored = fields.get("unscored_criteria")
    return Questionnaire(
        key=head["key"].key(),
        version=head["version"].integer(1, 1_000_000),
        languages=languages,
        title=read.text(head["title"]),
        organisation=read.text(head["organisation"]),
        expected_minutes=head["expected_minutes"].integer(1, 240),
        scoring=_settings(head),
        scale=read.scale,
        groups=tuple(read.group(key, node) for key, node in sorted(fields["groups"].entries(), key=_by_key)),
        consent=read.consent(fields["consent"]),
        questions=tuple(read.question(node) for node in fields["context_questions"].list()),
        sections=tuple(read.section(node) for node in fields["factors"].list()),
        unscored=tuple(read.criterion(node) for node in unscored.list()) if unscored else (),
        comment=read.comment(fields["comment"], head["comment_max_chars"]),
        thanks=read.text(fields["thanks"]),
    )


def _by_key(entry: tuple[str, Node]) -> str:
    return entry[0]


def _languages(default: Node, title: Node) -> tuple[str, ...]:
    """The default language, then the other languages of the title, sorted by code; () where none is known."""
    languages = [key for key, _ in title.entries() if key]
    if not languages:
        return ()
    first = default.choice(*languages)
    return (first, *sorted(key for key in languages if key != first))


def _settings(head: dict[str, Node]) -> ScoringSettings:
    total = head["total_points"].number(0.01, 10_000)
    target = head["target"].fields(required=("low", "high"))
    return ScoringSettings(
        total_points=total,
        target_low=target["low"].number(0, total),
        target_high=target["high"].number(0, total),
        group_rule=head["group_rule"].choice("fixed", "pooled"),
        when_unscored=head["when_unscored"].choice("rescale", "undefined"),
        min_valid_per_cell=head["min_valid_per_cell"].integer(1, 1000),
        min_group_n_for_verdict=head["min_group_n_for_verdict"].integer(2, 1000),
        small_cell_suppression=head["small_cell_suppression"].integer(1, 1000),
        min_valid_items=head["min_valid_items"].integer(0, 1000),
    )


class _Reader:
    """Reads the parts of a document whose texts are in `languages`."""

    def __init__(self, languages: tuple[str, ...], scale: Node) -> None:
        self.languages = languages
        self.scale = self.read_scale(scale)

    def text(self, node: Node) -> Text:
        return self.texts(node.fields(required=self.languages))

    def texts(self, fields: dict[str, Node]) -> Text:
        return Text({language: fields[language].text() for language in self.languages})

    def read_scale(self, node: Node) -> Scale:
        fields = node.fields(
            required=("stem", "options", "na_default", "satisfied_values"), optional=("key", "order")
        )
        order = fields.get("order")
        return Scale(
            stem=self.text(fields["stem"]),
            options=tuple(self.scale_option(option) for option in fields["options"].list()),
            not_applicable=self.text(fields["na_default"]),
            satisfied_values=tuple(value.integer(0, 100) for value in fields["satisfied_values"].list()),
            best_first=order is None or order.choice("best_first", "worst_first") == "best_first",
        )

    def scale_option(self, node: Node) -> ScaleOption:
        fields = node.fields(required=("value", "map", *self.languages))
        return ScaleOption(fields["value"].integer(0, 100), fields["map"].number(0, 1), self.texts(fields))

    def group(self, key: str, node: Node) -> Group:
        fields = node.fields(required=("scored", "weight", *self.languages))
        return Group(key, self.texts(fields), fields["scored"].flag(), fields["weight"].number(0, 1))

    def consent(self, node: Node) -> Consent:
        fields = node.fields(
            required=("agree", "decline", *self.languages), optional=("required", "prechecked")
        )
        if "prechecked" in fields and fields["prechecked"].flag():
            fields["prechecked"].refuse(DocumentRule.CONSENT_PRESELECTED)
        if "required" in fields and not fields["required"].flag() and fields["required"].value is False:
            fields["required"].refuse(DocumentRule.CONSENT_OPTIONAL)
        text = Text({language: fields[language].lines() for language in self.languages})
        return Consent(text, self.text(fields["agree"]), self.text(fields["decline"]))

    def question(self, node: Node) -> Question:
        fields = node.fields(
            required=("key", "required", "options", *self.languages), optional=("show_if", "page")
        )
        page = fields.get("page")
        return Question(
            key=fields["key"].key(),
            text=self.texts(fields),
            options=tuple(self.option(option) for option in fields["options"].list()),
            required=fields["required"].flag(),
            show_if=self.conditions(fields.get("show_if")),
            on_last_page=page is not None and page.choice("last") == "last",
        )

    def option(self, node: Node) -> Option:
        fields = node.fields(required=("key", *self.languages))
        return Option(fields["key"].key(), self.texts(fields))

    def conditions(self, node: Node | None) -> tuple[Condition, ...]:
        return tuple(self.condition(condition) for condition in node.list()) if node else ()

    def condition(self, node: Node) -> Condition:
        fields = node.fields(required=(), optional=("q", "in", "not_in", "group"))
        if set(fields) == {"group"}:
            return Condition("respondent_group", tuple(value.key() for value in fields["group"].list()))
        if set(fields) not in ({"q", "in"}, {"q", "not_in"}):
            node.refuse(DocumentRule.CONDITION_FORM)
            return Condition("", ())
        negated = "not_in" in fields
        values = fields["not_in" if negated else "in"].list()
        return Condition(fields["q"].key(), tuple(value.key() for value in values), negated)

    def section(self, node: Node) -> Section:
        fields = node.fields(required=("key", "criteria", *self.languages))
        criteria = tuple(self.criterion(criterion) for criterion in fields["criteria"].list())
        return Section(fields["key"].key(), self.texts(fields), criteria)

    def criterion(self, node: Node) -> Criterion:
        fields = node.fields(
            required=("key", "max_points", "groups", "na_allowed", *self.languages),
            optional=("na", "show_if", "substitute", "substitute_when"),
        )
        return Criterion(
            key=fields["key"].key(),
            text=self.texts(fields),
            max_points=fields["max_points"].number(0, 10_000),
            groups=tuple(group.key() for group in fields["groups"].list()),
            not_applicable=self.not_applicable(fields),
            show_if=self.conditions(fields.get("show_if")),
            substitution=self.substitution(fields),
        )

    def not_applicable(self, fields: dict[str, Node]) -> Text | None:
        if fields["na_allowed"].flag():
            return self.text(fields["na"]) if "na" in fields else self.scale.not_applicable
        if "na" in fields and fields["na_allowed"].value is False:
            fields["na"].refuse(DocumentRule.LABEL_WITHOUT_ANSWER)
        return None

    def substitution(self, fields: dict[str, Node]) -> Substitution | None:
        if "substitute" not in fields:
            if "substitute_when" in fields:
                fields["substitute_when"].refuse(DocumentRule.SUBSTITUTE_MISSING)
            return None
        instead = fields["substitute_when"].entries() if "substitute_when" in fields else []
        return Substitution(
            fields["substitute"].key(), {key: self.text(node) for key, node in sorted(instead, key=_by_key)}
        )

    def comment(self, node: Node, max_chars: Node) -> Comment:
        fields = node.fields(required=("key", *self.languages), optional=("required",))
        if "required" in fields and fields["required"].flag():
            fields["required"].refuse(DocumentRule.COMMENT_REQUIRED)
        return Comment(fields["key"].key(), self.texts(fields), max_chars.integer(1, 10_000))


def to_document(q: Questionnaire) -> JsonObject:
    """The document that `from_document` reads back as the same questionnaire."""
    return {
        "schema_version": SCHEMA_VERSION,
        "instrument": _instrument(q),
        "scale": {
            "stem": _wordings(q.scale.stem),
            "na_default": _wordings(q.scale.not_applicable),
            "options": [{"value": o.value, "map": o.share, **_wordings(o.text)} for o in q.scale.options],
            "satisfied_values": list(q.scale.satisfied_values),
            "order": "best_first" if q.scale.best_first else "worst_first",
        },
        "groups": {g.key: {"scored": g.scored, "weight": g.weight, **_wordings(g.text)} for g in q.groups},
        "consent": {
            **_wordings(q.consent.text),
            "agree": _wordings(q.consent.agree),
            "decline": _wordings(q.consent.decline),
        },
        "context_questions": [_question(question) for question in q.questions],
        "factors": [
            {"key": s.key, **_wordings(s.text), "criteria": [_criterion(c) for c in s.criteria]}
            for s in q.sections
        ],
        **({"unscored_criteria": [_criterion(c) for c in q.unscored]} if q.unscored else {}),
        "comment": {"key": q.comment.key, **_wordings(q.comment.text)},
        "thanks": _wordings(q.thanks),
    }


def _instrument(q: Questionnaire) -> JsonObject:
    settings = q.scoring
    return {
        "key": q.key,
        "version": q.version,
        "default_lang": q.default_language,
        "title": _wordings(q.title),
        "organisation": _wordings(q.organisation),
        "total_points": settings.total_points,
        "target": {"low": settings.target_low, "high": settings.target_high},
        "expected_minutes": q.expected_minutes,
        "group_rule": settings.group_rule,
        "when_unscored": settings.when_unscored,
        "min_valid_per_cell": settings.min_valid_per_cell,
        "min_group_n_for_verdict": settings.min_group_n_for_verdict,
        "small_cell_suppression": settings.small_cell_suppression,
        "comment_max_chars": q.comment.max_chars,
        "min_valid_items": settings.min_valid_items,
    }


def _wordings(text: Text) -> dict[str, str]:
    return dict(text.translations)


def _conditions(conditions: tuple[Condition, ...]) -> JsonObject:
    rows = [{"q": c.question, ("not_in" if c.negated else "in"): list(c.values)} for c in conditions]
    return {"show_if": rows} if rows else {}


def _question(question: Question) -> JsonObject:
    return {
        "key": question.key,
        "required": question.required,
        **_wordings(question.text),
        "options": [{"key": option.key, **_wordings(option.text)} for option in question.options],
        **_conditions(question.show_if),
        **({"page": "last"} if question.on_last_page else {}),
    }


def _criterion(c: Criterion) -> JsonObject:
    fields: JsonObject = {
        "key": c.key,
        "max_points": c.max_points,
        "groups": list(c.groups),
        "na_allowed": c.not_applicable is not None,
        **_wordings(c.text),
        **_conditions(c.show_if),
    }
    if c.not_applicable is not None:
        fields["na"] = _wordings(c.not_applicable)
    if c.substitution:
        fields["substitute"] = c.substitution.question
        if c.substitution.instead:
            instead = c.substitution.instead
            fields["substitute_when"] = {key: _wordings(text) for key, text in instead.items()}
    return fields
