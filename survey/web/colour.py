"""Contrast, by WCAG 2.2 (luminance and ratio), and the tints made from one accent colour."""

import re

AAA = 7.0
_WHITE, _BLACK, _NIGHT = "#ffffff", "#000000", "#11181f"
_INK_AT_NIGHT = "#0c1a17"
_STEPS = 50


def is_colour(text: str) -> bool:
    """Whether the text is a colour as #rrggbb."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0..1) of the other in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _until_readable(colour: str, grounds: tuple[str, ...], towards: str) -> str:
    shades = (mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if all(contrast(shade, ground) >= AAA for ground in grounds))


def dark_enough(accent: str) -> str:
    """The accent, darkened as far as white text on it needs."""
    return _until_readable(accent, (_WHITE,), _BLACK)


def style(accent: str) -> str:
    """The style rules that replace the product's accent colour, in light and dark mode."""
    night = _until_readable(accent, (_NIGHT, _INK_AT_NIGHT), _WHITE)
    return (
        f":root{{--action:{accent};--chosen:{mix(accent, _WHITE, 0.9)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--action:{night};--on-action:{_INK_AT_NIGHT};"
        f"--chosen:{mix(night, _NIGHT, 0.85)}}}}}"
    )
