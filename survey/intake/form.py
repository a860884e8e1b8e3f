"""A questionnaire as the page shows it: pages, questions, answers, and the rules that hide questions."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from survey.instrument.answers import NOT_APPLICABLE_FIELD, Answer, Answers, Missing
from survey.instrument.pages import Page, pages
from survey.instrument.questionnaire import Condition, Criterion, Question, Questionnaire
from survey.web.locale import gettext_in

_CONSENT_LINE = re.compile(r"(?:(?P<label>[^:.]{1,40}:)\s+)?(?P<text>.+)")


@dataclass(frozen=True)
class Choice:
    """One answer to tick. `is_set_apart` marks "not applicable", which is not on the scale."""

    value: str
    label: str
    is_chosen: bool
    is_set_apart: bool = False


@dataclass(frozen=True)
class TextPiece:
    """Part of a wording. `rule` (JSON, see `rule_of`) is when it shows, "" for always; `name`: its class."""

    text: str
    rule: str = ""
    name: str = ""
    is_fallback: bool = False


@dataclass(frozen=True)
class FormItem:
    """One question: its wording in pieces, its answers, and its condition as a rule and as a text."""

    key: str
    legend: tuple[TextPiece, ...]
    choices: tuple[Choice, ...]
    is_required: bool
    is_optional_question: bool
    rule: str
    only_if: str


@dataclass(frozen=True)
class FormPage:
    """A few items under one heading. `stem` stands once above ratings."""

    key: str
    title: str
    stem: str
    items: tuple[FormItem, ...]
    is_last: bool


def form_pages(questionnaire: Questionnaire, language: str, answers: Answers | None) -> tuple[FormPage, ...]:
    """Every page of the questionnaire in a language, with the answers so far."""
    return tuple(_page(questionnaire, page, language, answers) for page in pages(questionnaire))


def _page(questionnaire: Questionnaire, page: Page, language: str, answers: Answers | None) -> FormPage:
    is_ratings = any(isinstance(item, Criterion) for item in page.items)
    return FormPage(
        key=page.key,
        title=page_title(page, language),
        stem=questionnaire.scale.stem.to(language) if is_ratings else "",
        items=tuple(_item(questionnaire, item, language, answers) for item in page.items),
        is_last=page.kind == "last",
    )


def page_title(page: Page, language: str) -> str:
    """The heading of a page."""
    _ = gettext_in(language)
    names = {"visit": _("About your procedure"), "last": _("Finally")}
    title = page.section.text.to(language) if page.section else names[page.kind]
    return f"{title} ({page.part}/{page.parts})" if page.parts > 1 else title


def _item(
    questionnaire: Questionnaire, item: Question | Criterion, language: str, answers: Answers | None
) -> FormItem:
    answer = answers.values.get(item.key, Missing.BLANK) if answers else Missing.BLANK
    item_conditions = questionnaire.conditions(item)
    return FormItem(
        key=item.key,
        legend=legend(questionnaire, item, language),
        choices=tuple(_choices(questionnaire, item, language, answer)),
        is_required=isinstance(item, Question) and item.required,
        is_optional_question=isinstance(item, Question) and not item.required,
        rule=rule_of(item_conditions),
        only_if="; ".join(
            _condition_text(questionnaire, condition, language) for condition in item_conditions
        ),
    )


def rule_of(item_conditions: tuple[Condition, ...]) -> str:
    """Conditions as JSON for the page's script: [[question, [options], negated], …]; "" without any."""
    rows = [[c.question, list(c.values), int(c.negated)] for c in item_conditions]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def _condition_text(questionnaire: Questionnaire, condition: Condition, language: str) -> str:
    """A condition as a text, for browsers that can hide nothing: “question” answer, answer."""
    question = questionnaire.question(condition.question)
    labels = [
        option.text.to(language)
        for option in question.options
        if (option.key in condition.values) != condition.negated
    ]
    return f"“{question.text.to(language)}” {', '.join(labels)}"


def _choices(
    questionnaire: Questionnaire, item: Question | Criterion, language: str, answer: Answer
) -> list[Choice]:
    if isinstance(item, Question):
        return [Choice(o.key, o.text.to(language), answer == o.key) for o in item.options]
    scale = [
        Choice(str(o.value), o.text.to(language), answer == o.value) for o in questionnaire.scale.as_offered
    ]
    if item.not_applicable is None:
        return scale
    is_chosen = answer is Missing.NOT_APPLICABLE
    return [
        *scale,
        Choice(NOT_APPLICABLE_FIELD, item.not_applicable.to(language), is_chosen, is_set_apart=True),
    ]


def legend(questionnaire: Questionnaire, item: Question | Criterion, language: str) -> tuple[TextPiece, ...]:
    """The wording in pieces; where it repeats an earlier answer, one piece for each possible answer."""
    text = item.text.to(language)
    if isinstance(item, Question) or item.substitution is None:
        return (TextPiece(text),)
    question = questionnaire.question(item.substitution.question)
    before, _, after = text.partition("{" + question.key + "}")
    labels = _substituted_labels(item, question, language)
    fallback = next(iter(item.substitution.instead), None)
    variants = [
        TextPiece(
            label,
            rule_of((Condition(question.key, (option,)),)),
            f"v-{item.key}-{option}",
            option == fallback,
        )
        for option, label in labels.items()
    ]
    return (TextPiece(before), *variants, TextPiece(after))


def _substituted_labels(criterion: Criterion, question: Question, language: str) -> Mapping[str, str]:
    assert criterion.substitution is not None  # noqa: S101 — checked by the caller
    instead = criterion.substitution.instead
    labels = {option.key: lower_first(option.text.to(language)) for option in question.options}
    return {**labels, **{key: text.to(language) for key, text in instead.items()}}


def consent_blocks(consent: str) -> list[tuple[str, str]]:
    """The consent line by line: what stands before a colon at the beginning of a line, and the rest of it."""
    matches = (_CONSENT_LINE.fullmatch(line.strip()) for line in consent.splitlines())
    return [(match["label"] or "", match["text"]) for match in matches if match]


def lower_first(label: str) -> str:
    """A label as it stands inside a sentence: lower-cased, words in capitals (C/O) left alone."""
    return " ".join(word if word.isupper() else word.lower() for word in label.split(" "))


def wording(questionnaire: Questionnaire, item: Question | Criterion, language: str, answers: Answers) -> str:
    """The wording a person who gave these answers reads."""
    if isinstance(item, Question) or item.substitution is None:
        return item.text.to(language)
    question = questionnaire.question(item.substitution.question)
    chosen = answers.option(question.key) or next(iter(item.substitution.instead), "")
    label = _substituted_labels(item, question, language).get(chosen, "")
    return item.text.to(language).replace("{" + question.key + "}", label)
