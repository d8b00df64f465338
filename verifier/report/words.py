"""The fixed words of the reports, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from certlight.light import Light
from certlight.text import Text
from extractors.template import FieldClass
from verifier.verdict import Outcome, Source

MEANINGS: Mapping[Light, Text] = {
    Light.GREEN: Text(
        "填写内容与证照一致，可以提交，自动通过。", "Entries and document agree. It can be submitted and passes."
    ),
    Light.YELLOW: Text(
        "可以提交，提交后转人工核验。请先查看标为黄灯的内容。",
        "It can be submitted and goes to human verification. Look at the yellow items first.",
    ),
    Light.RED: Text(
        "不能提交：关键实质性信息存在偏差，或证照本身不符合要求。请更正填写内容或标记，或补充更清晰的材料，然后重新核验。",
        "It cannot be submitted: key information deviates, or the document itself fails a rule. Correct the entries or "
        "marks, or add a clearer page, and check again.",
    ),
}

OUTCOMES: Mapping[Outcome, Text] = {
    "match": Text("一致", "Match"),
    "near": Text("近似，待确认", "Near match"),
    "mismatch": Text("不一致", "Mismatch"),
    "unreadable": Text("无法识别", "Unreadable"),
    "missing": Text("未填写", "Not entered"),
    "misplaced": Text("标记错位", "Misplaced mark"),
}

SOURCES: Mapping[Source, Text] = {
    "marked": Text("标记区域识别", "Read inside the mark"),
    "extracted": Text("整页识别", "Read on the page"),
    "text_layer": Text("PDF 文字层", "PDF text layer"),
    "seal": Text("印章文字", "Read in the seal"),
}

CLASSES: Mapping[FieldClass, Text] = {
    "key": Text("关键实质性信息", "Key information"),
    "digital": Text("数字化智能识别信息", "Digital information"),
    "info": Text("一般信息", "Informational"),
}

CLASS_SIGNS: Mapping[FieldClass, str] = {"key": "★", "digital": "●", "info": ""}

UNKNOWN_TYPE = Text("未知类型", "Unknown type")
