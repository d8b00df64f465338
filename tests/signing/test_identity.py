"""Requirement 9: the enterprise of the document must have sealed it, told by name and credit code."""

from __future__ import annotations

import functools
import zlib

import pytest

from signing.certificate import Holder
from signing.enclosure import Party
from signing.party import Match, folded, match
from signing.validation.identity import parties_of
from signing.validation.indication import Indication, SubIndication
from tests.signing import pki
from tests.signing.attacks.bases import base
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.issuing import authority, crl, issue, subject
from tests.signing.attacks.signed_data import Recipe
from tests.signing.attacks.world import World
from tests.signing.verdicts import PASSED, against, answer, notices, report, undecided, with_lists

WORLD = World("pyhanko")
COMPANY = Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE)
OTHER = Party(name=pki.OTHER_COMPANY, credit_code=pki.OTHER_CODE)
WRONG = undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
HOLDER = Holder(pki.COMPANY, pki.COMPANY_CODE, pki.COMPANY)


@functools.cache
def sealed_by(organisation: str, code: str, common_name: str | None = None) -> bytes:
    """A right seal with a certificate of the enterprise authority naming this."""
    serial = 6000 + zlib.crc32(f"{organisation}{code}{common_name}".encode()) % 100_000
    return WORLD.forged(Recipe(who=issue(subject(organisation, code, common_name), authority(), serial=serial)))


TRUST = with_lists(pki.NOW, crl(authority()))
"""A list that is also about certificates without a CRL address."""


@pytest.mark.parametrize(
    ("holder", "party", "expected"),
    [
        (HOLDER, COMPANY, Match.SAME),
        (HOLDER, Party(name=pki.COMPANY), Match.SAME),
        (HOLDER, Party(credit_code=pki.COMPANY_CODE), Match.SAME),
        (HOLDER, Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE.lower()), Match.SAME),
        (HOLDER, OTHER, Match.OTHER),
        (HOLDER, Party(name=pki.COMPANY, credit_code=pki.OTHER_CODE), Match.OTHER),
        (HOLDER, Party(name=pki.OTHER_COMPANY, credit_code=pki.COMPANY_CODE), Match.NAME_DIFFERS),
        (Holder(pki.COMPANY), COMPANY, Match.CODE_UNPROVED),
        (Holder(pki.COMPANY), Party(name=pki.COMPANY), Match.SAME),
        (Holder(pki.OTHER_COMPANY), COMPANY, Match.OTHER),
        (Holder(), COMPANY, Match.OTHER),
        (Holder(), Party(credit_code=pki.COMPANY_CODE), Match.CODE_UNPROVED),
        (Holder("Some CA", pki.COMPANY_CODE, pki.COMPANY), COMPANY, Match.SAME),
        (Holder("Some CA", "", pki.COMPANY), COMPANY, Match.OTHER),
        (Holder("", "", pki.COMPANY), Party(name=pki.COMPANY), Match.SAME),
        (Holder("江城建工集团（武汉）有限公司"), Party(name="江城建工集团(武汉) 有限公司"), Match.SAME),
        (Holder("ＡＢＣ〔中国〕有限公司"), Party(name="abc(中国)有限公司"), Match.SAME),
        (Holder("江城建工集团有限公司\u200b"), Party(name=pki.COMPANY), Match.OTHER),
        (Holder("江城建工集困有限公司"), Party(name=pki.COMPANY), Match.OTHER),
    ],
)
def test_match(holder: Holder, party: Party, expected: Match) -> None:
    assert match(holder, party) is expected


@pytest.mark.parametrize(
    ("organisation", "code", "expected", "codes"),
    [
        (pki.COMPANY, pki.COMPANY_CODE, PASSED, []),
        (pki.COMPANY, pki.OTHER_CODE, WRONG, ["seal.enterprise"]),
        (pki.OTHER_COMPANY, pki.COMPANY_CODE, WRONG, ["seal.enterprise_name"]),
        (pki.COMPANY, "none", WRONG, ["seal.enterprise_unproved"]),
        (pki.OTHER_COMPANY, pki.OTHER_CODE, WRONG, ["seal.enterprise"]),
    ],
)
def test_who_sealed(organisation: str, code: str, expected: object, codes: list[str]) -> None:
    found = report(sealed_by(organisation, code), trust=TRUST, parties=(COMPANY,))
    assert answer(found) == expected
    assert against(found.seals[0].findings) == codes
    gone = "seal.enterprise_missing" in against(found.findings)
    assert gone is (codes == ["seal.enterprise"])


