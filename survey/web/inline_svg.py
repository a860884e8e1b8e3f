"""Drawings that stand in pages as SVG, each drawn once for what it is drawn from."""

import hashlib
import pickle
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app
from markupsafe import Markup

from survey.store.cache import BoundedCache

_LIMIT = 300


def init(app: Flask) -> None:
    """Give the application its cache of drawings."""
    app.extensions["inline_svg"] = BoundedCache[Markup](_LIMIT)


def inline_svg(draw: Callable[..., bytes], *arguments: object) -> Markup:
    """The drawing `draw(*arguments, "svg")`, from the cache where the same function drew the same arguments.

    `draw` is a function of a module, or a `partial` of one, and all arguments are values: the key is made of
    everything that is drawn, so nothing can be left out of it.
    """
    cache = cast(BoundedCache[Markup], current_app.extensions["inline_svg"])
    key = hashlib.sha256(pickle.dumps((draw, arguments))).digest()
    # Texts in drawings are escaped by drawing/canvas.py.
    return cache.get(key, lambda: Markup(draw(*arguments, "svg").decode()))  # noqa: S704
