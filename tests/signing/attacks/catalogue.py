"""All attacks: importing a family puts its builders on the list."""

from __future__ import annotations

import functools

from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport
from signing.validation.validate import validate
from tests.signing.attacks import (
    bytes_changed,
    certificates,
    cms_forged,
    cross_references,
    fields_filled,
    forgery_of_signature,
    incremental_changes,
    overlays,
    revocation,
    riding,
    seals_tampered,
    shadows,
    timestamps,
    wrapping,
)
from tests.signing.attacks.attack import ATTACKS, Attack, Setting
from tests.signing.attacks.world import World

FAMILIES = (
    bytes_changed,
    certificates,
    cms_forged,
    cross_references,
    fields_filled,
    forgery_of_signature,
    incremental_changes,
    overlays,
    revocation,
    riding,
    seals_tampered,
    shadows,
    timestamps,
    wrapping,
)


def cases() -> list[tuple[Attack, str]]:
    """Every attack with every library whose seals it applies to."""
    return [(attack, maker) for attack in ATTACKS for maker in attack.makers]


@functools.cache
def built(attack: Attack, maker: str) -> bytes:
    """The forged file, made once."""
    return attack.build(World(maker))


@functools.cache
def report(attack: Attack, maker: str) -> SealReport:
    """What certlight says of it."""
    return validate(built(attack, maker), policy(attack.setting))


@functools.cache
def policy(setting: Setting) -> ValidationPolicy:
    """The demands under a setting, its lists made once."""
    return setting.policy()
