"""The fonts of PDF files and pictures: the same files on every machine, and so the same pages.

matplotlib brings DejaVu Sans, typst brings Libertinus Serif. A language whose script both lack has a font
beside its catalogues.
"""

from functools import cache
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


@cache
def typst_fonts() -> "typst.Fonts":
    """The same fonts for typst."""
    import matplotlib as mpl
    import typst

    folders = [Path(mpl.get_data_path()) / "fonts" / "ttf", *{path.parent for path in _fonts_of_languages()}]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def _fonts_of_languages() -> list[Path]:
    return sorted(CATALOGUES.glob("*/*.[ot]tf"))
