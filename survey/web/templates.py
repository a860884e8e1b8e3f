"""Globals and filters of templates: messages, numbers and dates in the page's language, who is signed in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Flask, g, has_request_context, render_template, request, session
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from werkzeug.local import LocalProxy

from survey.web import contact_links, guards, locale, look
from survey.web.context import settings
from survey.web.permissions import Permission

PUBLIC_BLUEPRINTS = frozenset(
    {"intake", "receipt", "later", "device", "metrics", "public_results", "api", None}
)

_FILTERS: dict[str, Callable[..., str]] = {
    "number": locale.format_number,
    "points": locale.format_short,
    "percent": locale.format_percent,
    "day": locale.format_day,
    "clock": locale.format_time,
    "language_name": locale.language_name,
}


def init(app: Flask) -> None:
    """Set up the environment of the templates."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["translate"] = translate
    app.jinja_env.globals["translate_plural"] = translate_plural
    app.jinja_env.globals["words_lang"], app.jinja_env.globals["text_lang"] = _words_lang, _text_lang
    app.jinja_env.globals["office_text"] = _office_text
    app.jinja_env.globals["Permission"] = Permission
    app.jinja_env.globals["may_part"] = guards.may_part
    app.jinja_env.globals["office_name"] = look.office_name
    app.context_processor(_template_globals)
    app.jinja_env.filters["phone_link"] = contact_links.phone_link
    app.jinja_env.filters["mail_link"] = contact_links.mail_link
    for name, format_value in _FILTERS.items():
        app.jinja_env.filters[name] = _in_language(format_value)


def language() -> str:
    """The language of this request: of the query string, else an official's last choice, else the default."""
    if not has_request_context():
        return locale.DEFAULT_LANGUAGE
    if "language" not in g:
        g.language = _find_language()
    return str(g.language)


def interface_language() -> str:
    """The language of the interface's own messages on this page: the nearest to the page's."""
    return locale.interface_language(language())


def offer_languages(languages: Sequence[str]) -> None:
    """Make a questionnaire's languages those of the page, not the interface's; the default is first."""
    g.offered_languages = {code: locale.own_name(code) for code in languages}
    requested = request.args.get("lang", "")
    g.language = requested if requested in languages else languages[0]


def _find_language() -> str:
    requested = request.args.get("lang", "")
    is_office = request.blueprint not in PUBLIC_BLUEPRINTS
    if requested in locale.LANGUAGES:
        if is_office and session.get("language") != requested:
            session["language"] = requested
        return requested
    chosen = session.get("language") if is_office else None
    return chosen if chosen in locale.LANGUAGES else locale.DEFAULT_LANGUAGE


def gettext(message: str) -> str:
    """The message in this request's language."""
    return locale.translations(language()).gettext(message)


def _words_lang() -> Markup:
    """The attribute of words of the interface on a page in a language it lacks; "" on most pages."""
    own = interface_language()
    return Markup("") if own == language() else Markup(' lang="{}"').format(own)


def _text_lang() -> Markup:
    """The attribute of a questionnaire's text on a page of the interface's words; "" on most pages."""
    is_same = interface_language() == language()
    return Markup("") if is_same else Markup(' lang="{}"').format(language().replace("_", "-"))


def _office_text(text: str) -> Markup:
    """What officials type once, in the office's language, as contact details; marked so on other pages."""
    if language() == locale.DEFAULT_LANGUAGE:
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(locale.DEFAULT_LANGUAGE, text)


def translate(language: str, message: str) -> str:
    """The message in a language that may differ from the page's."""
    return locale.gettext_in(language)(message)


def translate_plural(language: str, one: str, many: str, n: int) -> str:
    """The message about n things in a language that may differ from the page's."""
    return locale.ngettext_in(language)(one, many, n)


def ngettext(one: str, many: str, n: int) -> str:
    """The message about n things in this request's language, in the form that n takes there."""
    return locale.ngettext_in(language())(one, many, n)


def _in_language(filter_: Callable[..., str]) -> Callable[..., str]:
    def in_this_language(value: object, *options: object) -> str:
        return str(filter_(_at_the_office(value), interface_language(), *options))

    return in_this_language


def _at_the_office(value: object) -> object:
    """A moment in the office's time zone, so that its day is the day there; anything else unchanged."""
    return value.astimezone(settings().time_zone) if isinstance(value, datetime) else value


def _template_globals() -> dict[str, object]:
    is_office = request.blueprint not in PUBLIC_BLUEPRINTS
    return {
        "language": language(),
        "languages": g.get("offered_languages", locale.LANGUAGES),
        "interface_language": interface_language(),
        "further_languages": list(locale.LANGUAGES)[1:],
        "direction": locale.direction(language()),
        "person": LocalProxy(guards.signed_in_official) if is_office else None,
    }


def page_with_errors(template: str, errors: Mapping[str, str], **shown: object) -> ResponseReturnValue:
    """The page of a form with what is wrong by field; its status is 422 where anything is."""
    return render_template(template, errors=errors, **shown), 422 if errors else 200
