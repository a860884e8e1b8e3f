"""The table of the rates of fieldwork, for results and for the desks of a campaign."""

from survey.drawing.tables import Cell, Column, Table
from survey.scoring.fieldwork_rates import FieldworkLimits, FieldworkRates, Limits
from survey.web.locale import gettext_in


def rates_table(
    rates: FieldworkRates, limits: FieldworkLimits, *, is_issued_too_small: bool, language: str
) -> Table:
    """The rates with their 95% intervals, and what they mean."""
    _ = gettext_in(language)
    rows = (
        ("rr1", _("Response rate (RR1): valid of all issued"), rates.rr1, limits.rr1),
        ("rr2", _("Response rate with incomplete forms (RR2)"), rates.rr2, limits.rr2),
        (
            "coop1",
            _("Cooperation rate (COOP1): valid of those who answered or declined"),
            rates.coop1,
            limits.coop1,
        ),
        ("ref1", _("Refusal rate (REF1): declined or withdrawn of all issued"), rates.ref1, limits.ref1),
    )
    columns = (
        Column("label", _("Rate"), "text"),
        Column("rate", _("Share"), "percent"),
        Column("rate_low", _("95% interval, lower"), "percent"),
        Column("rate_high", _("95% interval, upper"), "percent"),
    )
    meaning = _(
        "The interval is how far chance alone may move a rate if as many people are approached in the same"
        " way (Wilson). It does not say that those who did not answer think alike."
    )
    source = _(
        "By AAPOR, Standard Definitions. Without the number of forms issued only cooperation is known."
    )
    too_small = _("The number of forms issued is smaller than what came of them and is not used; correct it.")
    return Table(
        "rate",
        _("Participation"),
        columns,
        tuple(row[0] for row in rows),
        tuple((label, rate, *_cells(limit)) for _key, label, rate, limit in rows),
        (source, meaning, too_small) if is_issued_too_small else (source, meaning),
    )


def _cells(limits: Limits | None) -> tuple[Cell, Cell]:
    return (None, None) if limits is None else limits
