"""Every state × action × role of a push, against a table written out independently of the code's."""

from __future__ import annotations

import pytest

from certlight.errors import UsageError
from service.domain.pushes import PUSHES, PushAction, PushState
from service.domain.roles import Role

ENTERPRISE = {"clerk", "enterprise_admin"}
TABLE: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("waiting", "claim"): ("claimed", {"reviewer"}),
    ("waiting", "withdraw"): ("withdrawn", ENTERPRISE),
    ("claimed", "release"): ("waiting", {"reviewer"}),
    ("claimed", "expire"): ("waiting", {"system"}),
    ("claimed", "approve"): ("approved", {"reviewer"}),
    ("claimed", "reject"): ("rejected", {"reviewer"}),
    ("claimed", "request_revision"): ("revision", {"reviewer"}),
}


@pytest.mark.parametrize("state", PushState)
@pytest.mark.parametrize("role", Role)
def test_every_action_in_every_state_for_every_role(state: PushState, role: Role) -> None:
    for action in PushAction:
        row = TABLE.get((state, action))
        if row is not None and role in row[1]:
            assert PUSHES.step(state, action, role) == row[0]
            continue
        with pytest.raises(UsageError) as refused:
            PUSHES.step(state, action, role)
        assert refused.value.code == ("state.action_impossible" if row is None else "state.role_forbidden")


def test_what_was_decided_or_withdrawn_stays_so() -> None:
    for state in (PushState.APPROVED, PushState.REJECTED, PushState.REVISION, PushState.WITHDRAWN):
        assert not any(PUSHES.actions(state, role) for role in Role)


def test_the_table_names_every_action_and_state() -> None:
    assert {action for _, action in TABLE} == set(PushAction)
    assert {state for state, _ in TABLE} | {after for after, _ in TABLE.values()} == set(PushState)
