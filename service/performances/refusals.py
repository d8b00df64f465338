"""Every way that work on performances, amendments and supporting material is refused, beside access."""

from __future__ import annotations

from typing import Final

from certlight.errors import UsageError
from certlight.text import Text

_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "performance.document_type": (
        Text("所选证照的类型不对，应为{zh}。", "A document of another type was chosen; wanted: {en}."),
        Text("请选择对应类型的证照。", "Choose a document of that type."),
    ),
    "performance.document_discarded": (
        Text("所选证照已作废。", "The chosen document was discarded."),
        Text("请选择其他证照。", "Choose another one."),
    ),
    "performance.manager": (
        Text(
            "所选人员不在本单位，或与合同中的项目经理不是同一姓名。",
            "Not one of the enterprise's, or not the contract's manager.",
        ),
        Text("请核对合同，或先绑定该人员。", "Compare the contract, or bind the person first."),
    ),
    "performance.submitted": (
        Text(
            "业绩已提交，不能修改；只能换上已更新的证照。",
            "It was submitted; only renewed documents can take the place of old ones.",
        ),
        Text("请先更新对应证照，再换上新证照并重新提交。", "Renew the document, attach the new one, and submit again."),
    ),
    "performance.documents_missing": (
        Text("业绩材料不齐：缺少{zh}。", "Documents are missing: {en}."),
        Text("请先新增并关联缺少的材料。", "Attach what is missing first."),
    ),
    "performance.document_not_in_library": (
        Text("业绩材料尚未提交入库：{zh}。", "Not in the library yet, or not any more: {en}."),
        Text(
            "请先签章、核验并提交该材料；已更新的请换上新证照。",
            "Seal, check and submit it; attach the new one where it was renewed.",
        ),
    ),
    "performance.grade_missing": (
        Text("请先选择业绩类型。", "Choose the grade first."),
        Text("业绩类型为 A、B 或 C。", "Grades are A, B and C."),
    ),
    "performance.material_missing": (
        Text("A 类业绩须提供已签章的佐证材料。", "Grade A asks for supporting material that is sealed."),
        Text("请上传佐证材料并签章。", "Add supporting material and seal it."),
    ),
    "performance.cross_check_missing": (
        Text("尚未进行逻辑校验，或校验后材料已变动。", "Not compared yet, or changed since."),
        Text("请重新进行逻辑校验后再提交。", "Compare the documents again, then submit."),
    ),
    "performance.inconsistent": (
        Text("业绩材料之间存在不一致或无法比对的内容。", "The documents disagree, or cannot be compared."),
        Text(
            "请查看最近一次逻辑校验（GET …/cross-checks）；确认无误后以 continue_with 继续提交。",
            "Look at the latest cross-check (GET …/cross-checks); where all is well, submit with continue_with.",
        ),
    ),
    "performance.continue_with": (
        Text("继续提交所依据的不是最近一次逻辑校验。", "This is not the latest cross-check."),
        Text("请查看最近一次逻辑校验的结果后再确认。", "Look at the latest one before you confirm."),
    ),
    "amendment.not_a_contract": (
        Text("只有合同可以登记变更。", "Only contracts have amendments."),
        Text("请选择合同。", "Choose a contract."),
    ),
    "amendment.value": (
        Text("变更后的内容格式不对。", "This cannot be a value of the amended item."),
        Text("请按合同中该项的写法填写。", "Write it as the contract does."),
    ),
    "attachment.withdrawn": (
        Text("该记录已撤回。", "It was withdrawn."),
        Text("请新增一条记录。", "Begin another one."),
    ),
    "attachment.sealed": (
        Text("附件已签章，不能更换。", "It is sealed and stays as it is."),
        Text("如有错误，请撤回后重新登记。", "Where it is wrong, withdraw it and begin another one."),
    ),
    "attachment.in_use": (
        Text("业绩已提交，所附材料不能撤回。", "The performance was submitted; its material stays."),
        Text("可以补充新的材料。", "More can be added."),
    ),
    "attachment.none": (
        Text("尚未上传该文件。", "There is no such file yet."),
        Text("请先上传。", "Upload it first."),
    ),
    "attachment.not_a_pdf": (
        Text("签章文件须为 PDF。", "What is sealed has to be a PDF."),
        Text("请上传已签章的 PDF 文件。", "Upload the sealed PDF."),
    ),
}


def refusal(code: str, what: Text | None = None) -> UsageError:
    """The refusal ``code``, to be raised; ``what`` is named in its sentence."""
    message, remedy = _REFUSALS[code]
    if what is not None:
        message = Text(message.zh.format(zh=what.zh), message.en.format(en=what.en))
    return UsageError(code, message, remedy)
