"""The problems of a file that somebody sent: all of them in a bounded list, on a page or on a line."""

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from survey.web.locale import N_, SOURCE_LANGUAGE, Gettext, gettext_in
from survey.web.templates import gettext, ngettext, page_with_errors

LISTED_LIMIT = 20


def shorten_list(messages: Sequence[str], translate: Gettext) -> list[str]:
    """The first messages, and how many more there are."""
    n_more = len(messages) - LISTED_LIMIT
    more = [translate(N_("and {n} more")).format(n=n_more)] if n_more > 0 else []
    return [*messages[:LISTED_LIMIT], *more]


def list_in_line(messages: Sequence[str]) -> str:
    """The messages as commands print them, which are in English."""
    return "; ".join(shorten_list(messages, gettext_in(SOURCE_LANGUAGE)))


def page_with_file_problems(
    template: str, field: str, messages: Sequence[str], **shown: object
) -> ResponseReturnValue:
    """The page of a form with what is wrong with its file: at the field, or several as a list on top."""
    if len(messages) <= 1:
        return page_with_errors(template, {field: messages[0]} if messages else {}, **shown)
    n, listed = len(messages), shorten_list(messages, gettext)
    summary = ngettext(
        "The file has %(n)s problem; nothing of it was saved",
        "The file has %(n)s problems; nothing of it was saved",
        n,
    )
    return page_with_errors(template, {field: summary % {"n": n}}, file_problems=listed, **shown)
