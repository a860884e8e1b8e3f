"""A platform for citizen satisfaction surveys that are scored with honest confidence intervals."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from survey.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application, wired: settings, database, what every page shares, and the pages."""
    import os

    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from survey.config import for_flask, read_settings
    from survey.store.db import Database
    from survey.web import compress, context, errors, guards, limits, log, security, templates

    settings = settings or read_settings(os.environ)
    app = Flask(__name__, instance_path=str(settings.instance.resolve()))
    app.config.update(for_flask(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    context.attach(
        app,
        Database(settings.database_url),
        context.Office(settings.secret_keys, settings.public_url, settings.time_zone, settings.mail),
    )
    for part in (log, compress, security, templates, errors, guards, limits):
        part.init(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    return app


def _blueprints() -> "tuple[Blueprint, ...]":
    """The pages and commands of every part of the work."""
    from survey import cli
    from survey.accounts import pages as accounts
    from survey.accounts import token_pages as tokens
    from survey.api import routes as api
    from survey.comments import pages as comments
    from survey.fieldwork import look_pages as look
    from survey.fieldwork import pages as fieldwork
    from survey.intake import device_pages as device
    from survey.intake import later_pages as later
    from survey.intake import pages as intake
    from survey.intake import receipt_pages as receipt
    from survey.publication import pages as publication
    from survey.publication import summary_pages as summaries
    from survey.reports import download_pages as downloads
    from survey.reports import pages as reports
    from survey.scorecards import pages as scorecards
    from survey.scorecards import plan_pages, value_pages
    from survey.web import metrics

    public = (metrics.bp, intake.bp, receipt.bp, later.bp, device.bp, publication.public_bp)
    work = (
        fieldwork.bp,
        look.bp,
        reports.bp,
        downloads.bp,
        summaries.bp,
        comments.bp,
        publication.bp,
        accounts.bp,
    )
    plan = (scorecards.bp, value_pages.bp, plan_pages.bp)
    programs = (tokens.bp, api.bp)
    return (*public, *work, *plan, *programs, cli.bp)
