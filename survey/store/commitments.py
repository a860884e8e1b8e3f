"""Hashes of forms for publication, which only the receipt can verify, and a hash tree over all forms.

The tree follows RFC 6962: leaves and nodes are hashed with different first bytes, so that a leaf cannot pass
for a node. A last node without a partner moves up unchanged.
"""

from collections.abc import Sequence
from hashlib import sha256

Step = tuple[str, str]


def leaf_of(receipt_hash: str, group: str, ratings: Sequence[int | None]) -> str:
    """The leaf of one form: its respondent group and ratings, in the order of the scored criteria.

    The hash begins with the receipt code. Without its 60 random bits nobody can try which answers match.
    """
    answers = ",".join("" if rating is None else str(rating) for rating in ratings)
    return sha256(b"\x00" + f"{receipt_hash}|{group}|{answers}".encode()).hexdigest()


def root_of(leaves: Sequence[str]) -> str:
    """The root over leaves in their order; without leaves, the hash of an empty text."""
    level = [bytes.fromhex(leaf) for leaf in leaves] or [sha256(b"").digest()]
    while len(level) > 1:
        level = _next_level(level)
    return level[0].hex()


def proof_of(leaves: Sequence[str], leaf: str) -> tuple[Step, ...] | None:
    """The neighbours between a leaf and the root, each with its side; None for an unknown leaf."""
    if leaf not in leaves:
        return None
    level, index, steps = [bytes.fromhex(digest) for digest in leaves], leaves.index(leaf), []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            steps.append(("left" if neighbour < index else "right", level[neighbour].hex()))
        level, index = _next_level(level), index // 2
    return tuple(steps)


def leads_to(leaf: str, steps: Sequence[Step], root: str) -> bool:
    """Whether the neighbours lead from a leaf to this root."""
    node = bytes.fromhex(leaf)
    for side, neighbour in steps:
        other = bytes.fromhex(neighbour)
        node = _node(other, node) if side == "left" else _node(node, other)
    return node.hex() == root


def _next_level(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
