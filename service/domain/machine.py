"""State machines as tables: one row a transition, and nothing may happen that has no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from certlight.errors import UsageError
from certlight.text import Text
from service.domain.roles import Role

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, Action]):
    """One row: in ``state``, one of ``roles`` may do ``action``, which leads to one of ``leads_to``.

    Several targets mean that the action's result decides (a check ends red, yellow or green).
    """

    state: State
    action: Action
    leads_to: frozenset[State]
    roles: frozenset[Role]


class Machine(Generic[State, Action]):
    """A table of transitions, asked before anything is changed and again when the change is recorded.

    ``noun`` is what changes state, for refusals.
    """

    def __init__(
        self,
        rows: Iterable[Transition[State, Action]],
        state_names: Mapping[State, Text],
        action_names: Mapping[Action, Text],
        noun: Text | None = None,
    ) -> None:
        self._rows: dict[tuple[State, Action], Transition[State, Action]] = {}
        self._state_names = state_names
        self._action_names = action_names
        self._noun = noun or Text("证照", "a document")
        for row in rows:
            if (row.state, row.action) in self._rows:
                raise ValueError(f"two rows for {row.state} and {row.action}")
            self._rows[row.state, row.action] = row

    @property
    def action_names(self) -> Mapping[Action, Text]:
        """What people call each action."""
        return self._action_names

    def __iter__(self) -> Iterator[Transition[State, Action]]:
        return iter(self._rows.values())

    def actions(self, state: State, role: Role) -> tuple[Action, ...]:
        """What ``role`` may do in ``state``: the buttons of a page."""
        return tuple(row.action for row in self if row.state is state and role in row.roles)

    def demand(self, state: State, action: Action, role: Role) -> Transition[State, Action]:
        """The row that allows it. Raises UsageError ``state.action_impossible`` or ``state.role_forbidden``."""
        row = self._rows.get((state, action))
        name, now, noun = self._action_names[action], self._state_names[state], self._noun
        if row is None:
            raise UsageError(
                "state.action_impossible",
                Text(f"“{now.zh}”的{noun.zh}不能{name.zh}。", f"Cannot {name.en} {noun.en} that is {now.en}."),
                Text(f"请刷新页面，查看{noun.zh}的当前状态。", "Reload the page and look at its present state."),
            )
        if role not in row.roles:
            raise UsageError(
                "state.role_forbidden",
                Text(f"您的角色不能{name.zh}。", f"Your role may not {name.en}."),
                Text("请由有权限的用户操作。", "Have somebody do it who may."),
            )
        return row

    def step(self, state: State, action: Action, role: Role, target: State | None = None) -> State:
        """The state after ``action``; ``target`` says which one where the action's result decides.

        Raises UsageError as :meth:`demand` does, ValueError for a target the row does not lead to.
        """
        row = self.demand(state, action, role)
        if target is None and len(row.leads_to) == 1:
            return next(iter(row.leads_to))
        if target not in row.leads_to:
            raise ValueError(f"{action} in {state} does not lead to {target}")
        return target
