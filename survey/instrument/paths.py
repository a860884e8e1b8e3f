"""The paths through a questionnaire: which criteria one respondent can be asked, found in a bounded search.

A set of items is an integer with a bit for each: the questions in the order in which they are asked, then the
criteria. An answer takes away the items that are no longer asked after it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from survey.instrument.questionnaire import GROUP_QUESTION, Condition, Question, Questionnaire

MAX_STEPS = 200_000  # of all searches in one questionnaire: about a second
_TESTS_A_STEP = 8  # tests of a condition that take as long as a step of a search


class TooManyPathsError(Exception):
    """The search has come to its limit and proves nothing."""


class Paths:
    """What respondents of a questionnaire can be asked. All its searches share one limit of steps."""

    def __init__(self, q: Questionnaire, max_steps: int = MAX_STEPS) -> None:
        self._steps = max_steps
        questions = [item for item in q.items() if isinstance(item, Question)]
        keys = [*(question.key for question in questions), *(criterion.key for criterion in q.criteria)]
        self._keys = keys
        self._bits = {key: 1 << index for index, key in enumerate(keys)}
        conditions = dict(q.conditions_by_key)
        self._spend(sum(map(len, conditions.values())))
        self._behind = self._find_questions_behind(conditions)
        self._branches = self._find_branches(questions, conditions)

    def find_most(self, group: str, criteria: Collection[str], enough: int) -> frozenset[str]:
        """Most of the criteria that one respondent of a group is asked, or some as soon as they are `enough`.

        Raises
        ------
        TooManyPathsError
            The limit of steps is reached before the answer.
        """
        start, _certain = self._start(group)
        together = 0
        for questions, part in self._independent(self._set(criteria) & start):
            missing = enough - together.bit_count()
            if missing > 0:
                together |= self._search(start, questions, part, missing)
        return self._names(together)

    def find_reachable(self, group: str, criteria: Collection[str]) -> frozenset[str]:
        """The criteria that some respondent of a group is asked; TooManyPathsError as of `find_most`."""
        start, certain = self._start(group)
        wanted = self._set(criteria) & start
        reached = wanted & certain
        for questions, part in self._independent(wanted & ~certain):
            rest = part
            while rest and (some := self._search(start, questions, rest, enough=1)):
                rest &= ~some
                reached |= some
        return self._names(reached)

    def _set(self, keys: Collection[str]) -> int:
        self._spend(len(keys) // _TESTS_A_STEP)
        return _union(self._bits[key] for key in keys)

    def _names(self, items: int) -> frozenset[str]:
        return frozenset(self._keys[index] for index in _indexes(items))

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooManyPathsError

    def _start(self, group: str) -> tuple[int, int]:
        """The items that a group can be asked as far as single questions decide, and those it certainly can.

        An item is certain if each question has an answer after which it is not lost: who answers so is asked
        every question that it needs. Only an item that needs a required question not to be asked is neither
        lost nor certain.
        """
        lost = self._branches[self._index_of_group].find_lost_after(group)
        start = ((1 << len(self._keys)) - 1) & ~lost
        possible = certain = start
        for index, branches in enumerate(self._branches):
            if index == self._index_of_group:
                continue
            losses = branches.find_losses(is_asked=bool(start >> index & 1))
            self._spend(1 + len(losses) // _TESTS_A_STEP)
            remaining = _union(start & ~lost for lost in losses)
            certain &= remaining
            possible &= remaining | ~branches.without_answer
        return possible, certain

    @property
    def _index_of_group(self) -> int:
        return self._bits[GROUP_QUESTION].bit_length() - 1

    def _find_questions_behind(self, conditions: dict[str, tuple[Condition, ...]]) -> list[int]:
        """For each item the questions that decide, directly or through others, whether it is asked.

        Besides that of the group, whose answer is known.
        """
        behind: list[int] = []
        for key in self._keys:
            questions = self._set({c.question for c in conditions[key]} - {GROUP_QUESTION})
            for index in _indexes(questions):
                questions |= behind[index]
            behind.append(questions)
        return behind

    def _find_branches(
        self, questions: Sequence[Question], conditions: dict[str, tuple[Condition, ...]]
    ) -> list["_Branches"]:
        """For each question its answers. Later questions are first: what is lost with them is then known."""
        items_by_condition: dict[str, dict[tuple[frozenset[str], bool], int]] = {}
        for key in self._keys:
            for c in conditions[key]:
                items = items_by_condition.setdefault(c.question, {})
                rule = (frozenset(c.values), c.negated)
                items[rule] = items.get(rule, 0) | self._bits[key]
        needing, n = [0] * len(questions), len(questions)
        branches: list[_Branches] = []
        for index in reversed(range(n)):
            rules = items_by_condition.get(questions[index].key, {})
            for rule, direct in rules.items():
                for later in _indexes(direct & ((1 << n) - 1)):
                    rules[rule] |= needing[later]
                if not rule[1]:  # a condition that holds after an answer only
                    needing[index] |= rules[rule]
            branches.append(_Branches(questions[index], rules, self._spend))
        return branches[::-1]

    def _independent(self, criteria: int) -> list[tuple[int, int]]:
        """The criteria in parts that depend on no common question, each after the questions behind it."""
        by_questions: dict[int, int] = {}
        for index in _indexes(criteria):
            questions = self._behind[index]
            by_questions[questions] = by_questions.get(questions, 0) | 1 << index
        parts: list[tuple[int, int]] = []
        for questions, members in by_questions.items():
            self._spend(1 + len(parts) // _TESTS_A_STEP)
            common = [part for part in parts if part[0] & questions]
            parts = [part for part in parts if not part[0] & questions] if common else parts
            joined = [(questions, members), *common]
            parts.append((_union(part[0] for part in joined), _union(part[1] for part in joined)))
        return parts

    def _search(self, start: int, questions: int, criteria: int, enough: int) -> int:
        """Most of the criteria that can be asked at once, or the first that are `enough`.

        What can be asked after some questions depends on the items that are left only, not on the answers by
        which it came to be, so that no such set is followed twice.
        """
        order, best = list(_indexes(questions)), 0
        seen: set[tuple[int, int]] = set()
        waiting = [(0, start & (questions | criteria))]
        while waiting:
            n_answered, items = waiting.pop()
            if (items & criteria).bit_count() <= best.bit_count() or (n_answered, items) in seen:
                continue
            if n_answered == len(order):
                best = items & criteria
                if best.bit_count() >= enough:
                    break
                continue
            seen.add((n_answered, items))
            index = order[n_answered]
            rest, losses = (
                items & ~(1 << index),
                self._branches[index].find_losses(is_asked=bool(items >> index & 1)),
            )
            choices = dict.fromkeys(rest & ~lost for lost in losses)
            self._spend(1 + len(losses) // _TESTS_A_STEP + items.bit_length() // 500)
            best_last = sorted(choices, key=lambda left: ((left & criteria).bit_count(), left.bit_count()))
            waiting += ((n_answered + 1, left) for left in best_last)
        return best


class _Branches:
    """The answers to a question, those as one that lead to the same; each with the items it takes away."""

    def __init__(
        self, question: Question, rules: dict[tuple[frozenset[str], bool], int], spend: Callable[[int], None]
    ) -> None:
        self._is_required = question.required
        signatures = {option.key: 0 for option in question.options}
        for number, (values, _negated) in enumerate(rules):
            for value in values & signatures.keys():
                signatures[value] |= 1 << number
        distinct = list(dict.fromkeys((0, *signatures.values())))
        spend(len(distinct) * len(rules) // _TESTS_A_STEP)
        losses = {signature: _find_lost(signature, rules) for signature in distinct}
        self.without_answer = losses[0]
        self._by_option = {key: losses[signature] for key, signature in signatures.items()}
        self._by_answer = list(dict.fromkeys(self._by_option.values()))

    def find_lost_after(self, option: str) -> int:
        """The items that are not asked after an option."""
        return self._by_option[option]

    def find_losses(self, *, is_asked: bool) -> list[int]:
        """The items that are not asked after each answer, without twins."""
        if not is_asked:
            return [self.without_answer]
        return self._by_answer if self._is_required else [*self._by_answer, self.without_answer]


def _find_lost(signature: int, rules: dict[tuple[frozenset[str], bool], int]) -> int:
    """The items whose conditions do not hold after the answers that the conditions in `signature` name."""
    items = 0
    for number, ((_values, negated), of_rule) in enumerate(rules.items()):
        if bool(signature >> number & 1) is negated:
            items |= of_rule
    return items


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def _indexes(items: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    while items:
        lowest = items & -items
        yield lowest.bit_length() - 1
        items ^= lowest
