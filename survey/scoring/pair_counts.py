"""Counts of people by answer and by pair of answers. Every figure of unweighted people follows from them.

Moments (`moments.py`) are sums over these counts. Counts are exact in any order of additions and
subtractions, and do not depend on the points of answers.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Counts, Floats
from survey.scoring.moments import Cell

_ROWS_AT_ONCE = 2048  # counts, because threads of a matrix product compete on a busy server


@dataclass(frozen=True, eq=False)
class PairCounts:
    """The counts of one cell of people.

    The code of an answer is its position on the scale, 0 .. A-1; reasons for having none are A and up.
    `marks` (Q, A + reasons) counts the codes of each criterion. `pairs` (QA, QA) counts people with answer a
    to criterion q and answer b to criterion r. `n_answered` counts people with an answer to a scored
    criterion.
    """

    n: int
    n_answered: int
    marks: Counts
    pairs: Counts

    @property
    def n_answers(self) -> int:
        """A, the number of answers of the scale."""
        return int(self.pairs.shape[0]) // max(1, int(self.marks.shape[0]))

    @property
    def raters(self) -> Counts:
        """The people with an answer on the scale, by criterion."""
        return np.asarray(self.marks[:, : self.n_answers].sum(axis=1), dtype=np.int64)

    def __add__(self, other: "PairCounts") -> "PairCounts":
        """The counts of both cells together."""
        return PairCounts(
            self.n + other.n,
            self.n_answered + other.n_answered,
            self.marks + other.marks,
            self.pairs + other.pairs,
        )

    def __neg__(self) -> "PairCounts":
        """The counts with the opposite sign."""
        return PairCounts(-self.n, -self.n_answered, -self.marks, -self.pairs)

    def __sub__(self, other: "PairCounts") -> "PairCounts":
        """The counts without the people of `other`."""
        return self + -other

    def table(self, first: int, second: int) -> Counts:
        """People by their answers to two criteria, (A, A)."""
        a = self.n_answers
        return np.asarray(self.pairs[first * a : (first + 1) * a, second * a : (second + 1) * a])

    def to_bytes(self) -> bytes:
        """The counts as compressed bytes."""
        upper = self.pairs[np.triu_indices(self.pairs.shape[0])]
        numbers = np.concatenate([[self.n, self.n_answered], self.marks.ravel(), upper])
        return zlib.compress(numbers.astype("<i4").tobytes(), 1)


def pair_counts(codes: Counts, n_answers: int, n_reasons: int, scored: Sequence[int]) -> PairCounts:
    """The counts of people from their answers.

    Parameters
    ----------
    codes : (n, Q) int, the code of each person's answer to each criterion
    n_answers, n_reasons : number of answers of the scale, and of reasons for having none
    scored : indices of the criteria that earn points
    """
    n, q = codes.shape
    marks = np.zeros((q, n_answers + n_reasons), dtype=np.int64)
    for criterion in range(q):
        marks[criterion] = np.bincount(codes[:, criterion], minlength=n_answers + n_reasons)
    # Each answer of each criterion has its own number; the last number means none.
    size = q * n_answers + 1
    numbered = np.where(codes < n_answers, codes + n_answers * np.arange(q), size - 1)
    pairs = np.zeros(size * size, dtype=np.int64)
    for start in range(0, n, _ROWS_AT_ONCE):
        chunk = numbered[start : start + _ROWS_AT_ONCE]
        pairs += np.bincount((chunk[:, :, None] * size + chunk[:, None, :]).ravel(), minlength=size * size)
    answered = int((codes[:, list(scored)] < n_answers).any(axis=1).sum())
    return PairCounts(n, answered, marks, pairs.reshape(size, size)[:-1, :-1].copy())


def from_bytes(packed: bytes, n_criteria: int, n_answers: int, n_reasons: int) -> PairCounts:
    """The counts of the bytes from `to_bytes`."""
    numbers = np.frombuffer(zlib.decompress(packed), dtype="<i4").astype(np.int64)
    n_marks, size = n_criteria * (n_answers + n_reasons), n_criteria * n_answers
    pairs = np.zeros((size, size), dtype=np.int64)
    upper = np.triu_indices(size)
    pairs[upper] = numbers[2 + n_marks :]
    pairs.T[upper] = numbers[2 + n_marks :]
    marks = numbers[2 : 2 + n_marks].reshape(n_criteria, n_answers + n_reasons)
    return PairCounts(int(numbers[0]), int(numbers[1]), marks, pairs)


def moment_cell(counts: PairCounts, shares: Sequence[float], scored: Sequence[int]) -> Cell:
    """The moments of the cell's people, each of weight one, under an answer map.

    Parameters
    ----------
    shares : share of a criterion's maximum that each answer earns, in the order of the scale
    scored : indices of the criteria that earn points
    """
    a, q = counts.n_answers, len(scored)
    selection = np.zeros((counts.pairs.shape[0], 2 * q))
    for column, criterion in enumerate(scored):
        selection[criterion * a : (criterion + 1) * a, column] = 1.0
        selection[criterion * a : (criterion + 1) * a, q + column] = shares
    first: Floats = selection.T @ counts.marks[:, :a].reshape(-1).astype(np.float64)
    spread: Floats = selection.T @ counts.pairs.astype(np.float64) @ selection
    n, answered = float(counts.n), float(counts.n_answered)
    return Cell(
        n=n,
        n_weighted=n,
        n_answered=answered,
        weight=n,
        weight_squared=n,
        answered_weight=answered,
        n_valid=first[:q],
        first=first,
        spread=spread,
        square=spread,
    )
