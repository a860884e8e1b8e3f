"""Style rules that hide what is not asked, without a script, by the server's rule (`instrument/routing.py`).

Whether an item is asked is written as selectors that are added to the form's: a list of alternatives, each a
tuple of `:has(…)` and `:not(:has(…))` that all match.
"""

import json
from collections.abc import Iterable
from itertools import product
from math import prod

from survey.instrument.pages import Page, pages
from survey.instrument.questionnaire import Condition, Criterion, Question, Questionnaire
from survey.intake.form import legend

Alternatives = list[tuple[str, ...]]

_MAX_ALTERNATIVES = 64  # of an item: beyond, it shows though it is not asked, and the server leaves it out
_MAX_RULES_PER_PAGE = 16


def skip_css(questionnaire: Questionnaire) -> str:
    """The rules of a questionnaire, for browsers that know `:has()`."""
    skips = _Skips(questionnaire)
    rules = [
        f"#f{''.join(selectors)} #q-{item.key}{{display:none}}"
        for item in questionnaire.items()
        for selectors in skips.when_not_asked(item)
    ]
    for page in pages(questionnaire):
        rules += _empty_page_rules(skips, page)
    for criterion in questionnaire.criteria:
        rules += _substitution_rules(questionnaire, skips, criterion)
    return "@supports selector(:has(*)){" + "".join(dict.fromkeys(rules)) + ".only-if{display:none}}"


class _Skips:
    """When each item of a questionnaire is asked, and when not; computed once an item."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._when_not_asked: dict[str, Alternatives] = {}
        self._when_asked: dict[str, Alternatives] = {}

    def when_not_asked(self, item: Question | Criterion) -> Alternatives:
        """One of its conditions does not hold."""
        if item.key not in self._when_not_asked:
            conditions = self._questionnaire.conditions(item)
            self._when_not_asked[item.key] = _distinct(
                way for c in conditions for way in self._ways(c, holds=False)
            )
        return self._when_not_asked[item.key]

    def when_asked(self, item: Question | Criterion) -> Alternatives:
        """Each of its conditions holds."""
        if item.key not in self._when_asked:
            ways: Alternatives = [()]
            for condition in self._questionnaire.conditions(item):
                ways = _join(ways, self.when(condition))
            self._when_asked[item.key] = ways
        return self._when_asked[item.key]

    def when(self, condition: Condition) -> Alternatives:
        """The condition holds."""
        return self._ways(condition, holds=True)

    def _ways(self, condition: Condition, *, holds: bool) -> Alternatives:
        """An answer counts while its question is asked; a negated condition holds without an answer."""
        question = self._questionnaire.question(condition.question)
        answers = ",".join(f"[name={question.key}][value={value}]:checked" for value in condition.values)
        if holds is not condition.negated:
            return [(f":has({answers})", *ways) for ways in self.when_asked(question)]
        return [(f":not(:has({answers}))",), *self.when_not_asked(question)]


def _join(first: Alternatives, second: Alternatives) -> Alternatives:
    return _distinct(one + other for one, other in product(first, second))


def _distinct(ways: Iterable[tuple[str, ...]]) -> Alternatives:
    return list(dict.fromkeys(tuple(dict.fromkeys(way)) for way in ways))[:_MAX_ALTERNATIVES]


def _empty_page_rules(skips: _Skips, page: Page) -> list[str]:
    """Hide a page's heading when none of its items is asked."""
    ways = [skips.when_not_asked(item) for item in page.items]
    if page.kind == "last" or not 0 < prod(map(len, ways)) <= _MAX_RULES_PER_PAGE:
        return []
    none: Alternatives = [()]
    for way in ways:
        none = _join(none, way)
    return [f"#f{''.join(selectors)} #s-{page.key}{{display:none}}" for selectors in none]


def _substitution_rules(questionnaire: Questionnaire, skips: _Skips, criterion: Criterion) -> list[str]:
    """Show the piece of a wording for the earlier answer, and hide the fallback."""
    rules = []
    for piece in legend(questionnaire, criterion, questionnaire.default_language):
        if not piece.name:
            continue
        key, options, _ = json.loads(piece.rule)[0]
        for selectors in skips.when(Condition(key, tuple(options))):
            form = f"#f{''.join(selectors)}"
            rules.append(f"{form} .{piece.name}{{display:inline}}")
            if not piece.is_fallback:
                rules.append(f"{form} .v-{criterion.key}.fallback{{display:none}}")
    return rules
