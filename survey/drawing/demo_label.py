"""The words that mark everything made of a demonstration."""

from survey.web.locale import gettext_in


def demo_label(language: str) -> str:
    """The words that mark every page and file of a demonstration campaign."""
    _ = gettext_in(language)
    return _("DEMONSTRATION DATA – not the result of a real survey")
