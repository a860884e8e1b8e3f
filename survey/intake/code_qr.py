"""A code as a QR: the address of its page, with the code behind the #, which no browser sends."""

from markupsafe import Markup

from survey.web.hosts import public_url
from survey.web.templates import gettext as _
from survey.web.templates import language


def render_qr(code: str, path: str = "/receipt") -> Markup:
    """The QR as inline SVG, black on white so that cameras read it in dark mode too."""
    import segno

    address = f"{public_url(path)}?lang={language()}#{code}"
    title = _("QR code to scan with a phone")
    qr = segno.make_qr(address, error="m")
    svg = qr.svg_inline(border=4, scale=4, light="#fff", omitsize=True, title=title)
    return Markup(svg)  # noqa: S704 — from segno, which escapes the title
