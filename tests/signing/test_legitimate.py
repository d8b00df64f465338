"""Every form of a right seal passes: a wrong red shuts an honest firm out."""

from __future__ import annotations

import pytest

from signing.validation.indication import Indication
from signing.validation.report import Coverage, Modifications, Revocation
from signing.validation.validate import validate
from tests.signing.attacks.catalogue import policy
from tests.signing.forms import own, several, single
from tests.signing.forms.form import FORMS, Form

SOURCES = (own, several, single)


def test_names_are_unique() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_it_passes(form: Form) -> None:
    found = validate(form.build(), policy(form.setting))
    reasons = [*found.findings, *(one for seal in found.signatures for one in seal.findings)]
    told = [finding.text.en for finding in reasons if finding.indication is not Indication.TOTAL_PASSED]
    assert (found.indication, told) == (Indication.TOTAL_PASSED, [])
    assert len(found.seals) == form.seals
    for seal in found.seals:
        assert (seal.intact, seal.trusted, seal.revocation) == (True, True, Revocation.GOOD)
        assert seal.coverage is not Coverage.PARTIAL
        assert seal.modifications is not Modifications.FORBIDDEN
