"""The terminal view of seals: plain words for pipes, no way for a name to steer the terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from certlight.light import Light
from certlight.text import Language, Text
from signing.report import Recheck, ValidatedFile, print_report
from signing.validation.report import SealReport
from tests.signing import pki
from tests.signing import report_examples as examples

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def printed(
    report: SealReport | ValidatedFile, width: int = 120, terminal: bool = False, language: Language = "zh"
) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        legacy_windows=False,
        _environ={},
    )
    print_report(console, report, language)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", examples.ALL)
def test_no_escape_sequences_when_piped(name: str, width: int, language: Language) -> None:
    text = printed(examples.ALL[name](), width=width, language=language)
    assert not CONTROL.search(text)
    lines = text.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("name", "light"),
    [("passed", "\x1b[32m● 绿灯"), ("without-timestamp", "\x1b[33m▲ 黄灯"), ("modified", "\x1b[1;31m■ 红灯")],
)
def test_colours_on_a_terminal(name: str, light: str) -> None:
    assert light in printed(examples.ALL[name](), terminal=True)


def test_the_answer_comes_first() -> None:
    first, *_ = printed(examples.modified()).splitlines()
    assert first == "■ 红灯  签章无效：签章后内容被改动"


def test_everything_a_clerk_needs() -> None:
    text = printed(examples.two_seals_and_a_timestamp())
    for expected in (
        "2 个签章全部有效",
        "1. 签章  " + pki.COMPANY,
        "2. 签章  " + pki.OTHER_COMPANY,
        "3. 文档时间戳",
        pki.OTHER_CODE,
        "TOTAL-PASSED",
        "不晚于 2026-10-02 12:01:00 +08:00；由时间戳机构证明：Test Time Stamping Authority",
        "未被吊销；依据：在线状态应答（OCSP）（文件内嵌）；吊销列表（文件内嵌）",
        "+  追加了第二个签章。（第 2 版）",
    ):
        assert expected in text, text


def test_reasons_changes_and_advice() -> None:
    text = printed(examples.modified())
    for expected in (
        "■  签章之后，第 1 页的内容流被替换",
        "seal.modified",
        "  请勿采信。请向签章单位索取原始 PDF",
        "×  替换了第 1 页的内容流。（第 3 版）",
    ):
        assert expected in text
    (bad,) = examples.without_timestamp().signatures
    both = examples.report(*examples.modified().signatures, bad)
    assert "»  请签章单位提供带可信时间戳的文件" in printed(both), "what to do about the second is not said on top"
    assert "（身份未证实）" in printed(examples.revoked())


def test_english_has_no_chinese_but_names() -> None:
    for make in examples.ALL.values():
        text = printed(make(), language="en", width=400).replace(pki.COMPANY, "").replace(pki.OTHER_COMPANY, "")
        assert not re.search("[\u4e00-\u9fff]", text)


def test_the_file_and_its_recheck() -> None:
    recheck = Recheck(Light.RED, Text("注册资本不一致。", "The capital differs."))
    text = printed(ValidatedFile("合同.pdf", examples.passed(), recheck))
    assert text.startswith("■ 红灯  签章有效，但内嵌的填报数据与页面不符\n  合同.pdf\n")
    assert "■ 红灯  注册资本不一致。" in text


def test_markup_of_the_terminal_library_is_not_obeyed() -> None:
    text = printed(examples.hostile("[bold red]x[/] :smile:"), width=400)
    assert "[bold red]x[/] :smile:" in text


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_nothing_steers_the_terminal(text: str) -> None:
    shown = printed(examples.hostile(text), width=80)
    assert not CONTROL.search(shown)
    shown.encode()


def test_floods_are_cut() -> None:
    text = printed(examples.flooded())
    assert len(text) < 120_000
    assert "另有 2961 项未列出。" in text
