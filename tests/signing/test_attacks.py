"""Every known forgery is refused, for the right reason; and every builder really builds one."""

from __future__ import annotations

import pytest

from signing.validation.indication import Indication
from tests.signing import pki
from tests.signing.attacks.attack import ATTACKS, Attack, Bite
from tests.signing.attacks.catalogue import built, cases, report
from tests.signing.attacks.pictures import looks
from tests.signing.attacks.soundness import signer_of
from tests.signing.attacks.surgery import spans
from tests.signing.attacks.world import World

every = pytest.mark.parametrize(("attack", "maker"), cases(), ids=str)


def clean(maker: str) -> set[bytes]:
    """The files that most attacks begin with."""
    return {World(maker).sealed(pages, enclosed=enclosed) for pages in (1, 3) for enclosed in (False, True)}


def before(forged: bytes, maker: str) -> set[tuple[str, ...]]:
    """How the document looked before the attack: the clean files, with a second seal too, and every sealed revision."""
    found = {looks(pdf) for pdf in clean(maker)}
    for second in World("pyhanko"), World(maker):
        found.add(looks(second.seal(World(maker).sealed(), "other", field="Seal2", box=(60, 80, 180, 200))))
    for span in spans(forged):
        if span.end < len(forged) and signer_of(forged[: span.end]):
            found.add(looks(forged[: span.end]))
    return found


def test_names_are_unique_and_every_attack_says_what_it_does() -> None:
    names = [str(attack) for attack in ATTACKS]
    assert len(names) == len(set(names))
    assert all(attack.note for attack in ATTACKS)


@every
def test_it_is_an_attack(attack: Attack, maker: str) -> None:
    """A builder that builds nothing would be refused for nothing."""
    forged = built(attack, maker)
    if attack.bite is not Bite.NOTHING:
        assert forged not in clean(maker)
    if "need" in attack.name and "appearances" in attack.name:
        assert b"/NeedAppearances" in forged
    if attack.opens:
        assert looks(forged)
    if attack.bite is Bite.PICTURE:
        assert looks(forged) not in before(forged, maker)
    if attack.bite is Bite.NOTHING:
        assert any(signer_of(forged[: span.end]) for span in spans(forged))
    if attack.bite is Bite.SEAL:
        signer = signer_of(forged)
        assert signer is None or signer.dump() != pki.cert("company").der


@every
def test_it_is_refused_for_the_right_reason(attack: Attack, maker: str) -> None:
    found = report(attack, maker)
    assert found.indication is not Indication.TOTAL_PASSED
    assert (found.indication, found.sub_indication) in attack.expect
