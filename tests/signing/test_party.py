"""Whether a certificate's holder is the enterprise a document is of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.certificate import Holder
from signing.enclosure import Party
from signing.party import same_enterprise
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE, OTHER_COMPANY


@pytest.mark.parametrize(
    ("holder", "party", "same"),
    [
        (Holder(COMPANY, COMPANY_CODE), Party(name=COMPANY, credit_code=COMPANY_CODE), True),
        (Holder("旧名公司", COMPANY_CODE), Party(name=COMPANY, credit_code=COMPANY_CODE), False),
        (Holder(COMPANY, OTHER_CODE), Party(name=COMPANY, credit_code=COMPANY_CODE), False),
        (Holder(COMPANY, COMPANY_CODE), Party(credit_code=COMPANY_CODE.lower()), True),
        (Holder(COMPANY), Party(name=COMPANY, credit_code=COMPANY_CODE), True),
        (Holder(COMPANY), Party(credit_code=COMPANY_CODE), False),
        (Holder(common_name=COMPANY), Party(name=COMPANY), True),
        (Holder(OTHER_COMPANY), Party(name=COMPANY), False),
        (Holder("甲（集团）有限公司"), Party(name="甲(集团) 有限公司"), True),
        (Holder("ＡＢＣ〔中国〕公司"), Party(name="abc（中国）公司"), True),
        (Holder("甲公司"), Party(name="甲公司第一分公司"), False),
        (Holder(), Party(), False),
        (Holder("", "", ""), Party(name=" "), False),
    ],
)
def test_same_enterprise(holder: Holder, party: Party, same: bool) -> None:
    assert same_enterprise(holder, party) is same


@given(st.text(min_size=1), st.text(min_size=1))
def test_another_code_is_never_outweighed_by_a_name(name: str, other: str) -> None:
    assert not same_enterprise(Holder(name, COMPANY_CODE, other), Party(name=name, credit_code=OTHER_CODE))
