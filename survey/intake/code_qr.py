"""A code as a QR: the address where it is typed in, with the code behind the #, which no browser sends."""

from markupsafe import Markup

from survey.web.context import public_url
from survey.web.templates import gettext as _
from survey.web.templates import language


def drawing(code: str, path: str = "/receipt") -> Markup:
    """The QR as an SVG that stands in a page; black on white, so that it is read in dark mode too."""
    import segno

    address = f"{public_url(path)}?lang={language()}#{code}"
    title = _("QR code to scan with a phone")
    qr = segno.make_qr(address, error="m")
    drawn = qr.svg_inline(border=4, scale=4, light="#fff", omitsize=True, title=title)
    return Markup(drawn)  # noqa: S704 — drawn by segno, which escapes the title
