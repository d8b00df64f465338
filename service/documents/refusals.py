"""Every way that work on a document is refused, beside what its state, its rights and its files refuse."""

from __future__ import annotations

from typing import Final

from certlight.errors import UsageError
from certlight.text import Text

_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "document.person_unexpected": (
        Text("这类证照不属于个人，不能指定人员。", "Documents of this type are nobody's own."),
        Text("请不填人员，或选择人员证照类型。", "Leave the person out, or choose a type of people's documents."),
    ),
    "document.person_not_bound": (
        Text("该人员不在本单位。", "This person does not belong to the enterprise."),
        Text("请先在人员管理中登记该人员。", "Bind the person to the enterprise first."),
    ),
    "document.key_field_locked": (
        Text("补充完善时不能修改关键字段：{zh}。", "Key fields stay as they are in a supplement: {en}."),
        Text("如关键信息有误，请更新该证照（重新录入）。", "Where key information is wrong, renew the document."),
    ),
    "document.renewal_open": (
        Text("该证照已有一份正在更新的新证照。", "A document that is to replace this one is open already."),
        Text("请继续编辑该证照，或先作废。", "Go on with that one, or discard it first."),
    ),
    "document.expired_since_check": (
        Text("证照在核验之后已过期，绿灯不再成立。", "It has expired since it was checked; it is no longer green."),
        Text("请重新核验，或更新为有效的证照。", "Check it again, or renew it with a valid one."),
    ),
    "document.renamed_since_seal": (
        Text("企业在签章之后更改了名称。", "The enterprise took another name after this was sealed."),
        Text("请用新名称的证书重新签章并核验。", "Seal it anew with a certificate of the new name, and check it."),
    ),
    "document.red": (
        Text("核验为红灯的证照不能提交。", "What was checked red cannot be submitted."),
        Text(
            "请按核验结果改正填写或标记，或补传更清晰的页面，然后重新签章、核验。",
            "Correct entries or marks as the check says, or add a clearer page; then seal and check again.",
        ),
    ),
    "document.too_many_files": (
        Text("一份证照最多 {limit} 个文件。", "A document has at most {limit} files."),
        Text("请先合并文件，或删除不需要的文件。", "Merge files first, or remove some."),
    ),
    "document.no_such_page": (
        Text("证照没有这一页。", "The document has no such page."),
        Text("页号从 0 开始，请核对页数。", "Pages count from 0; look at how many there are."),
    ),
    "state.pages_unread": (
        Text("页面尚未处理，还没有可供标记的图像。", "The pages have not been prepared for marking yet."),
        Text("请先进行智能识别，完成后再试。", "Have the document read first (extraction), then try again."),
    ),
    "upload.no_file": (
        Text("请求中没有文件。", "There is no file in the request."),
        Text("请至少选择一个图片或 PDF 文件。", "Choose at least one image or PDF file."),
    ),
    "upload.malformed": (
        Text("上传内容的格式无效。", "The upload is not a form that can be read."),
        Text(
            "请以 multipart/form-data（字段 files）上传，或直接发送单个文件。",
            "Send multipart/form-data with parts named files, or one file as the body itself.",
        ),
    ),
    "upload.interrupted": (
        Text("上传中断，没有保存任何文件。", "The upload broke off; nothing was kept."),
        Text("请重新上传。", "Upload it again."),
    ),
    "upload.busy": (
        Text("正在检查的文件过多。", "Too many files are being looked at."),
        Text("请稍后重新上传。", "Upload it again in a moment."),
    ),
}


def refusal(code: str, text: Text | None = None, **facts: object) -> UsageError:
    """The refusal ``code``; ``text`` or ``facts`` fill its places."""
    message, remedy = _REFUSALS[code]
    zh = message.zh.format(zh=text.zh if text else "", **facts)
    en = message.en.format(en=text.en if text else "", **facts)
    return UsageError(code, Text(zh, en), remedy)
