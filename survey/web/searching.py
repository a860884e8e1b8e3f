"""Searching and sorting by words as people type them: without case and accents."""

import unicodedata


def fold(text: str) -> str:
    """A text in small letters without accents: "Nguyễn Đức" is "nguyen duc"."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def matches(wanted: str, *texts: str | None) -> bool:
    """Whether every word that is wanted stands in one of the texts."""
    searched = fold(" ".join(text for text in texts if text))
    return all(word in searched for word in fold(wanted).split())
