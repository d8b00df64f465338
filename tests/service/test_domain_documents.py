"""Every state × action × role of a document version, against a table written out independently of the code's."""

from __future__ import annotations

import itertools

import pytest

from certlight.errors import UsageError
from service.domain.documents import CHECKED, DOCUMENTS, FINAL, IN_LIBRARY, DocumentAction, DocumentState
from service.domain.roles import Role

# One line a state: action > where it may lead (who). E: clerk and enterprise_admin; +station, +system: these as well.
EXPECTED = """
draft            upload > scanned (E station)
                 fill > draft (E)
                 discard > discarded (E)
scanned          upload > scanned (E station)
                 remove_scan > draft scanned filled (E)
                 extract > scanned (E system)
                 fill > filled (E)
                 discard > discarded (E)
filled           upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 discard > discarded (E)
marked           upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 discard > discarded (E)
sealed           upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 check > checked_red checked_yellow checked_green (E system)
                 discard > discarded (E)
checked_red      upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 check > checked_red checked_yellow checked_green (E system)
                 discard > discarded (E)
checked_yellow   upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 check > checked_red checked_yellow checked_green (E system)
                 submit > submitted_yellow (E)
                 discard > discarded (E)
checked_green    upload > filled (E station)
                 remove_scan > draft scanned filled (E)
                 extract > filled (E system)
                 fill > filled (E)
                 mark > filled marked (E)
                 seal > sealed (E)
                 check > checked_red checked_yellow checked_green (E system)
                 submit > submitted_green (E)
                 discard > discarded (E)
submitted_yellow supplement > submitted_yellow (E)
                 renew > submitted_yellow (E)
                 supersede > superseded (system)
submitted_green  renew > submitted_green (E)
                 supersede > superseded (system)
superseded
discarded
"""

Row = tuple[frozenset[str], frozenset[str]]


def expected() -> dict[tuple[str, str], Row]:
    rows: dict[tuple[str, str], Row] = {}
    state = ""
    for line in EXPECTED.strip().splitlines():
        if not line.startswith(" "):
            state, _, line = line.partition(" ")
        if line.strip():
            action, _, rest = line.strip().partition(" > ")
            targets, _, who = rest.rstrip(")").partition(" (")
            roles = frozenset(who.replace("E", "clerk enterprise_admin").split())
            rows[state, action] = (frozenset(targets.split()), roles)
    return rows


TABLE = expected()


def test_the_expected_table_names_every_state_and_nothing_unknown() -> None:
    named = {line.split()[0] for line in EXPECTED.strip().splitlines() if not line.startswith(" ")}
    assert named == set(DocumentState)
    for (_, action), (targets, roles) in TABLE.items():
        assert action in set(DocumentAction)
        assert targets <= set(DocumentState)
        assert roles <= set(Role)


@pytest.mark.parametrize("state", DocumentState)
@pytest.mark.parametrize("role", Role)
def test_every_action_in_every_state_for_every_role(state: DocumentState, role: Role) -> None:
    for action in DocumentAction:
        row = TABLE.get((state, action))
        if row is None or role not in row[1]:
            with pytest.raises(UsageError) as refused:
                DOCUMENTS.demand(state, action, role)
            assert refused.value.code == ("state.action_impossible" if row is None else "state.role_forbidden")
            with pytest.raises(UsageError):
                DOCUMENTS.step(state, action, role)
        else:
            assert DOCUMENTS.demand(state, action, role).leads_to == row[0]


@pytest.mark.parametrize("state", DocumentState)
def test_every_target_of_every_action(state: DocumentState) -> None:
    for action, target in itertools.product(DocumentAction, [None, *DocumentState]):
        row = TABLE.get((state, action))
        if row is None:
            continue
        role = Role(min(row[1]))
        if target in row[0] or (target is None and len(row[0]) == 1):
            assert DOCUMENTS.step(state, action, role, target) == (target or next(iter(row[0])))
        else:
            with pytest.raises(ValueError, match="does not lead"):
                DOCUMENTS.step(state, action, role, target)


@pytest.mark.parametrize("state", DocumentState)
def test_the_buttons_of_a_page_are_what_may_be_done(state: DocumentState) -> None:
    for role in Role:
        allowed = {action for (where, action), (_, roles) in TABLE.items() if where == state and role in roles}
        assert set(DOCUMENTS.actions(state, role)) == allowed


def test_red_never_enters_the_library_and_what_is_in_it_never_changes() -> None:
    for (state, action), (targets, _) in TABLE.items():
        if targets & IN_LIBRARY and state not in IN_LIBRARY:
            assert (state, action) in {("checked_yellow", "submit"), ("checked_green", "submit")}
        if state in IN_LIBRARY:
            assert targets <= {state, DocumentState.SUPERSEDED}
    assert not [state for state, _ in TABLE if state in FINAL]
    assert set(CHECKED.values()) == {"checked_red", "checked_yellow", "checked_green"}


def test_nobody_outside_the_enterprise_touches_its_documents() -> None:
    outside = {Role.REVIEWER, Role.PLATFORM_ADMIN, Role.AUDITOR}
    assert not any(DOCUMENTS.actions(state, role) for state in DocumentState for role in outside)
