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
    """The most frequent themes; a single word that nearly always stands in a pair is left to the pair."""
    counts: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = {}
    for comment in comments:
        found = dict(_terms(comment))
        counts.update(found.keys())
        for key, spelling in found.items():
            spelled.setdefault(key, Counter())[spelling] += 1
    frequent = {key: n for key, n in counts.items() if n >= _FEWEST_COMMENTS}
    in_pairs: Counter[str] = Counter()
    for key, n in frequent.items():
        for word in key.split(" ") if " " in key else ():
            in_pairs[word] = max(in_pairs[word], n)
    kept = [(n, key) for key, n in frequent.items() if " " in key or n > 2 * in_pairs[key]]
    ranked = sorted(kept, key=lambda one: (-one[0], -len(one[1]), one[1]))[:_MOST]
    return tuple(Theme(spelled[key].most_common(1)[0][0], n) for n, key in ranked)


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
