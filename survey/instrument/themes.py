"""The themes of many comments: words and phrases by the number of comments that contain them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from survey.instrument.folding import fold

_WORD = re.compile(r"[^\W\d_]+")
_MAX_THEMES = 12
_MIN_COMMENTS = 2
# Folded syllables without a theme; a pair that contains one is ignored.
_EMPTY_SYLLABLES = (
    "a ai an and anh are as at ba be been bi boi but by ca cac can chi cho chua chung co con cua cung "
    "da dang day de den di did do duoc em for from gi had has have hay he her het his hon i in is it "
    "its khi khong la lai lam len luc luon ma me minh moi more mot my na nay nen neu nhat nhieu nhu "
    "nhung no not o of on ong or our out please qua ra rat roi sao sau se she some ta tai tham that the "
    "their them theo there they thi this to toi too tren trong tu us va van vao very vi viec voi was we "
    "were what when which who will with would xin you your "
)
_EMPTY = frozenset(_EMPTY_SYLLABLES.split())
# With these accents, as in kết quả, cán bộ or chi phí, they are parts of a theme.
_MEANT = frozenset(["cán", "chi", "chỗ", "cung", "đăng", "đầy", "độ", "mã", "nhu", "quả", "tài", "tư"])
_MASKED = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True)
class Theme:
    """A word or phrase of `n` comments in its most frequent spelling."""

    phrase: str
    n: int


def themes(comments: Iterable[str]) -> tuple[Theme, ...]:
    """The most frequent themes.

    Pairs that overlap in the same comments are one phrase. A word that is nearly always part of a pair is
    counted with the pair only.
    """
    comments_of: dict[str, set[int]] = {}
    spellings: dict[str, Counter[str]] = {}
    for index, comment in enumerate(comments):
        for key, spelling in dict(_terms(comment)).items():
            comments_of.setdefault(key, set()).add(index)
            spellings.setdefault(key, Counter())[spelling] += 1
    usual = {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}
    frequent = {key: inside for key, inside in comments_of.items() if len(inside) >= _MIN_COMMENTS}
    pairs = sorted((len(inside), key) for key, inside in frequent.items() if " " in key)
    in_pairs = {word: n for n, key in pairs for word in key.split(" ")}
    phrases = _join_pairs({usual[key]: inside for key, inside in frequent.items() if " " in key})
    single = {
        usual[key]: inside
        for key, inside in frequent.items()
        if " " not in key and len(inside) > 2 * in_pairs.get(key, 0)
    }
    ranked = sorted((phrases | single).items(), key=lambda item: (-len(item[1]), -len(item[0]), item[0]))
    return tuple(Theme(phrase, len(inside)) for phrase, inside in ranked[:_MAX_THEMES])


def _join_pairs(pairs: dict[str, set[int]]) -> dict[str, set[int]]:
    """The pairs; two that overlap in the same comments become one phrase."""
    phrases = dict(pairs)
    for pair, inside in sorted(pairs.items()):
        first, rest = pair.split(" ", 1)
        before = next(
            (p for p in phrases if p != pair and p.endswith(f" {first}") and phrases[p] == inside), None
        )
        if before is None or pair not in phrases:
            continue
        del phrases[pair], phrases[before]
        phrases[f"{before} {rest}"] = inside
    return phrases


def _terms(comment: str) -> Iterator[tuple[str, str]]:
    """Words and pairs of neighbours, as a key for comparisons and as written. Masked parts are no words."""
    for sentence in re.split(r"[.,;:!?()\[\]\n…]+", _MASKED.sub(".", comment)):
        spellings: Sequence[str] = [word.lower() for word in _WORD.findall(sentence)]
        keys = [fold(spelling) for spelling in spellings]
        for index, (key, spelling) in enumerate(zip(keys, spellings, strict=True)):
            if _is_empty(key, spelling):
                continue
            if len(key) > 3:
                yield key, spelling
            following = index + 1
            if following < len(keys) and not _is_empty(keys[following], spellings[following]):
                yield f"{key} {keys[following]}", f"{spelling} {spellings[following]}"


def _is_empty(key: str, spelling: str) -> bool:
    """Whether a syllable is without a theme."""
    return len(key) < 2 or (key in _EMPTY and spelling not in _MEANT)
