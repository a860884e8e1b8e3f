"""How many people gave each answer, and each pair of answers: whole numbers from which every figure follows.

Moments (`moments.py`) of unweighted people are sums over these counts, so the counts are kept instead: they
are exact in any order of adding and taking away, and know nothing of how answers become points.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.moments import Cell

Counts = np.ndarray[Any, np.dtype[np.int64]]
_ROWS_AT_ONCE = 2048  # counted, not multiplied: threads of a matrix product fight on a busy server


@dataclass(frozen=True, eq=False)
class PairCounts:
    """The counts of one cell of people.

    Answers are coded by their place on the scale, 0 .. A-1, reasons for having none A and up. `marks`
    (Q, A + reasons) counts each code of each criterion; `pairs` (QA, QA) counts people who gave answer a to
    criterion q and answer b to criterion r. `n_answered` answered any scored criterion.
    """

    n: int
    n_answered: int
    marks: Counts
    pairs: Counts

    @property
    def n_answers(self) -> int:
        """A, the answers of the scale."""
        return int(self.pairs.shape[0]) // max(1, int(self.marks.shape[0]))

    def __add__(self, other: "PairCounts") -> "PairCounts":
        """Both cells together."""
        return self._joined(other, 1)

    def __sub__(self, other: "PairCounts") -> "PairCounts":
        """The cell without people who were in it."""
        return self._joined(other, -1)

    def _joined(self, other: "PairCounts", sign: int) -> "PairCounts":
        return PairCounts(
            self.n + sign * other.n,
            self.n_answered + sign * other.n_answered,
            self.marks + sign * other.marks,
            self.pairs + sign * other.pairs,
        )

    def table(self, first: int, second: int) -> Counts:
        """People by their answers to two criteria, (A, A)."""
        a = self.n_answers
        found: Counts = self.pairs[first * a : (first + 1) * a, second * a : (second + 1) * a]
        return found

    def to_bytes(self) -> bytes:
        """The counts, packed."""
        upper = self.pairs[np.triu_indices(self.pairs.shape[0])]
        numbers = np.concatenate([[self.n, self.n_answered], self.marks.ravel(), upper])
        return zlib.compress(numbers.astype("<i4").tobytes(), 1)


def pair_counts(codes: Counts, n_answers: int, n_reasons: int, scored: Sequence[int]) -> PairCounts:
    """The counts of people.

    Parameters
    ----------
    codes : (n, Q) int, each person's answer to each criterion by its place on the scale, or why there is none
    n_answers, n_reasons : how many answers the scale has, and how many reasons there are
    scored : the criteria that earn points, by their place
    """
    n, q = codes.shape
    marks = np.zeros((q, n_answers + n_reasons), dtype=np.int64)
    for place in range(q):
        marks[place] = np.bincount(codes[:, place], minlength=n_answers + n_reasons)
    # Each answer has a number of its own; the last number stands for none.
    size = q * n_answers + 1
    numbered = np.where(codes < n_answers, codes + n_answers * np.arange(q), size - 1)
    pairs = np.zeros(size * size, dtype=np.int64)
    for start in range(0, n, _ROWS_AT_ONCE):
        part = numbered[start : start + _ROWS_AT_ONCE]
        pairs += np.bincount((part[:, :, None] * size + part[:, None, :]).ravel(), minlength=size * size)
    answered = int((codes[:, list(scored)] < n_answers).any(axis=1).sum())
    return PairCounts(n, answered, marks, pairs.reshape(size, size)[:-1, :-1].copy())


def from_bytes(packed: bytes, n_criteria: int, n_answers: int, n_reasons: int) -> PairCounts:
    """What `to_bytes` packed."""
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
    shares : the share of a criterion's maximum each answer earns, in the order of the scale
    scored : the criteria that earn points, by their place
    """
    a, q = counts.n_answers, len(scored)
    wanted = np.zeros((counts.pairs.shape[0], 2 * q))
    for column, place in enumerate(scored):
        wanted[place * a : (place + 1) * a, column] = 1.0
        wanted[place * a : (place + 1) * a, q + column] = shares
    first: Floats = wanted.T @ counts.marks[:, :a].reshape(-1).astype(np.float64)
    spread: Floats = wanted.T @ counts.pairs.astype(np.float64) @ wanted
    n, answered = float(counts.n), float(counts.n_answered)
    return Cell(
        n=n, n_weighted=n, n_answered=answered, weight=n, weight_squared=n, answered_weight=answered,
        n_valid=first[:q], first=first, spread=spread, square=spread,
    )  # fmt: skip
