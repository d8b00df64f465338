"""Why a report is not made, or not handed out."""

from __future__ import annotations

from certlight.errors import UsageError
from certlight.text import Text


def too_many_rows(most: int, *, ordered: bool) -> UsageError:
    """A list that is longer than a spreadsheet of it may be."""
    advice = (
        Text("请缩小筛选范围，分几次导出。", "Narrow the filters down and export it in parts.")
        if ordered
        else Text(
            "请缩小筛选范围，或提交导出任务（POST /reports）。", "Narrow it down, or order it with POST /reports."
        )
    )
    return UsageError(
        "report.too_many_rows", Text(f"列表超过 {most} 行，未导出。", f"The list has more than {most} rows."), advice
    )


def not_made() -> UsageError:
    """A PDF that nobody ordered yet."""
    return UsageError(
        "report.not_made",
        Text("该报告的 PDF 尚未生成。", "The PDF of this report has not been made."),
        Text("请先提交生成任务（POST /reports），完成后再下载。", "Order it with POST /reports, then fetch it."),
    )


def not_ready() -> UsageError:
    """A report whose job has not ended well."""
    return UsageError(
        "report.not_ready",
        Text("报告尚未生成，或生成失败。", "The report is not made yet, or could not be made."),
        Text("请查看任务状态，完成后再下载。", "See how its job stands, and fetch it once it is done."),
    )


def forgotten() -> UsageError:
    """A report whose days are over."""
    return UsageError(
        "report.forgotten",
        Text("报告已过保存期。", "The report was kept for its days and is gone."),
        Text("请重新生成。", "Order it anew."),
    )


def unreadable() -> UsageError:
    """A verdict that is kept in no form this program knows."""
    return UsageError(
        "report.unreadable",
        Text("核验结果无法生成报告。", "The kept result of the check cannot be made a report of."),
        Text("请重新核验后再生成报告。", "Check it again, then make the report."),
    )
