"""Selecting comments of a campaign, and noting what is done about one."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from survey.instrument.folding import search_key
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.themes import Theme, themes
from survey.store import comments as comment_store
from survey.store import fieldwork
from survey.store.comments import MaskedComment, Status
from survey.web.locale import DEFAULT_LANGUAGE
from survey.web.masks import mask_in

PAGE_SIZE = 20
_themes = lru_cache(maxsize=8)(themes)  # the pages of a list have the same comments
MAX_TAGS, MAX_TAG_CHARS = 8, 40


@dataclass(frozen=True)
class CommentFilter:
    """A text, a status, a tag, and a criterion that the writers were dissatisfied with; "" for any."""

    text: str = ""
    status: str = ""
    tag: str = ""
    about: str = ""
    page: int = 1


@dataclass(frozen=True)
class Selection:
    """The selected comments, the page of them to show, and counts over all comments of the campaign.

    `too_few`: fewer people than may be shown rated the criterion low and wrote a comment.
    """

    comments: tuple[MaskedComment, ...]
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
        return self.comments[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def tag_choices(self) -> list[tuple[str, str]]:
        """The tags in use, as a list to choose from."""
        return [(tag, f"{tag} ({n})") for tag, n in self.tags]


@dataclass(frozen=True)
class Note:
    """What an official notes about a comment."""

    status: Status
    tags: tuple[str, ...]
    text: str
    is_for_report: bool


def select_comments(
    comments: Sequence[MaskedComment], wanted: CommentFilter, questionnaire: Questionnaire
) -> Selection:
    """The comments that match the filter. A page past the last is the last."""
    matches = [comment for comment in comments if _is_match(comment, wanted)]
    too_few = False
    if wanted.about:
        low = [comment for comment in comments if is_dissatisfied(comment, wanted.about, questionnaire)]
        too_few = 0 < len(low) < questionnaire.scoring.small_cell_suppression
        low_references = {comment.reference for comment in low}
        matches = [] if too_few else [c for c in matches if c.reference in low_references]
    n_pages = max(1, -(-len(matches) // PAGE_SIZE))
    page = min(max(1, wanted.page), n_pages)
    statuses = Counter(comment.status for comment in comments)
    tags = Counter(tag for comment in comments for tag in comment.tags)
    return Selection(
        comments=tuple(matches),
        n_all=len(comments),
        page=page,
        n_pages=n_pages,
        statuses=tuple((status, statuses[status]) for status in Status),
        tags=tuple(sorted(tags.items(), key=lambda item: (-item[1], item[0]))),
        themes=_themes(tuple(comment.text for comment in comments)),
        too_few=too_few,
    )


def _is_match(comment: MaskedComment, wanted: CommentFilter) -> bool:
    if wanted.status and comment.status != wanted.status:
        return False
    if wanted.tag and wanted.tag not in comment.tags:
        return False
    text = search_key(wanted.text)
    return not text or text in search_key(comment.text) or text in search_key(comment.note)


def is_dissatisfied(comment: MaskedComment, criterion: str, questionnaire: Questionnaire) -> bool:
    """Whether the comment's form rated the criterion on the lower half of the scale."""
    answer = comment.answers.get(criterion)
    options = [option.value for option in questionnaire.scale.options]
    return isinstance(answer, int) and answer in options[: len(options) // 2]


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags as typed, separated by commas: in NFC, with single blanks, without repetitions."""
    composed = unicodedata.normalize("NFC", text)
    tags = (" ".join(part.split()) for part in composed.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def save_note(
    session: Session, key: str, reference: str, note: Note, *, person_id: int | None, now: datetime
) -> None:
    """Store what an official notes about the comment of a campaign with this reference."""
    campaign = fieldwork.campaign_by_key(session, key)
    comment = comment_store.comment_of(session, campaign.id, reference, mask_in(DEFAULT_LANGUAGE))
    noted = replace(
        comment, status=note.status, tags=note.tags, note=note.text, is_for_report=note.is_for_report
    )
    comment_store.save_mark(session, noted, person_id=person_id, now=now)
