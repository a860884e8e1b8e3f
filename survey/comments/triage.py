"""Which of a campaign's comments somebody asks for, and what may be noted about one."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from survey.instrument.folding import search_key
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.themes import Theme, themes
from survey.store.comments import MaskedComment, Status

ON_A_PAGE = 20
_themes = lru_cache(maxsize=8)(themes)  # a reader turns pages of the same comments
MAX_TAGS, MAX_TAG_CHARS = 8, 40


@dataclass(frozen=True)
class Wanted:
    """What is asked for: words, a status, a tag, people dissatisfied with a criterion; "" for any."""

    words: str = ""
    status: str = ""
    tag: str = ""
    about: str = ""
    page: int = 1


@dataclass(frozen=True)
class Selection:
    """The comments asked for, which page of them is shown, and what all of the campaign's hold.

    `too_few` says that fewer people than may be shown rated the criterion low and wrote something.
    """

    found: tuple[MaskedComment, ...]
    n_all: int
    page: int
    n_pages: int
    statuses: tuple[tuple[Status, int], ...]
    tags: tuple[tuple[str, int], ...]
    themes: tuple[Theme, ...]
    too_few: bool = False

    @property
    def shown(self) -> tuple[MaskedComment, ...]:
        """The comments of the page."""
        return self.found[(self.page - 1) * ON_A_PAGE : self.page * ON_A_PAGE]

    @property
    def tag_choices(self) -> list[tuple[str, str]]:
        """The tags in use, as a list to choose from."""
        return [(tag, f"{tag} ({n})") for tag, n in self.tags]


def selected(comments: Sequence[MaskedComment], wanted: Wanted, questionnaire: Questionnaire) -> Selection:
    """The comments that hold all that is asked for. A page past the last is the last."""
    found = [comment for comment in comments if _holds(comment, wanted)]
    too_few = False
    if wanted.about:
        low = [comment for comment in comments if is_dissatisfied(comment, wanted.about, questionnaire)]
        too_few = 0 < len(low) < questionnaire.scoring.small_cell_suppression
        chosen = {comment.reference for comment in low}
        found = [] if too_few else [comment for comment in found if comment.reference in chosen]
    n_pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(max(1, wanted.page), n_pages)
    statuses = Counter(comment.status for comment in comments)
    tags = Counter(tag for comment in comments for tag in comment.tags)
    return Selection(
        found=tuple(found),
        n_all=len(comments),
        page=page,
        n_pages=n_pages,
        statuses=tuple((status, statuses[status]) for status in Status),
        tags=tuple(sorted(tags.items(), key=lambda one: (-one[1], one[0]))),
        themes=_themes(tuple(comment.text for comment in comments)),
        too_few=too_few,
    )


def _holds(comment: MaskedComment, wanted: Wanted) -> bool:
    if wanted.status and comment.status != wanted.status:
        return False
    if wanted.tag and wanted.tag not in comment.tags:
        return False
    looked_for = search_key(wanted.words)
    if not looked_for:
        return True
    return looked_for in search_key(comment.text) or looked_for in search_key(comment.note)


def is_dissatisfied(comment: MaskedComment, criterion: str, questionnaire: Questionnaire) -> bool:
    """Whether the comment's form rated the criterion on the lower half of the scale."""
    answer = comment.answers.get(criterion)
    options = [option.value for option in questionnaire.scale.options]
    return isinstance(answer, int) and answer in options[: len(options) // 2]


def tags_typed(text: str) -> tuple[str, ...]:
    """Tags as typed, separated by commas: composed, single blanks, each once."""
    composed = unicodedata.normalize("NFC", text)
    found = (" ".join(part.split()) for part in composed.split(","))
    return tuple(dict.fromkeys(tag for tag in found if tag))
