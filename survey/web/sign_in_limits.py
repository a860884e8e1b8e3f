"""How many wrong passwords and codes somebody may send, so that guessing is slow and shuts nobody else out.

A browser that somebody signed in with before has a count of its own for that name. All other browsers are
counted by address, by network, and together by the name: the more wrong passwords for a name, the fewer are
taken from browsers that are not known. The counts do not depend on whether there is a person of that name.
"""

from dataclasses import dataclass

from survey.store.tokens import hash_of
from survey.web.devices import known_device, name_digest
from survey.web.limits import count_failure, customer, network, refuse_over

OF_AN_ADDRESS = "20 per minute; 100 per hour"
OF_A_NETWORK = "60 per minute; 300 per hour"
OF_A_NAME = "5 per minute; 10 per 10 minutes; 20 per hour; 60 per day"
OF_A_DEVICE = "5 per minute; 30 per hour"
Count = tuple[str, tuple[str, ...]]  # limits, and the key that failures count under


@dataclass(frozen=True)
class SignInAttempt:
    """An attempt to prove who one is, and what it counts under if it fails."""

    counts: tuple[Count, ...]

    def count_failure(self) -> None:
        """Count it as a failure."""
        for limits, key in self.counts:
            count_failure(limits, key)


def begin_attempt(username: str, proof: str = "password") -> SignInAttempt:
    """An attempt for a sign-in name with a kind of proof; TooManyRequests after too many failures."""
    device = known_device(username)
    if device is not None:
        return _begin((OF_A_DEVICE, (proof, "device", device)))
    return _begin(
        (OF_AN_ADDRESS, (proof, "address", customer())),
        (OF_A_NETWORK, (proof, "network", network())),
        (OF_A_NAME, (proof, "name", name_digest(username))),
    )


def begin_attempt_of_session(token: str) -> SignInAttempt:
    """An attempt of somebody who is signed in; TooManyRequests after too many failures in this session."""
    return _begin((OF_A_DEVICE, ("session", hash_of(token))))


def _begin(*counts: Count) -> SignInAttempt:
    for limits, key in counts:
        refuse_over(limits, key)
    return SignInAttempt(counts)
