"""Other ways to fill a form in: on a phone without a network, at a shared tablet, read out by a clerk."""

import hmac
import json

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.intake import links, other_code_pages
from survey.intake.code_box import code_message
from survey.intake.links import OpenCollector
from survey.intake.rendering import FillMode, blank_document, page_script, static_text
from survey.store.fieldwork import fold_code
from survey.web.context import database, settings, today
from survey.web.guards import public
from survey.web.hosts import public_url
from survey.web.limits import WRONG_CODES, limit_failures, limit_guesses
from survey.web.modes import Mode, exit_code_for, mode_of
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("device", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.get("/sw.js")
@public
def service_worker() -> ResponseReturnValue:
    """The service worker: the queue of forms and the copies of pages."""
    page = json.dumps(render_template("intake/offline.html"), ensure_ascii=False)
    script = f"var OFFLINE_PAGE={page};\n{static_text('outbox.js', 'sw.js')}"
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@bp.get("/s/<code>/manifest.webmanifest")
@public
def manifest(code: str) -> ResponseReturnValue:
    """The web app manifest, which puts the questionnaire on a phone's home screen."""
    collector, _campaign = links.find_collector(database(), code)
    questionnaire, lang = collector.questionnaire, language()
    content = {
        "name": f"{questionnaire.title.to(lang)} – {questionnaire.organisation.to(lang)}",
        "short_name": questionnaire.title.to(lang),
        "lang": lang,
        "start_url": url_for("intake.questionnaire", code=code, lang=lang),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5d4e",
        "icons": [
            {
                "src": url_for("static", filename="intake/icon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
            }
        ],
    }
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, mimetype="application/manifest+json", headers={"Cache-Control": "max-age=3600"})


@bp.get("/s/<code>/kiosk/<token>")
@public
@limit_guesses(status=404)
def kiosk(code: str, token: str) -> ResponseReturnValue:
    """The start screen of a shared tablet."""
    collector = _collector(code, token, Mode.KIOSK)
    return _start_screen(collector, token, {})


def _start_screen(collector: OpenCollector, token: str, errors: dict[str, str]) -> ResponseReturnValue:
    questionnaire = collector.questionnaire
    return page_with_errors(
        "intake/kiosk.html",
        errors,
        code=collector.code,
        token=token,
        title=questionnaire.title,
        organisation=questionnaire.organisation.to(language()),
        minutes=questionnaire.expected_minutes,
        desk=collector.desk.to(language()),
        choices=questionnaire.languages,
        script=page_script("dom.js", "outbox.js", "waiting.js", "kiosk_start.js"),
        is_demo=collector.is_demo,
    )


@bp.get("/s/<code>/kiosk/<token>/form")
@public
@limit_guesses(status=404)
def kiosk_form(code: str, token: str) -> ResponseReturnValue:
    """The questionnaire on a shared tablet."""
    return blank_document(_collector(code, token, Mode.KIOSK), FillMode(Mode.KIOSK, token))


@bp.get("/s/<code>/kiosk/<token>/exit")
@public
def back_to_kiosk(code: str, token: str) -> ResponseReturnValue:
    """Redirect to the start screen: this address takes exit codes only."""
    return redirect(url_for("device.kiosk", code=code, token=token))


@bp.post("/s/<code>/kiosk/<token>/exit")
@public
@limit_failures(WRONG_CODES, status=422, of=lambda: request.path)  # six digits, of this tablet
def leave_kiosk(code: str, token: str) -> ResponseReturnValue:
    """Leave the start screen with the exit code, which the office's page shows to staff."""
    collector = _collector(code, token, Mode.KIOSK)
    typed = request.form.get("exit", "")
    folded = fold_code(typed).encode()
    if any(hmac.compare_digest(exit_code_for(code, key).encode(), folded) for key in settings().secret_keys):
        return redirect(url_for("intake.open_surveys"), 303)
    return _start_screen(collector, token, {"exit": _exit_message(typed)})


def _exit_message(typed: str) -> str:
    """What is wrong with an exit code.

    A code of another kind is recognised, and its page is not opened: a tablet that many people use shows no
    form of anybody, and only staff leave its mode.
    """
    other = other_code_pages.message_about(typed)
    if other is None:
        return code_message(typed, _("Exit code"), _("This is not the exit code of this tablet"))
    message, endpoint = other
    return _(message) % {"address": public_url(url_for(endpoint)).partition("://")[2]}


@bp.get("/s/<code>/assisted/<token>", endpoint=Mode.ASSISTED.value)  # as `url_for` in fieldwork names it
@public
@limit_guesses(status=404)
def assisted_form(code: str, token: str) -> ResponseReturnValue:
    """The questionnaire for a clerk who reads it out."""
    return blank_document(_collector(code, token, Mode.ASSISTED), FillMode(Mode.ASSISTED, token))


def _collector(code: str, token: str, mode: Mode) -> OpenCollector:
    """The collector, for a link of this mode that the office issued; 404 for any other."""
    if mode_of(token, code, settings().secret_keys) is not mode:
        abort(404)
    return links.open_collector(database(), code, today=today())
