"""Everything that can be found about a PDF that is to be sealed, in words a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from certlight.text import Text


class Way(StrEnum):
    """How to come to a file that can be sealed."""

    AS_IS = "as-is"
    REWRITE = "rewrite"
    """``adopt.rewrite``: the same pages in a new file, without what is not part of them."""
    FLATTEN = "flatten"
    """``flatten``: every page becomes a picture of itself."""
    REFUSE = "refuse"
    """Only the one who made the file can help."""


@dataclass(frozen=True, slots=True)
class FitnessFinding:
    """One thing found. ``code`` is stable; ``page`` counts from 0, None for the whole file."""

    code: str
    text: Text
    blocks: bool
    """It keeps the file from being sealed as it is; otherwise it is a note."""
    way: Way
    """What would cure it."""
    page: int | None = None

    def beside_a_seal(self) -> FitnessFinding:
        """The same finding in a file that bears a seal already.

        What a seal covers cannot be cured any more, and validation watches over later changes: some findings that keep
        a file from its first seal are but notes at the second.
        """
        return self if _CATALOGUE[self.code].when_sealed else replace(self, blocks=False)


class _Entry(NamedTuple):
    text: Text
    blocks: bool = True
    way: Way | None = None
    """None: FLATTEN for what blocks, AS_IS for a note."""
    when_sealed: bool = True
    """It blocks a further seal too."""


_CATALOGUE: Final[dict[str, _Entry]] = {
    # the file
    "fitness.unreadable": _Entry(
        Text("文件已损坏，无法解析。", "The file is damaged and cannot be parsed."), way=Way.REFUSE
    ),
    "fitness.password": _Entry(Text("文件设有打开密码。", "The file needs a password."), way=Way.REFUSE),
    "fitness.encrypted": _Entry(Text("文件已加密，限制使用。", "The file is encrypted and its use restricted.")),
    "fitness.damaged": _Entry(
        Text(
            "文件结构有误，不同阅读器可能显示不同内容。",
            "The file's structure is wrong; readers of different make may show it differently.",
        )
    ),
    "fitness.structure": _Entry(
        Text("文件的编排方式无法安全追加签章。", "The file is laid out so that no seal can safely be appended."),
        way=Way.REWRITE,
    ),
    "fitness.old_versions": _Entry(
        Text(
            "文件中保留了修改前的内容，签章后可能被调出。",
            "The file still holds what it showed before it was edited; that could be brought up after sealing.",
        ),
        way=Way.REWRITE,
        when_sealed=False,
    ),
    "fitness.hidden_objects": _Entry(
        Text(
            "文件中藏有不属于任何页面的内容，签章后可能被调出。",
            "The file holds content that belongs to no page and could be brought up after sealing.",
        ),
        way=Way.REWRITE,
        when_sealed=False,
    ),
    "fitness.unused_objects": _Entry(
        Text("文件中有未使用的数据。", "The file holds unused data."), blocks=False, way=Way.REWRITE
    ),
    "fitness.too_many_pages": _Entry(
        Text("页数过多（上限 {limit} 页）。", "It has too many pages (at most {limit})."), way=Way.REFUSE
    ),
    "fitness.too_complex": _Entry(
        Text("文件过于复杂，无法检查。", "The file is too complex to be examined."), way=Way.REFUSE
    ),
    # what acts
    "fitness.script": _Entry(Text("含有脚本（JavaScript）。", "It contains scripts (JavaScript).")),
    "fitness.action": _Entry(
        Text("含有会自动执行或改变显示的动作。", "It contains actions that run by themselves or change what is shown.")
    ),
    "fitness.links": _Entry(Text("含有网页或文件链接。", "It links to web pages or files."), blocks=False),
    "fitness.multimedia": _Entry(
        Text("含有音频、视频、三维等动态内容。", "It contains sound, film or three-dimensional content.")
    ),
    "fitness.portfolio": _Entry(
        Text("是 PDF 文件包，不是单个文件。", "It is a portfolio of several files."), way=Way.REFUSE
    ),
    "fitness.executable": _Entry(Text("附件中有可执行文件。", "A program is attached.")),
    "fitness.attachments": _Entry(Text("含有附件。", "Files are attached."), blocks=False),
    "fitness.enclosure": _Entry(
        Text("已含有此前的填报数据，签章时将被替换。", "It holds entries of an earlier time; they will be replaced."),
        blocks=False,
    ),
    # what hides or changes
    "fitness.xfa": _Entry(Text("是 XFA 动态表单。", "It is a dynamic XFA form.")),
    "fitness.need_appearances": _Entry(
        Text("表单内容由阅读器临时生成，显示不固定。", "Readers draw its form fields themselves, each in its way.")
    ),
    "fitness.form_values": _Entry(
        Text("含有已填写且仍可修改的表单域。", "It has form fields that are filled in and can still be changed."),
        when_sealed=False,
    ),
    "fitness.form_fields": _Entry(Text("含有未填写的表单域。", "It has empty form fields."), blocks=False),
    "fitness.hidden_layers": _Entry(
        Text("含有隐藏或可切换的图层。", "It has layers that are hidden or switch by themselves.")
    ),
    "fitness.layers": _Entry(Text("含有图层（均可见）。", "It has layers, all of them shown."), blocks=False),
    "fitness.hidden_annotation": _Entry(
        Text("第 {page} 页有隐藏的批注或控件。", "Page {page} has a hidden annotation.")
    ),
    "fitness.annotation": _Entry(
        Text(
            "第 {page} 页有批注、图章等可移动的覆盖内容。",
            "Page {page} has comments or stamps laid over it, which can be moved away.",
        ),
        when_sealed=False,
    ),
    "fitness.external": _Entry(Text("部分内容存放在文件之外。", "Part of its content is stored outside the file.")),
    "fitness.variants": _Entry(
        Text("含有打印与显示不一致的内容。", "It contains content that prints otherwise than it shows.")
    ),
    "fitness.fonts": _Entry(
        Text(
            "字体未嵌入，换一台电脑会显示成别的文字。",
            "A font is not embedded: on another computer it shows other characters.",
        ),
        when_sealed=False,
    ),
    "fitness.fonts_substituted": _Entry(
        Text("部分字体未嵌入，字形可能略有不同。", "Some fonts are not embedded; letters may look slightly different."),
        blocks=False,
    ),
    "fitness.page_box": _Entry(
        Text("第 {page} 页的尺寸或方向无效。", "Page {page} has no valid size or rotation."), when_sealed=False
    ),
    "fitness.cropped": _Entry(
        Text("第 {page} 页有内容被裁切在显示范围之外。", "Page {page} is cropped; there is more of it than shown."),
        blocks=False,
    ),
    # seals
    "fitness.sealed": _Entry(
        Text("已有签章，只能追加签章。", "It is sealed; only further seals may be added."), blocks=False
    ),
    "fitness.locked": _Entry(
        Text("首个签章不允许再作任何改动。", "Its first seal allows no change at all, not even a further seal."),
        way=Way.REFUSE,
    ),
    "fitness.stray_signature": _Entry(
        Text("含有不属于任何签章域的签名数据。", "It holds a signature that belongs to no signature field.")
    ),
}


def found(code: str, page: int | None = None, **facts: object) -> FitnessFinding:
    """The finding ``code`` of the catalogue; ``page`` from 0. KeyError for an unknown code."""
    entry = _CATALOGUE[code]
    values = {"page": page + 1 if page is not None else "", **facts}
    text = Text(entry.text.zh.format(**values), entry.text.en.format(**values))
    way = entry.way or (Way.FLATTEN if entry.blocks else Way.AS_IS)
    return FitnessFinding(code, text, entry.blocks, way, page)
