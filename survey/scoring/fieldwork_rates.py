"""Response, cooperation and refusal rates of fieldwork from the outcome of each person approached."""

from dataclasses import dataclass

from survey.scoring.rates import wilson

Limits = tuple[float, float]


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


@dataclass(frozen=True)
class FieldworkLimits:
    """The interval of each rate, 0..1; None where the rate has none."""

    rr1: Limits | None
    rr2: Limits | None
    rr5: Limits | None
    coop1: Limits | None
    ref1: Limits | None


def fieldwork_rates(outcomes: Dispositions) -> FieldworkRates:
    """Response rates 1, 2 and 5, cooperation rate 1, refusal rate 1.

    Source
    ------
    AAPOR (2023), Standard Definitions, 10th ed.
    """
    return FieldworkRates(
        **{name: part / whole if whole else None for name, (part, whole) in _fractions(outcomes).items()}
    )


def fieldwork_limits(outcomes: Dispositions, *, level: float = 0.95) -> FieldworkLimits:
    """Wilson's interval of each rate, from the people of its denominator.

    Source
    ------
    Wilson (1927), JASA 22, 209-212.
    """
    return FieldworkLimits(
        **{
            name: wilson(part / whole, whole, level) if whole else None
            for name, (part, whole) in _fractions(outcomes).items()
        }
    )


def _fractions(outcomes: Dispositions) -> dict[str, tuple[int, int]]:
    """The people counted by each rate, and those they are counted among."""
    answered = outcomes.complete + outcomes.partial
    eligible = answered + outcomes.refusal + outcomes.non_contact + outcomes.other
    everybody = eligible + outcomes.unknown
    return {
        "rr1": (outcomes.complete, everybody),
        "rr2": (answered, everybody),
        "rr5": (outcomes.complete, eligible),
        "coop1": (outcomes.complete, answered + outcomes.refusal + outcomes.other),
        "ref1": (outcomes.refusal, everybody),
    }
