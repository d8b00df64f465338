"""Every way composition says no. Codes are part of the public contract and never change their meaning."""

from __future__ import annotations

from typing import Final

from certlight.errors import InputRefused
from certlight.text import Text

_RESCAN = Text(
    "请重新扫描或重新导出该页后再上传。",
    "Scan or export this page again, then upload it once more.",
)
_REPRINT = Text(
    "请用 PDF 阅读器打开该文件，“打印”为新的 PDF 后再上传，或由本系统转为页面图像后签章。",
    "Open the file in a PDF viewer and print it to a new PDF, or have its pages sealed as images.",
)

_MESSAGES: Final[dict[str, tuple[Text, Text]]] = {
    "compose.image_broken": (
        Text("第 {page} 页的图片已损坏，无法打开。", "The picture of page {page} is damaged and cannot be opened."),
        _RESCAN,
    ),
    "compose.truncated": (
        Text(
            "第 {page} 页的图片不完整，可能未传完或已损坏。",
            "The picture of page {page} is incomplete: cut off or damaged.",
        ),
        _RESCAN,
    ),
    "compose.not_an_image": (
        Text(
            "第 {page} 页不是 JPEG、PNG、TIFF、BMP 或 WebP 图片。",
            "Page {page} is no JPEG, PNG, TIFF, BMP or WebP picture.",
        ),
        Text("请转换为这些格式之一后再上传。", "Convert it to one of these formats, then upload it."),
    ),
    "compose.no_such_frame": (
        Text("第 {page} 页所指的图片页不存在。", "The picture of page {page} has no such frame."),
        _RESCAN,
    ),
    "compose.image_unsupported": (
        Text("第 {page} 页的图片格式特殊，无法放入 PDF。", "The picture of page {page} is of a kind no PDF can hold."),
        Text(
            "请将该页另存为普通的 JPEG 或 PNG 图片后再上传。",
            "Save this page as an ordinary JPEG or PNG, then upload it.",
        ),
    ),
    "compose.too_many_pixels": (
        Text(
            "第 {page} 页的图片过大（上限 {limit} 百万像素）。",
            "The picture of page {page} is too large (at most {limit} megapixels).",
        ),
        Text("请以 300 dpi 重新扫描，或缩小图片。", "Scan again at 300 dpi or shrink the picture."),
    ),
    "compose.pdf_malformed": (
        Text("PDF 的结构已损坏，无法打开。", "The PDF is damaged and cannot be opened."),
        _REPRINT,
    ),
    "compose.pdf_encrypted": (
        Text("PDF 设有密码或使用限制。", "The PDF is encrypted."),
        Text(
            "请用密码打开后另存为（或打印为）没有密码的 PDF 再上传。",
            "Open it with its password, save or print it without one, then upload that.",
        ),
    ),
    "compose.pdf_too_complex": (
        Text(
            "PDF 过于复杂，在允许的时间和内存内无法处理。",
            "The PDF is too complex to be handled within the time and memory allowed.",
        ),
        _REPRINT,
    ),
    "compose.pdf_page": (
        Text("PDF 第 {page} 页无法绘制。", "Page {page} of the PDF cannot be drawn."),
        _REPRINT,
    ),
    "compose.too_many_pages": (
        Text("PDF 页数过多（上限 {limit} 页）。", "The PDF has too many pages (at most {limit})."),
        Text("请拆分文件，只上传需要签章的部分。", "Split the file and upload only the part to be sealed."),
    ),
    "seal.unfit": (
        Text("该 PDF 不宜按原样签章：{reason_zh}", "The PDF is not fit to be sealed as it is: {reason_en}"),
        Text(
            "可由本系统重写或转为页面图像后签章（命令行加 --mend），或请制作单位重新导出。",
            "Let it be rewritten or drawn anew before it is sealed (--mend), or have its maker export it again.",
        ),
    ),
    "seal.unfit_for_good": (
        Text("该 PDF 不能签章：{reason_zh}", "The PDF cannot be sealed: {reason_en}"),
        Text(
            "请向制作或签章单位索取可用的原始文件；已有签章的文件请勿另存或打印，否则签章失效。",
            "Ask whoever made or sealed it for a usable original; never save or print a sealed file anew.",
        ),
    ),
    "seal.already_sealed": (
        Text("该 PDF 已有签章，不能再改动或附加内容。", "The PDF is sealed already; nothing may be changed or added."),
        Text(
            "可直接追加签章；如需附带填报数据，请使用签章前的原件。",
            "A further seal may be added as it is; to enclose entries, start from the file before its first seal.",
        ),
    ),
    "enclosure.too_large": (
        Text(
            "PDF 内嵌的填报数据过大（上限 {limit} MB）。", "The entries in the PDF are too large (at most {limit} MB)."
        ),
        Text("请重新生成并签章该文件。", "Compose and seal the document again."),
    ),
    "enclosure.ambiguous": (
        Text(
            "PDF 中有多份填报数据，无法确定以哪一份为准。",
            "The PDF holds several sets of entries; which one counts cannot be told.",
        ),
        Text("请重新生成并签章该文件。", "Compose and seal the document again."),
    ),
    "enclosure.malformed": (
        Text("PDF 内嵌的填报数据已损坏。", "The entries embedded in the PDF are damaged."),
        Text("请重新生成并签章该文件。", "Compose and seal the document again."),
    ),
}


def refusal(code: str, **facts: object) -> InputRefused:
    """The error for ``code``; ``facts`` fill the places of its message. KeyError for an unknown code."""
    message, remedy = _MESSAGES[code]
    return InputRefused(code, Text(message.zh.format(**facts), message.en.format(**facts)), remedy)
