"""The fonts of PDF files and pictures: the same files on every machine, and so the same pages.

matplotlib brings DejaVu Sans, typst brings Libertinus Serif. A language whose script both lack has a font
beside its catalogues.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from survey.web.locale import CATALOGUES

if TYPE_CHECKING:
    import typst

_BOXES = "Last Resort High-Efficiency"  # a box for a character that no other font has


@cache
def font_families() -> list[str]:
    """The fonts to look for a character in, in this order."""
    from matplotlib import font_manager

    families = []
    for path in _fonts_of_languages():
        font_manager.fontManager.addfont(path)
        families.append(font_manager.FontProperties(fname=path).get_name())
    return ["DejaVu Sans", *dict.fromkeys(families), _BOXES]


@lru_cache(maxsize=4000)
def text_width(text: str, size: float, family: str, *, bold: bool = False) -> float:
    """The width of a text in points, in a font that matplotlib has."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=family, size=size, weight="bold" if bold else "normal")
    width, _height, _descent = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


@cache
def typst_fonts() -> "typst.Fonts":
    """The same fonts for typst."""
    import matplotlib as mpl
    import typst

    folders = [Path(mpl.get_data_path()) / "fonts" / "ttf", *{path.parent for path in _fonts_of_languages()}]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def _fonts_of_languages() -> list[Path]:
    return sorted(CATALOGUES.glob("*/*.[ot]tf"))
