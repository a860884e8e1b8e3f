"""What every template has at hand: the words of its language, numbers, dates, who is signed in."""

from datetime import datetime
from typing import Any

from flask import Flask, g, has_request_context, request, session
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy

from survey.web import guards, locale, look
from survey.web.context import settings
from survey.web.permissions import Permission

PUBLIC_BLUEPRINTS = frozenset(
    {"intake", "receipt", "later", "device", "metrics", "public_results", "api", None}
)

_FILTERS = {
    "number": locale.format_number,
    "points": locale.format_short,
    "percent": locale.format_percent,
    "day": locale.format_day,
    "clock": locale.format_time,
    "language_name": locale.language_name,
}


def init(app: Flask) -> None:
    """Teach the templates the words, numbers and dates of the request's language."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["says"] = says
    app.jinja_env.globals["Permission"] = Permission
    app.jinja_env.globals["office_name"] = look.office_name
    app.context_processor(_template_globals)
    for name, format_value in _FILTERS.items():
        app.jinja_env.filters[name] = _in_language(format_value)


def language() -> str:
    """The language of this request: asked for in the address, chosen before by an official, or default."""
    if not has_request_context():
        return locale.DEFAULT_LANGUAGE
    if "language" not in g:
        g.language = _find_language()
    return str(g.language)


def _find_language() -> str:
    asked = request.args.get("lang", "")
    is_office = request.blueprint not in PUBLIC_BLUEPRINTS
    if asked in locale.LANGUAGES:
        if is_office and session.get("language") != asked:
            session["language"] = asked
        return asked
    kept = session.get("language") if is_office else None
    return kept if kept in locale.LANGUAGES else locale.DEFAULT_LANGUAGE


def gettext(message: str) -> str:
    """The message in this request's language."""
    return locale.translations(language()).gettext(message)


def says(language: str, message: str) -> str:
    """The message in a language of its own, whatever the page's is."""
    return locale.gettext_in(language)(message)


def _ngettext(one: str, many: str, n: int) -> str:
    return locale.translations(language()).ngettext(one, many, n)


def _in_language(filter_: Any) -> Any:
    def in_this_language(value: Any, *options: Any) -> str:
        return str(filter_(_at_the_office(value), language(), *options))

    return in_this_language


def _at_the_office(value: Any) -> Any:
    """A moment on the office's clock, so that its day is the day people there had; anything else as it is."""
    return value.astimezone(settings().time_zone) if isinstance(value, datetime) else value


def _template_globals() -> dict[str, Any]:
    return {
        "language": language(),
        "languages": locale.LANGUAGES,
        "further_languages": list(locale.LANGUAGES)[1:],
        "direction": locale.direction(language()),
        "person": LocalProxy(guards.signed_in) if request.blueprint not in PUBLIC_BLUEPRINTS else None,
    }
