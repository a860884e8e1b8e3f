"""What many comments speak of: words and pairs of words by the number of comments they are in."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from survey.instrument.folding import folded

_WORD = re.compile(r"[^\W\d_]+")
_MOST = 12
_FEWEST_COMMENTS = 2
# Syllables that carry no theme, folded; a pair is left out when either of it is one.
_EMPTY_WORDS = (
    "a ai an and anh are as at ba be been bi boi but by ca cac can chi cho chua chung co con cua cung "
    "da dang day de den di did do duoc em for from gi had has have hay he her het his hon i in is it "
    "its khi khong la lai lam len luc luon ma me minh moi more mot my na nay nen neu nhat nhieu nhu "
    "nhung no not o of on ong or our out please qua ra rat roi sao sau se she some ta tai tham that the "
    "their them theo there they thi this to toi too tren trong tu us va van vao very vi viec voi was we "
    "were what when which who will with would xin you your "
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


@dataclass(frozen=True)
class Theme:
    """Words that stand in `n` comments, as they are written most often."""

    words: str
    n: int


def themes(comments: Iterable[str]) -> tuple[Theme, ...]:
    """The most frequent themes.

    Pairs that overlap in the very same comments are one phrase; a word that nearly always stands in a pair is
    left to the pair.
    """
    found: dict[str, set[int]] = {}
    spelled: dict[str, Counter[str]] = {}
    for place, comment in enumerate(comments):
        for key, spelling in dict(_terms(comment)).items():
            found.setdefault(key, set()).add(place)
            spelled.setdefault(key, Counter())[spelling] += 1
    said = {key: spellings.most_common(1)[0][0] for key, spellings in spelled.items()}
    frequent = {key: places for key, places in found.items() if len(places) >= _FEWEST_COMMENTS}
    pairs = sorted((len(places), key) for key, places in frequent.items() if " " in key)
    in_pairs = {word: n for n, key in pairs for word in key.split(" ")}
    phrases = _joined({said[key]: places for key, places in frequent.items() if " " in key})
    words = {
        said[key]: places
        for key, places in frequent.items()
        if " " not in key and len(places) > 2 * in_pairs.get(key, 0)
    }
    ranked = sorted((phrases | words).items(), key=lambda one: (-len(one[1]), -len(one[0]), one[0]))
    return tuple(Theme(phrase, len(places)) for phrase, places in ranked[:_MOST])


def _joined(pairs: dict[str, set[int]]) -> dict[str, set[int]]:
    """The pairs, those that go on from one another in the same comments joined to phrases."""
    phrases = dict(pairs)
    for pair, places in sorted(pairs.items()):
        before = next((p for p in phrases if p != pair and p.endswith(f" {pair.split(' ')[0]}")
                       and phrases[p] == places), None)  # fmt: skip
        if before is None or pair not in phrases:
            continue
        del phrases[pair], phrases[before]
        phrases[f"{before} {pair.split(' ', 1)[1]}"] = places
    return phrases


def _terms(comment: str) -> Iterator[tuple[str, str]]:
    """Words and pairs of neighbours, as compared and as written; what is masked is no word."""
    for sentence in re.split(r"[.,;:!?()\[\]\n…]+", comment):
        words: Sequence[str] = _WORD.findall(sentence)
        keys = [folded(word) for word in words]
        for place, (key, word) in enumerate(zip(keys, words, strict=True)):
            if key in _EMPTY or len(key) < 2:
                continue
            if len(key) > 3:
                yield key, word.lower()
            following = place + 1
            if following < len(words) and keys[following] not in _EMPTY and len(keys[following]) > 1:
                yield f"{key} {keys[following]}", f"{word} {words[following]}".lower()
