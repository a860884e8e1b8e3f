"""The kind of browser of a request: enough to know one's own sessions apart, and no more."""

import re

from flask import request

# The first that matches: most browsers name several others, too.
_BROWSERS = (
    ("Edge", "Edg(e|A|iOS)?/"),
    ("Opera", "OPR/|Opera"),
    ("Cốc Cốc", "coc_coc_browser"),
    ("Samsung Internet", "SamsungBrowser/"),
    ("Firefox", "Firefox/|FxiOS/"),
    ("Chrome", "Chrome/|CriOS/"),
    ("Safari", "Version/.*Safari/"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("macOS", "Macintosh"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux|X11"),
)


def browser_kind() -> str:
    """Browser and system, such as "Firefox, Windows"; "" where the request names neither."""
    named = request.headers.get("User-Agent", "")[:500]
    kinds = (_first_match(_BROWSERS, named), _first_match(_SYSTEMS, named))
    return ", ".join(kind for kind in kinds if kind)


def _first_match(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text)), "")
