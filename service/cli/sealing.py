"""The work behind ``certlight seal``: open the key, check the entries, compose, seal, write."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer

from certlight.china import CHINA
from certlight.errors import SetupError
from certlight.paths import models_dir
from certlight.text import Language, Text
from certlight.whole_file import write_whole
from extractors.engines.paddle import PaddleEngine
from pipeline.flow import Desk, Outcome, read, verify
from pipeline.intake.intake import read_upload, take
from pipeline.seals.composing import base_pdf, enclosure_of
from pipeline.seals.process import SealProcess
from pipeline.seals.sealing import SealWish, sealed
from service.cli.files import read_claim
from service.cli.keys import opened_key
from service.cli.terminal import err, out, print_json, progress
from service.cli.trust import open_store, parties, production
from service.cli.verify import FailOn, lights_from
from signing.appearance.placement import parse_at
from signing.appearance.seal_image import LARGEST_FILE, picture_from_image
from signing.certificate import Holder
from signing.enclosure import Party
from signing.online.timestamp import HttpTimestampSource
from signing.party import same_enterprise
from signing.sealing.order import FieldSpec, Level, Permission
from signing.sealing.timestamping import TimestampSource
from signing.trust.store import TrustStore
from verifier.report import print_documents

_FIELD_MM: Final = 42.0
"""Side of a prepared field for which no width was said: a company seal's."""


@dataclass(frozen=True, slots=True)
class SealCall:
    """The options of one call, as typed."""

    scans: tuple[Path, ...]
    key: str
    to: Path
    certificates: tuple[Path, ...] = ()
    password_file: Path | None = None
    claim: Path | None = None
    fail_on: FailOn | None = None
    parties: tuple[str, ...] = ()
    image: Path | None = None
    kind: str = ""
    code: str = ""
    at: str | None = None
    over: str | None = None
    field: str | None = None
    riding: bool = False
    prepare: tuple[str, ...] = ()
    level: str = "B-B"
    tsa: str | None = None
    certify: int | None = None
    mend: bool = False
    reason: str = ""
    location: str = ""
    trust: Path | None = None
    crls: tuple[Path, ...] = ()
    as_json: bool = False


def run(call: SealCall, language: Language) -> None:
    """Carry out ``certlight seal``; the PDF is written whole, or not at all. Raises CertlightError, typer.Exit."""
    if call.fail_on is not None and call.claim is None:
        raise typer.BadParameter("--claim", param_hint="--fail-on")
    store = open_store(call.trust, list(call.crls))
    named = parties(list(call.parties))
    wish = _wish(call)
    now = datetime.now(UTC)
    with (
        opened_key(call.key, list(call.certificates), call.password_file, language) as key,
        take(list(call.scans)) as document,
        progress(language, document.page_count) as tell,
        SealProcess() as process,
    ):
        desk = Desk(PaddleEngine(models_dir()), progress=tell)
        outcome: Outcome | None = None
        enclosure = None
        if call.claim is not None:
            claim = read_claim(call.claim, document.page_count)
            outcome = verify(document, claim, desk, now.astimezone(CHINA).date())
            verdict = outcome.result.verdict
            if verdict is not None and call.fail_on is not None and verdict.light >= lights_from(call.fail_on):
                print_documents(err(), [outcome.result], language)
                raise typer.Exit(1)
            enclosure = enclosure_of(outcome, claim, named, now, language)
        pdf = base_pdf(
            document,
            lambda: outcome or read(document, desk),
            enclosure,
            title=document.scans[0].name,
            created_at=now,
            process=process,
            mend=call.mend,
        )
        holder = key.certificate.holder
        product = sealed(
            pdf,
            key,
            wish,
            party=_own(named, holder),
            at=now,
            trust=store.material(production()),
            timestamper=_timestamper(call.tsa, store, wish.level),
        )
    _write(call.to, product)
    if call.as_json:
        print_json(
            {
                "schema": "certlight.seal/1",
                "file": str(call.to),
                "sha256": hashlib.sha256(product).hexdigest(),
                "signer": holder.label,
                "credit_code": holder.credit_code,
                "level": wish.level.value,
                "light": _light_of(outcome),
            }
        )
    else:
        where = call.to
        done = Text(
            f"已签章（{wish.level}，{holder.label}）：{where}", f"Sealed ({wish.level}, {holder.label}): {where}"
        )
        out().print(done.of(language), highlight=False, markup=False, soft_wrap=True)


def _wish(call: SealCall) -> SealWish:
    return SealWish(
        picture=picture_from_image(read_upload(call.image, LARGEST_FILE)[1]) if call.image is not None else None,
        kind=call.kind,
        code=call.code,
        placement=parse_at(call.at) if call.at is not None else None,
        anchor=call.over,
        field_name=call.field,
        riding=call.riding,
        fields=tuple(_field(text) for text in call.prepare),
        level=Level(call.level),
        certify=Permission(call.certify) if call.certify is not None else None,
        reason=call.reason,
        location=call.location,
    )


def _light_of(outcome: Outcome | None) -> str | None:
    verdict = outcome.result.verdict if outcome is not None else None
    return verdict.light.word if verdict is not None else None


def _own(named: tuple[Party, ...], holder: Holder) -> Party | None:
    """Which of the parties the key's holder is; the first where none is, so that sealing refuses the key."""
    return next((party for party in named if same_enterprise(holder, party)), named[0] if named else None)


def _field(text: str) -> FieldSpec:
    """``NAME:PAGE,X,Y[,W]``."""
    name, colon, where = text.replace("：", ":").rpartition(":")
    if not colon:
        raise typer.BadParameter("NAME:PAGE,X,Y[,W]", param_hint="--prepare")
    place = parse_at(where)
    side = place.width or _FIELD_MM
    return FieldSpec(place.page, place.x, place.y, side, side, name=name.strip() or None)


def _timestamper(url: str | None, store: TrustStore, level: Level) -> TimestampSource | None:
    """The authority named, else the store's first; None where the level needs none."""
    if not level.timestamped:
        return None
    if url is not None:
        return HttpTimestampSource(url)
    configured = store.settings.timestamp_authorities
    return HttpTimestampSource(configured[0].url, name=configured[0].name) if configured else None


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise SetupError(
            "seal.unwritable",
            Text(f"无法写入 {path}。", f"Cannot write {path}."),
            Text("检查文件夹是否存在、是否有写权限与剩余空间。", "Check the folder, its permissions and free space."),
        ) from error
