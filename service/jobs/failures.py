"""What ends a job badly, as its row keeps it: code, message and remedy in both languages, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from certlight.errors import CertlightError, InternalError, SetupError, UsageError
from certlight.text import Text

_PASSING: Final = frozenset({"storage.unavailable", "storage.full"})


def is_passing(error: CertlightError) -> bool:
    """Whether another try may go better: the database or the storage was away, busy or full."""
    return error.code in _PASSING or error.code.startswith("database.")


def told(error: CertlightError) -> dict[str, Any]:
    """For the row."""
    message, remedy = ({"zh": text.zh, "en": text.en} for text in (error.message, error.remedy))
    return {"code": error.code, "message": message, "remedy": remedy}


def deadline() -> UsageError:
    """The job did not end in its time."""
    return UsageError(
        "job.deadline",
        Text("任务未能在规定时间内完成。", "The job did not end in its time."),
        Text("请重新提交；若持续出现，请联系管理员。", "Ask for it again; if it persists, tell the administrator."),
    )


def worker_lost() -> SetupError:
    """The process that worked on it went away in mid-work, as often as it was tried."""
    return SetupError(
        "job.worker_lost",
        Text("处理该任务的进程多次中断，任务已搁置。", "The process that worked on it died, each time it was tried."),
        Text(
            "请联系管理员检查内存与日志，然后重试该任务。",
            "Have the administrator look at memory and logs, then retry the job.",
        ),
    )


def unexpected() -> InternalError:
    """A defect of ours; what it was stands in the log."""
    return InternalError(
        "job.unexpected",
        Text("处理任务时发生意外错误。", "Something unexpected went wrong."),
        Text(
            "系统会自动重试；若任务被搁置，请将任务编号告知管理员。",
            "It is tried again by itself; once it is parked, tell the administrator its number.",
        ),
    )
