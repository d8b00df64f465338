"""Long work: what kinds there are, how it stands, and what may happen to it."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from certlight.text import Text
from service.domain.machine import Machine, Transition
from service.domain.roles import ENTERPRISE, Role


class JobKind(StrEnum):
    """What is to be done."""

    READ = "read"
    CHECK = "check"
    SEAL = "seal"
    VALIDATE = "validate"
    REPORT = "report"
    BATCH = "batch"


class JobState(StrEnum):
    """How it stands; the job's row is the truth, the broker only carries its identifier."""

    QUEUED = "queued"
    RUNNING = "running"
    """Somebody holds its lease."""
    WAITING = "waiting"
    """Its own work is done; the jobs it enqueued are under way, and it ends with the last of them."""
    DONE = "done"
    FAILED = "failed"
    """Ended with an error of its input; trying again would end the same way."""
    PARKED = "parked"
    """Failed too often, with its error, for people to look at."""
    CANCELLED = "cancelled"


class JobAction(StrEnum):
    """What happens to a job."""

    CLAIM = "claim"
    FINISH = "finish"
    SPREAD = "spread"
    """Its work was to enqueue other jobs."""
    FAIL = "fail"
    POSTPONE = "postpone"
    """Another try later."""
    GIVE_BACK = "give_back"
    """The worker goes away before the work is done; the try does not count."""
    PARK = "park"
    STOP = "stop"
    """The worker obeys the request to cancel."""
    CANCEL = "cancel"
    RETRY = "retry"


class JobPriority(IntEnum):
    """Lower comes first."""

    PERSON = 0
    """Somebody waits in front of a page."""
    NORMAL = 5
    BATCH = 9


ENDED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.PARKED, JobState.CANCELLED})
"""States in which nothing more happens by itself; people may have a parked job tried again."""

_S, _A = JobState, JobAction
_SYSTEM: Final = frozenset({Role.SYSTEM})
_PEOPLE: Final = ENTERPRISE | {Role.PLATFORM_ADMIN, Role.SYSTEM}


def _row(
    state: JobState, action: JobAction, leads_to: JobState, people: bool = False
) -> Transition[JobState, JobAction]:
    return Transition(state, action, frozenset({leads_to}), _PEOPLE if people else _SYSTEM)


JOBS: Final = Machine(
    [
        _row(_S.QUEUED, _A.CLAIM, _S.RUNNING),
        _row(_S.QUEUED, _A.FAIL, _S.FAILED),
        _row(_S.QUEUED, _A.CANCEL, _S.CANCELLED, people=True),
        _row(_S.RUNNING, _A.FINISH, _S.DONE),
        _row(_S.RUNNING, _A.SPREAD, _S.WAITING),
        _row(_S.RUNNING, _A.FAIL, _S.FAILED),
        _row(_S.RUNNING, _A.POSTPONE, _S.QUEUED),
        _row(_S.RUNNING, _A.GIVE_BACK, _S.QUEUED),
        _row(_S.RUNNING, _A.PARK, _S.PARKED),
        _row(_S.RUNNING, _A.STOP, _S.CANCELLED),
        _row(_S.RUNNING, _A.CANCEL, _S.RUNNING, people=True),
        _row(_S.WAITING, _A.FINISH, _S.DONE),
        _row(_S.WAITING, _A.FAIL, _S.FAILED),
        _row(_S.WAITING, _A.CANCEL, _S.CANCELLED, people=True),
        _row(_S.PARKED, _A.CANCEL, _S.CANCELLED, people=True),
        _row(_S.PARKED, _A.RETRY, _S.QUEUED, people=True),
    ],
    {
        _S.QUEUED: Text("排队中", "queued"),
        _S.RUNNING: Text("进行中", "under way"),
        _S.WAITING: Text("等待子任务", "waiting for the jobs it started"),
        _S.DONE: Text("已完成", "done"),
        _S.FAILED: Text("失败", "failed"),
        _S.PARKED: Text("已搁置", "parked"),
        _S.CANCELLED: Text("已取消", "cancelled"),
    },
    {
        _A.CLAIM: Text("领取", "claim"),
        _A.FINISH: Text("完成", "finish"),
        _A.SPREAD: Text("分派", "spread"),
        _A.FAIL: Text("判定失败", "fail"),
        _A.POSTPONE: Text("推后", "postpone"),
        _A.GIVE_BACK: Text("交还", "give back"),
        _A.PARK: Text("搁置", "park"),
        _A.STOP: Text("中止", "stop"),
        _A.CANCEL: Text("取消", "cancel"),
        _A.RETRY: Text("重试", "retry"),
    },
    noun=Text("任务", "a job"),
)
"""The one table of jobs."""
