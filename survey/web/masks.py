"""The labels that replace masked parts of comments."""

from collections.abc import Callable
from functools import partial

from survey.instrument.masking import Kind, mask_text
from survey.web.locale import gettext_in


def mask_in(language: str) -> Callable[[str], str]:
    """The mask of comments, with its labels in `language`."""
    _ = gettext_in(language)
    labels = {
        Kind.EMAIL: _("[e-mail address]"),
        Kind.PHONE: _("[telephone number]"),
        Kind.IDENTITY: _("[identity number]"),
        Kind.DOSSIER: _("[dossier number]"),
        Kind.NUMBER: _("[number]"),
    }
    return partial(mask_text, labels=labels)
