"""Response, cooperation and refusal rates of fieldwork from the outcome of each person approached."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dispositions:
    """The number of people by outcome.

    `complete`, `partial`, `refusal` (break-offs too), `non_contact` and `other` are eligible. The eligibility
    of `unknown` is not known.
    """

    complete: int
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown: int = 0

    def __post_init__(self) -> None:
        for name, count in vars(self).items():
            if count < 0:
                raise ValueError(f"{name} is {count}; a number of people is at least 0")


@dataclass(frozen=True)
class FieldworkRates:
    """AAPOR's rates, 0..1, by their standard names; None where nobody was approached."""

    rr1: float | None
    rr2: float | None
    rr5: float | None
    coop1: float | None
    ref1: float | None


def fieldwork_rates(outcomes: Dispositions) -> FieldworkRates:
    """Response rates 1, 2 and 5, cooperation rate 1, refusal rate 1.

    Source
    ------
    AAPOR (2023), Standard Definitions, 10th ed.
    """
    answered = outcomes.complete + outcomes.partial
    eligible = answered + outcomes.refusal + outcomes.non_contact + outcomes.other
    everybody = eligible + outcomes.unknown
    return FieldworkRates(
        rr1=_share(outcomes.complete, everybody),
        rr2=_share(answered, everybody),
        rr5=_share(outcomes.complete, eligible),
        coop1=_share(outcomes.complete, answered + outcomes.refusal + outcomes.other),
        ref1=_share(outcomes.refusal, everybody),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
