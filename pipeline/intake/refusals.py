"""Every way intake says no, in words a clerk understands.

One entry a code; codes are part of the public contract and never change their meaning. ``{name}`` is the file's name.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from certlight.errors import InputRefused
from certlight.text import Text

_SHOWN_NAME: Final = 80
"""Characters of a file name repeated in a message."""

_RESCAN = Text(
    "请重新扫描或重新导出该文件后再上传。",
    "Scan or export the file again, then upload it once more.",
)
_REPRINT = Text(
    "请用 PDF 阅读器打开该文件，“打印”为新的 PDF，或将各页导出为图片后再上传。",
    "Open the file in a PDF viewer and print it to a new PDF, or export its pages as images, then upload that.",
)

_MESSAGES: Final[dict[str, tuple[Text, Text]]] = {
    "intake.unreadable": (
        Text("无法读取文件“{name}”：{reason_zh}。", "The file “{name}” cannot be read: {reason_en}."),
        Text("请检查文件路径是否正确、是否有读取权限。", "Check the path and the permission to read it."),
    ),
    "intake.not_a_file": (
        Text(
            "“{name}”不是普通文件（是文件夹、管道或设备）。",
            "“{name}” is not a regular file but a folder, pipe or device.",
        ),
        Text("请选择一个图片或 PDF 文件。", "Choose an image or PDF file."),
    ),
    "intake.empty": (
        Text("文件“{name}”是空的。", "The file “{name}” is empty."),
        Text(
            "请确认文件已完整保存，再重新上传。", "Make sure that the file was saved completely, then upload it again."
        ),
    ),
    "intake.too_large": (
        Text("文件“{name}”过大（上限 {limit} MB）。", "The file “{name}” is too large (at most {limit} MB)."),
        Text(
            "请降低扫描分辨率（300 dpi 已足够），或拆分为多个文件。",
            "Scan at a lower resolution (300 dpi is enough) or split the file.",
        ),
    ),
    "intake.document_too_large": (
        Text(
            "合并的文件总量过大（上限 {limit} MB）。", "The merged files are too large together (at most {limit} MB)."
        ),
        Text("请减少文件数量或降低扫描分辨率。", "Merge fewer files or scan at a lower resolution."),
    ),
    "intake.not_a_scan": (
        Text(
            "文件“{name}”不是可识别的扫描件{found_zh}。",
            "The file “{name}” is not a scan that can be read{found_en}.",
        ),
        Text(
            "请上传 JPEG、PNG、TIFF、BMP、WebP 图片或 PDF 文件；其他格式请先转换。只修改扩展名没有用。",
            "Upload a JPEG, PNG, TIFF, BMP or WebP image or a PDF; convert other formats first. "
            "Renaming the file does not help.",
        ),
    ),
    "intake.truncated": (
        Text("文件“{name}”不完整，可能未传完或已损坏。", "The file “{name}” is incomplete: cut off or damaged."),
        _RESCAN,
    ),
    "intake.image_broken": (
        Text("图片“{name}”已损坏，无法打开。", "The image “{name}” is damaged and cannot be opened."),
        _RESCAN,
    ),
    "intake.too_many_pixels": (
        Text(
            "“{name}”的图像过大（上限 {limit} 百万像素）。",
            "An image in “{name}” is too large (at most {limit} megapixels).",
        ),
        Text("请以 300 dpi 重新扫描，或缩小图片。", "Scan again at 300 dpi or shrink the image."),
    ),
    "intake.too_many_pages": (
        Text("文件页数过多（上限 {limit} 页）。", "The document has too many pages (at most {limit})."),
        Text("请拆分文件，只上传需要核验的部分。", "Split the file and upload only the part to be verified."),
    ),
    "intake.encrypted": (
        Text("PDF“{name}”设有打开密码。", "The PDF “{name}” needs a password to be opened."),
        Text(
            "请用密码打开后另存为（或打印为）没有密码的 PDF 再上传。",
            "Open it with its password, save or print it without one, then upload that.",
        ),
    ),
    "intake.pdf_malformed": (
        Text("PDF“{name}”的结构已损坏，无法打开。", "The PDF “{name}” is damaged and cannot be opened."),
        _REPRINT,
    ),
    "intake.pdf_too_complex": (
        Text(
            "PDF“{name}”过于复杂或含有异常内容，在允许的时间和内存内无法打开。",
            "The PDF “{name}” is too complex or abnormal: it cannot be opened within the time and memory allowed.",
        ),
        _REPRINT,
    ),
}


def shown(name: str) -> str:
    """The file name as a message may show it: no control or direction-changing characters, not overlong."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else "?" for c in name)
    return clean if len(clean) <= _SHOWN_NAME else clean[: _SHOWN_NAME - 1] + "…"


def refusal(code: str, name: str, **facts: object) -> InputRefused:
    """The error for one refused file; ``facts`` fill the other places of the message. KeyError for an unknown code."""
    message, remedy = _MESSAGES[code]
    values = {"name": shown(name), **facts}
    return InputRefused(code, Text(message.zh.format(**values), message.en.format(**values)), remedy)
