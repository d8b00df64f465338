"""What an attack is, what it is expected to end in, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from signing.enclosure import Party
from signing.trust.material import TrustMaterial
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from tests.signing import pki
from tests.signing.attacks.world import World


class Bite(StrEnum):
    """What an attack changes; the tests check that it really does."""

    PICTURE = "picture"
    """The pages look different from what was sealed."""
    MEANING = "meaning"
    """Something besides the look of the pages is different: attachment, metadata, field value, further objects."""
    SEAL = "seal"
    """The seal itself is broken, missing or somebody else's."""
    NOTHING = "nothing"
    """The file is as it should be: time, evidence or purpose speak against it."""


@dataclass(frozen=True)
class Setting:
    """Under what a file is looked at."""

    at: datetime = pki.NOW
    trust: Callable[[datetime], TrustMaterial] = pki.material
    parties: tuple[Party, ...] = ()

    def policy(self) -> ValidationPolicy:
        """The same for the validator."""
        return ValidationPolicy(trust=self.trust(self.at), at=self.at, parties=self.parties)


Builder = Callable[[World], bytes]
Expectation = frozenset[tuple[Indication, SubIndication]]
"""The answers that are right: several where two things are wrong at once, or where the standard leaves it open."""
PLAIN: Final = Setting()
BOTH: Final = ("pyhanko", "endesive")


@dataclass(frozen=True)
class Attack:
    """One forgery: how to build it from a clean sealed file, and the only answers that are right."""

    name: str
    family: str
    build: Builder
    expect: Expectation
    note: str
    bite: Bite
    makers: tuple[str, ...] = BOTH
    """The libraries whose seals it is tried on."""
    setting: Setting = field(default=PLAIN, compare=False)
    opens: bool = True
    """pdfium still shows the file."""

    def __str__(self) -> str:
        return f"{self.family}-{self.name}"


ATTACKS: Final[list[Attack]] = []


def attack(
    family: str,
    expect: Expectation,
    bite: Bite,
    *,
    name: str = "",
    makers: tuple[str, ...] = BOTH,
    setting: Setting = PLAIN,
    opens: bool = True,
    note: str = "",
) -> Callable[[Builder], Builder]:
    """Put a builder on the list; its docstring is the note, its name the attack's."""

    def register(build: Builder) -> Builder:
        told = note or " ".join((build.__doc__ or "").split())
        title = name or build.__name__.strip("_").replace("_", "-")
        ATTACKS.append(Attack(title, family, build, expect, told, bite, makers, setting, opens))
        return build

    return register


def failed(*reasons: SubIndication) -> Expectation:
    """TOTAL-FAILED for one of these reasons."""
    return frozenset((Indication.TOTAL_FAILED, reason) for reason in reasons)


def undecided(*reasons: SubIndication) -> Expectation:
    """INDETERMINATE for one of these reasons."""
    return frozenset((Indication.INDETERMINATE, reason) for reason in reasons)


FORMAT: Final = failed(SubIndication.FORMAT_FAILURE)
HASH: Final = failed(SubIndication.HASH_FAILURE)
FORMAT_OR_HASH: Final = FORMAT | HASH
"""For files whose form and digest are both wrong: what is found first depends on the order of the checks."""
VALUE: Final = failed(SubIndication.SIG_CRYPTO_FAILURE)
BROKEN: Final = FORMAT_OR_HASH | VALUE
NO_CHAIN: Final = undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
