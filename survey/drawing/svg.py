"""Makes a matplotlib SVG fit for a page: named for screen readers, with nothing that a strict CSP blocks."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONT_FAMILY = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

_STYLE_BLOCK = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_EMPTY_DEFS = re.compile(r"<defs>\s*</defs>\s*")
_STYLE = re.compile(r'style="([^"]*)"')
_TAG = re.compile(r"<(?!/)[^>]+>")
_COLOUR = re.compile(r'(fill|stroke)="(#[0-9a-f]{6})"')
_GROUP_ID = re.compile(r'<g id="[^"]*"')
_ROOT = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"[^>]*>')


@dataclass(frozen=True)
class Names:
    """What a picture is called: `key` makes its ids unique on a page, the others are read aloud."""

    key: str
    title: str
    description: str


def accessible(svg: str, names: Names, colours: dict[str, str]) -> bytes:
    """The picture with title and description, every style as a presentation attribute, no outside reference.

    `colours` names the drawing's colours: a shape filled with the one named "ink" gets the class `fill-ink`,
    one outlined with it `stroke-ink`, so that a stylesheet can recolour an inline picture for the dark.
    """
    start = _ROOT.search(svg)
    if start is None:
        raise ValueError(
            "matplotlib wrote an SVG without a size in points; survey/drawing/svg.py must be adapted"
        )
    width, height = start.groups()
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' class="chart" role="img" aria-labelledby={quoteattr(f"{names.key}-title {names.key}-desc")}'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' stroke-linejoin="round" stroke-linecap="butt">'
        f'\n<title id="{names.key}-title">{escape(names.title)}</title>'
        f'\n<desc id="{names.key}-desc">{escape(names.description)}</desc>'
    )
    drawing = _EMPTY_DEFS.sub("", _STYLE_BLOCK.sub("", svg[start.end() :]))
    drawing = _GROUP_ID.sub("<g", drawing)

    def restyle(tag: re.Match[str]) -> str:
        return _with_classes(_STYLE.sub(_as_attributes, tag.group()), colours)

    drawing = _TAG.sub(restyle, drawing)
    return (root + drawing).encode()


def _as_attributes(style: re.Match[str]) -> str:
    declarations = (part.partition(":") for part in style.group(1).split(";") if part.strip())
    values = {name.strip(): value.strip() for name, _colon, value in declarations}
    if "font-family" in values:
        values["font-family"] = FONT_FAMILY
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())


def _with_classes(tag: str, colours: dict[str, str]) -> str:
    classes = [f"{part}-{colours[value]}" for part, value in _COLOUR.findall(tag) if value in colours]
    return re.sub(r"^<(\w+)", rf'<\1 class="{" ".join(classes)}"', tag) if classes else tag