def test_a_code_in_an_attribute_that_applicants_fill_in_does_not_make_an_enterprise() -> None:
    """Some authorities copy OU from the application: the victim's code there, the forger's own name above."""
    found = report(sealed_by(pki.OTHER_COMPANY, pki.COMPANY_CODE), trust=TRUST, parties=(COMPANY,))
    assert answer(found) == WRONG


def test_nobody_named_is_noted() -> None:
    found = report(WORLD.sealed(label="other"))
    assert (answer(found), notices(found.findings)) == (PASSED, ["seal.parties_unchecked"])
    assert parties_of((Party(),), (Party(),)).allowed == (), "empty parties name nobody"


def test_the_enclosed_entries_name_the_enterprise() -> None:
    assert answer(report(WORLD.sealed(enclosed=True))) == PASSED
    found = report(WORLD.sealed(enclosed=True, label="other"))
    assert answer(found) == WRONG
    assert against(found.findings) == ["seal.enterprise_missing"]
    assert found.enclosure is not None
    assert pki.COMPANY_CODE.encode() in found.enclosure


def test_the_enterprise_itself_must_have_sealed_not_only_its_partner() -> None:
    found = report(WORLD.sealed(label="other"), parties=(COMPANY, OTHER))
    assert answer(found) == WRONG
    assert against(found.findings) == ["seal.enterprise_missing"]
    both = WORLD.seal(WORLD.sealed(label="other"), field="Seal2", box=(60, 300, 180, 420))
    assert answer(report(both, parties=(COMPANY, OTHER))) == PASSED
    assert answer(report(both, parties=(COMPANY,))) == WRONG, "a stranger has countersigned"


def test_policy_and_entries_must_mean_the_same_enterprise() -> None:
    pdf = WORLD.sealed(enclosed=True)
    assert answer(report(pdf, parties=(COMPANY,))) == PASSED
    assert answer(report(pdf, parties=(Party(name=pki.COMPANY),))) == PASSED
    found = report(WORLD.sealed(enclosed=True, label="other"), parties=(OTHER,))
    assert (answer(found), against(found.findings)) == (WRONG, ["seal.parties_disagree"])
    assert against(found.seals[0].findings) == [], "the policy decides who may seal"


def test_entries_changed_after_the_seal() -> None:
    """The enclosure that counts is that of the first seal; the last revision has to hold the same."""
    pdf = WORLD.sealed(enclosed=True)
    first = report(pdf).enclosure
    with Increment(pdf) as update:
        update.replace_stream(base(enclosed=True).numbers["enclosure"], b"{}", "/Type /EmbeddedFile")
        changed = update.close()
    found = report(changed)
    assert answer(found) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert found.enclosure in (first, None)
    assert {"seal.enclosure_changed", "seal.enclosure"} & set(against(found.findings))


def test_entries_added_after_the_seal_name_nobody() -> None:
    pdf = WORLD.sealed()
    with Increment(pdf) as update:
        stream = update.new_stream(b"{}", "/Type /EmbeddedFile")
        spec = update.new(
            "<< /Type /Filespec /F (certlight-enclosure.json) /UF (certlight-enclosure.json) /AFRelationship /Data "
            f"/EF << /F {stream} /UF {stream} >> >>"
        )
        body = update.root.unparse(resolved=True).decode("latin-1")
        names = f"/AF [{spec}] /Names << /EmbeddedFiles << /Names [(certlight-enclosure.json) {spec}] >> >> >>"
        update.replace(update.root.objgen[0], body.rstrip().removesuffix(">>") + names)
        changed = update.close()
    found = report(changed)
    assert answer(found)[0] is Indication.TOTAL_FAILED
    assert found.enclosure is None


def test_folding_keeps_apart_what_is_different() -> None:
    assert folded("甲（乙）公司") == folded("甲(乙)公司") == folded(" 甲 （乙）\u3000公司 ")
    assert folded("甲乙公司") != folded("甲（乙）公司")
    assert folded("ABC Ltd.") == folded("ａｂｃ ltd.")
