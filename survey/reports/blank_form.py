"""The questionnaire as a form on paper: every question with its answers, in the order it is asked."""

import itertools
from collections.abc import Iterable, Iterator

from survey.drawing.formatting import quote, quote_each
from survey.drawing.report import FormQuestion, FormSection
from survey.instrument.questionnaire import Condition, Criterion, Question, Questionnaire
from survey.reports import wording
from survey.web.consent import consent_text
from survey.web.locale import gettext_in


def sections(questionnaire: Questionnaire, language: str, months: int) -> tuple[FormSection, ...]:
    """The form, section by section, its questions numbered from 1; `months` as in `consent_text`."""
    _ = gettext_in(language)
    numbers = itertools.count(1)

    def form_questions(items: Iterable[Question | Criterion]) -> Iterator[FormQuestion]:
        return (_form_question(questionnaire, item, language, next(numbers)) for item in items)

    first = [question for question in questionnaire.questions if not question.on_last_page]
    last = [question for question in questionnaire.questions if question.on_last_page]
    consent, title = (
        consent_text(questionnaire, language, months),
        questionnaire.title.to(language),
    )
    stem = questionnaire.scale.stem.to(language)
    printed = [FormSection(title, consent, tuple(form_questions(first)))]
    for section in questionnaire.sections:
        heading = section.text.to(language)
        printed.append(FormSection(heading, stem, tuple(form_questions(section.criteria))))
    others = (*form_questions(questionnaire.unscored), *form_questions(last))
    written = FormQuestion(next(numbers), questionnaire.comment.text.to(language), None, ())
    return (*printed, FormSection(_("At the end"), None, (*others, written)))


def _form_question(
    questionnaire: Questionnaire, item: Question | Criterion, language: str, number: int
) -> FormQuestion:
    """One question or criterion with the answers it offers, in the order a respondent reads them."""
    only_if = _only_if(questionnaire, item, language)
    if isinstance(item, Question):
        options = tuple(option.text.to(language) for option in item.options)
        return FormQuestion(number, item.text.to(language), only_if, options)
    options = tuple(option.text.to(language) for option in questionnaire.scale.as_offered)
    if item.not_applicable is not None:
        options = (*options, item.not_applicable.to(language))
    return FormQuestion(number, wording.criterion_label(item, language), only_if, options)


def _only_if(questionnaire: Questionnaire, item: Question | Criterion, language: str) -> str | None:
    """Who answers, in words: “question”: answer, answer."""
    needed = questionnaire.conditions(item)
    if not needed:
        return None
    _ = gettext_in(language)
    text = " · ".join(_condition_text(questionnaire, condition, language) for condition in needed)
    return _("Answer only if: %(condition)s") % {"condition": text}


def _condition_text(questionnaire: Questionnaire, condition: Condition, language: str) -> str:
    question = questionnaire.question(condition.question)
    answers = (
        option.text.to(language)
        for option in question.options
        if (option.key in condition.values) != condition.negated
    )
    return f"{quote(question.text.to(language), language)}: {quote_each(answers, language)}"
