"""``certlight seal``: scans or a PDF become one PDF, sealed with an enterprise's key. The grammar only."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.read import Scans
from service.cli.terminal import JsonOption, LanguageOption, language_of, quiet_libraries
from service.cli.trust import CrlOption, PartyOption, TrustOption
from service.cli.verify import FailOn


class LevelOption(StrEnum):
    """How much proof the seal carries."""

    b_b = "B-B"
    b_t = "B-T"
    b_lt = "B-LT"
    b_lta = "B-LTA"


def command(
    scans: Scans,
    key: Annotated[str, typer.Option("--key", help="密钥：.p12/.pem 文件，或 pkcs11: 地址  Key file, or PKCS #11 URI")],
    to: Annotated[Path, typer.Option("--out", help="写出的 PDF  The sealed PDF", show_default=False)],
    certificate: Annotated[
        list[Path] | None,
        typer.Option("--certificate", help="PEM 密钥另配的证书  Certificates beside a PEM key"),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="存放密码或 PIN 的文件  File holding password or PIN")
    ] = None,
    claim: Annotated[
        Path | None, typer.Option("--claim", help="先核验填报数据，并随签章封存  Verify and enclose these entries")
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="核验达到该灯则不签章  Seal nothing from this light on"),
    ] = None,
    party: PartyOption = None,
    image: Annotated[
        Path | None, typer.Option("--image", help="印章图片；不给则按证书绘制  Picture of the seal; default: drawn")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="绘制时星下横排文字，如 合同专用章  Line below the star")] = "",
    code: Annotated[str, typer.Option("--seal-code", help="绘制时的印章编码  Code along the lower rim")] = "",
    at: Annotated[
        str | None,
        typer.Option("--at", help="位置 页,X,Y[,宽]：页从 0 起，其余为毫米  PAGE,X,Y[,W] from top left, mm"),
    ] = None,
    over: Annotated[
        str | None, typer.Option("--over", help="盖在该文字上，如 发包人（盖章）  Over these words of the document")
    ] = None,
    field: Annotated[
        str | None, typer.Option("--field", help="签入预留的签章域，先于 --over、--at  Into this prepared field")
    ] = None,
    riding: Annotated[bool, typer.Option("--riding", help="加盖骑缝章  Also across the edges of all pages")] = False,
    prepare: Annotated[
        list[str] | None,
        typer.Option("--prepare", help="预留签章域 名称:页,X,Y[,宽]  Field for a further seal, NAME:PAGE,X,Y[,W]"),
    ] = None,
    level: Annotated[LevelOption, typer.Option("--level", help="PAdES 级别  PAdES level")] = LevelOption.b_b,
    tsa: Annotated[str | None, typer.Option("--tsa", help="时间戳服务地址  Time-stamping authority")] = None,
    certify: Annotated[
        int | None, typer.Option("--certify", min=1, max=2, help="首章认证：1 不许再签，2 只许签入预留域  DocMDP level")
    ] = None,
    mend: Annotated[
        bool, typer.Option("--mend", help="不宜直接签章的 PDF 先重写或转为图像  Rewrite or redraw an unfit PDF")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="签章事由  Reason")] = "",
    location: Annotated[str, typer.Option("--location", help="签章地点  Place")] = "",
    trust: TrustOption = None,
    crl: CrlOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """签章：扫描件合成 PDF 并以企业密钥签章。 Compose scans into one PDF and seal it with the enterprise's key."""
    # Sealing brings half a second of libraries along, which no other command needs.
    from service.cli.sealing import SealCall, run

    language = language_of(lang)
    quiet_libraries()
    call = SealCall(
        scans=tuple(scans),
        key=key,
        to=to,
        certificates=tuple(certificate or ()),
        password_file=password_file,
        claim=claim,
        fail_on=fail_on,
        parties=tuple(party or ()),
        image=image,
        kind=kind,
        code=code,
        at=at,
        over=over,
        field=field,
        riding=riding,
        prepare=tuple(prepare or ()),
        level=level.value,
        tsa=tsa,
        certify=certify,
        mend=mend,
        reason=reason,
        location=location,
        trust=trust,
        crls=tuple(crl or ()),
        as_json=as_json,
    )
    run(call, language)
