"""The answers of a form as text: for the check before sending and for viewing a form again."""

from dataclasses import dataclass

from survey.instrument.answers import Answer, Answers, Missing
from survey.instrument.pages import Page, pages
from survey.instrument.questionnaire import Criterion, Question, Questionnaire
from survey.intake.form import page_title, wording
from survey.web.locale import gettext_in


@dataclass(frozen=True)
class SummaryRow:
    """One question and its answer as text."""

    key: str
    question: str
    answer: str
    is_answered: bool
    may_be_cleared: bool


@dataclass(frozen=True)
class SummaryPage:
    """The answers under one heading."""

    title: str
    rows: tuple[SummaryRow, ...]


def summary(questionnaire: Questionnaire, answers: Answers, language: str) -> tuple[SummaryPage, ...]:
    """The answers of a form, page by page, without the questions that were not asked."""
    summary_pages = []
    for page in pages(questionnaire):
        rows = _rows(questionnaire, page, answers, language)
        if page.kind == "last":
            rows.append(_comment_row(questionnaire, answers, language))
        if rows:
            summary_pages.append(SummaryPage(page_title(page, language), tuple(rows)))
    return tuple(summary_pages)


def _rows(questionnaire: Questionnaire, page: Page, answers: Answers, language: str) -> list[SummaryRow]:
    items = [item for item in page.items if answers.values[item.key] is not Missing.NOT_ASKED]
    return [
        SummaryRow(
            key=item.key,
            question=wording(questionnaire, item, language, answers),
            answer=_answer_text(questionnaire, item, answers.values[item.key], language),
            is_answered=answers.values[item.key] is not Missing.BLANK,
            may_be_cleared=answers.values[item.key] is not Missing.BLANK
            and not (isinstance(item, Question) and item.required),
        )
        for item in items
    ]


def _comment_row(questionnaire: Questionnaire, answers: Answers, language: str) -> SummaryRow:
    comment = questionnaire.comment
    text = answers.comment or gettext_in(language)("No answer")
    is_answered = answers.comment is not None
    return SummaryRow(comment.key, comment.text.to(language), text, is_answered, is_answered)


def _answer_text(
    questionnaire: Questionnaire, item: Question | Criterion, answer: Answer, language: str
) -> str:
    if answer is Missing.BLANK:
        return gettext_in(language)("No answer")
    if isinstance(item, Question):
        return next(option.text for option in item.options if option.key == answer).to(language)
    if answer is Missing.NOT_APPLICABLE and item.not_applicable is not None:
        return item.not_applicable.to(language)
    return next(option.text for option in questionnaire.scale.options if option.value == answer).to(language)
