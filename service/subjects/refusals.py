"""Every way that work on an enterprise's record is refused, beside access."""

from __future__ import annotations

from typing import Final

from certlight.errors import UsageError
from certlight.text import Text

_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "subject.credit_code": (
        Text("统一社会信用代码无效：校验位不符或格式不对。", "This is no unified social credit code (GB 32100)."),
        Text("请对照营业执照核对 18 位代码。", "Compare its eighteen characters with the business licence."),
    ),
    "subject.exists": (
        Text("该统一社会信用代码的企业已登记。", "An enterprise with this credit code is registered already."),
        Text("请在企业列表中查找，并为其添加角色。", "Find it in the list, and give it the further capacity."),
    ),
    "subject.name": (
        Text("企业名称无效。", "This is no name of an enterprise."),
        Text("请填写营业执照上的完整名称。", "Enter the whole name as on the business licence."),
    ),
    "subject.inactive": (
        Text("该企业已停用，不能办理新的业务。", "The enterprise is inactive; nothing new can be begun for it."),
        Text("请联系平台管理员启用。", "Ask the platform's administrator to activate it."),
    ),
}


def refusal(code: str) -> UsageError:
    """The refusal ``code``, to be raised."""
    message, remedy = _REFUSALS[code]
    return UsageError(code, message, remedy)
