"""Selecting comments of a campaign, and noting what is done about one."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from survey.instrument.folding import search_key
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
    """A text, a status and a tag; "" for any. No filter uses answers: together they would tell a person's."""

    text: str = ""
    status: str = ""
    tag: str = ""
    page: int = 1


@dataclass(frozen=True)
class Selection:
    """The selected comments, the page of them to show, and counts over all comments of the campaign."""

    comments: tuple[MaskedComment, ...]
    n_all: int
    page: int
    n_pages: int
    statuses: tuple[tuple[Status, int], ...]
    tags: tuple[tuple[str, int], ...]
    themes: tuple[Theme, ...]

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


def select_comments(comments: Sequence[MaskedComment], wanted: CommentFilter) -> Selection:
    """The comments that match the filter. A page past the last is the last."""
    matches = [comment for comment in comments if _is_match(comment, wanted)]
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
    )


def _is_match(comment: MaskedComment, wanted: CommentFilter) -> bool:
    if wanted.status and comment.status != wanted.status:
        return False
    if wanted.tag and wanted.tag not in comment.tags:
        return False
    text = search_key(wanted.text)
    return not text or text in search_key(comment.text) or text in search_key(comment.note)


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
