"""Which parts of a breakdown are too small to show."""

from collections.abc import Mapping


def hidden_parts(counts: Mapping[str, int], minimum: int) -> frozenset[str]:
    """The parts to hide so that no part under `minimum` respondents is shown or can be found by subtraction.

    Parameters
    ----------
    counts : respondents in each part; the parts make up a whole whose own figures are shown
    minimum : fewest respondents a shown part has

    Source
    ------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4: primary and complementary suppression in a
    one-way table.
    """
    by_size = sorted((n, key) for key, n in counts.items() if n > 0)
    hidden = [key for n, key in by_size if n < minimum]
    if not hidden:
        return frozenset()
    shown = [key for n, key in by_size if n >= minimum]
    while shown and (len(hidden) == 1 or sum(counts[key] for key in hidden) < minimum):
        hidden.append(shown.pop(0))
    return frozenset(hidden)
