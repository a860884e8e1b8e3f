"""A platform for citizen satisfaction surveys that are scored with honest confidence intervals."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from survey.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application, wired: settings, database, what every page shares, and the pages."""
    import os

    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from survey.cli import command_group
    from survey.config import for_flask, read_settings
    from survey.features import FEATURES
    from survey.store.db import Database
    from survey.web import (
        background,
        compress,
        context,
        errors,
        guards,
        inline_svg,
        limits,
        log,
        redirects,
        security,
        templates,
    )

    settings = settings or read_settings(os.environ)
    app = Flask(__name__, instance_path=str(settings.instance.resolve()))
    app.config.update(for_flask(settings))
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    context.attach(app, Database(settings.database_url), settings)
    for part in (log, compress, security, templates, errors, guards, limits, inline_svg, redirects):
        part.init(app)
    with app.app_context():
        background.attach(app, *(make() for feature in FEATURES for make in feature.background))
    for feature in FEATURES:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    app.cli.add_command(command_group(FEATURES))
    return app
