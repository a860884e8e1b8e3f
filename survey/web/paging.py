"""Long lists in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_ROWS = 50


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """Some rows of a list: the `number`-th page of `n_pages`, which count from 1, of `n` rows in all."""

    rows: Sequence[T]
    number: int
    n_pages: int
    n: int


def page_of(rows: Sequence[T], number: str) -> ListPage[T]:
    """The page with this number, as it stands in an address; the nearest one where there is none."""
    n_pages = max(1, -(-len(rows) // _ROWS))
    wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    chosen = min(max(wanted, 1), n_pages)
    return ListPage(rows[(chosen - 1) * _ROWS : chosen * _ROWS], chosen, n_pages, len(rows))
