"""Every way that binding and releasing people is refused, beside access."""

from __future__ import annotations

from typing import Final

from certlight.errors import UsageError
from certlight.text import Text

_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "person.identity_number": (
        Text("公民身份号码无效：位数、出生日期或校验位不符。", "This is no identity number (GB 11643)."),
        Text("请对照居民身份证核对 18 位号码。", "Compare its eighteen characters with the identity card."),
    ),
    "person.name": (
        Text("姓名无效。", "This is no name of a person."),
        Text("请填写居民身份证上的姓名。", "Enter the name as on the identity card."),
    ),
    # Nobody learns where; whoever asks too often has to wait.
    "person.bound_elsewhere": (
        Text(
            "该人员目前不能绑定到本单位：尚未与其他单位解绑。",
            "This person cannot be bound at present: another enterprise has not released them.",
        ),
        Text(
            "请核对证件号码，或请本人联系原单位解绑。",
            "Check the number, or have the person ask the other enterprise for a release.",
        ),
    ),
    "person.bound_already": (
        Text("该人员已在本单位。", "This person belongs to the enterprise already."),
        Text("请在人员列表中查找。", "Find the person in the list."),
    ),
    "person.not_bound": (
        Text("该人员已不在本单位。", "This person does not belong to the enterprise any more."),
        Text("无需再次解绑。", "There is nothing to release."),
    ),
    "person.too_many": (
        Text("近期绑定失败次数过多，请稍后再试。", "Too many people could not be bound lately; try again later."),
        Text("请核对证件号码，稍候再绑定。", "Check the numbers, and wait a while."),
    ),
}


def refusal(code: str) -> UsageError:
    """The refusal ``code``, to be raised."""
    message, remedy = _REFUSALS[code]
    return UsageError(code, message, remedy)
