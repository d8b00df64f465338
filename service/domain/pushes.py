"""The life of a push: a document of the library, sent to a regulator's domain for verification (推送核验)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from certlight.text import Text
from service.domain.machine import Machine, Transition
from service.domain.roles import ENTERPRISE, Role


class PushState(StrEnum):
    """Where a push stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    """A reviewer has it on the desk; claims expire."""
    APPROVED = "approved"
    REJECTED = "rejected"
    REVISION = "revision"
    """Sent back to be supplemented or renewed."""
    WITHDRAWN = "withdrawn"


class PushAction(StrEnum):
    """What may be done to a push."""

    CLAIM = "claim"
    RELEASE = "release"
    EXPIRE = "expire"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_REVISION = "request_revision"
    WITHDRAW = "withdraw"


_S, _A = PushState, PushAction
_REVIEWER: Final = frozenset({Role.REVIEWER})

STATE_NAMES: Final = {
    _S.WAITING: Text("待核验", "waiting"),
    _S.CLAIMED: Text("核验中", "being reviewed"),
    _S.APPROVED: Text("核验通过", "approved"),
    _S.REJECTED: Text("核验不通过", "rejected"),
    _S.REVISION: Text("退回修改", "sent back"),
    _S.WITHDRAWN: Text("已撤回", "withdrawn"),
}

PUSHES: Final = Machine(
    [
        Transition(_S.WAITING, _A.CLAIM, frozenset({_S.CLAIMED}), _REVIEWER),
        Transition(_S.WAITING, _A.WITHDRAW, frozenset({_S.WITHDRAWN}), ENTERPRISE),
        Transition(_S.CLAIMED, _A.RELEASE, frozenset({_S.WAITING}), _REVIEWER),
        Transition(_S.CLAIMED, _A.EXPIRE, frozenset({_S.WAITING}), frozenset({Role.SYSTEM})),
        Transition(_S.CLAIMED, _A.APPROVE, frozenset({_S.APPROVED}), _REVIEWER),
        Transition(_S.CLAIMED, _A.REJECT, frozenset({_S.REJECTED}), _REVIEWER),
        Transition(_S.CLAIMED, _A.REQUEST_REVISION, frozenset({_S.REVISION}), _REVIEWER),
    ],
    STATE_NAMES,
    {
        _A.CLAIM: Text("领取", "claim"),
        _A.RELEASE: Text("放回", "release"),
        _A.EXPIRE: Text("收回", "take back"),
        _A.APPROVE: Text("通过", "approve"),
        _A.REJECT: Text("不通过", "reject"),
        _A.REQUEST_REVISION: Text("退回修改", "send back"),
        _A.WITHDRAW: Text("撤回", "withdraw"),
    },
)
"""The one table of pushes."""
