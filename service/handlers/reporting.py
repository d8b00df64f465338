"""REPORT: what takes pixels, fonts or many rows, made into a file that whoever ordered it fetches."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy.orm import Session

from pipeline.seals.validation import validate_confined
from service.database.subjects import Subject
from service.domain.principal import Principal
from service.jobs.task import Effect, Task
from service.reports.check_report import find_check_report, pictures
from service.reports.lists.making import write_list
from service.reports.lists.wishes import ListWish
from service.reports.ordering import acting, tenant_of
from service.reports.spreadsheet import MEDIA_TYPE
from service.reports.wishes import CheckWish, Order, SealWish
from service.sealing.validating import find_seal
from signing.enclosure import Party
from signing.report import ValidatedFile, validate_html
from signing.validation.policy import ValidationPolicy

_LARGEST: Final = 512 << 20
"""Bytes of a report: forty pages of pictures are 12 MB, a hundred thousand rows 15 MB."""
_IN_MEMORY: Final = 8 << 20
_HTML: Final = "text/html; charset=utf-8"


def handle(task: Task) -> Effect:
    """Make what ``payload`` orders, as its orderer sees it now. Raises as :data:`service.jobs.task.Handler` says."""
    wanted = Order.of(task.payload)
    with task.installation.reading() as session:
        by = acting(session, task.created_by)
    task.progress("report", 0, 1)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        match wanted.wish:
            case CheckWish():
                media_type, extension = _check(task, by, wanted, wanted.wish, file)
            case SealWish():
                media_type, extension = _seal(task, by, wanted, wanted.wish, file)
            case _:
                media_type, extension = _list(task, by, wanted, wanted.wish, file)
        file.seek(0)
        blob = task.installation.store.put(file, _LARGEST, tenant_of(task.subject_id), media_type=media_type)
    task.progress("report", 1, 1)
    result = {"sha256": blob.sha256, "size": blob.size, "media_type": media_type, "extension": extension}

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        return result

    return effect


def _check(task: Task, by: Principal, wanted: Order, wish: CheckWish, file: IO[bytes]) -> tuple[str, str]:
    installation = task.installation
    with installation.reading() as session:
        report = find_check_report(session, by, wish.document_id, wish.check_id)
    pages = pictures(installation, report)
    if wish.format == "html":
        file.write(report.html(pages, wanted.language).encode("utf-8"))
        return _HTML, "html"
    file.write(report.pdf(pages, wanted.language, installation.clock()))
    return "application/pdf", "pdf"


def _seal(task: Task, by: Principal, wanted: Order, wish: SealWish, file: IO[bytes]) -> tuple[str, str]:
    installation = task.installation
    with installation.reading() as session:
        seal = find_seal(session, by, wish.document_id, wish.seal_id)
        subject = session.get_one(Subject, seal.subject_id)
        tenant, sha256 = seal.subject_id, seal.sealed_sha256
        party = Party(name=subject.name, credit_code=subject.credit_code)
    with installation.store.open(tenant, sha256) as sealed:
        pdf = sealed.read()
    trust = installation.trust().material(installation.settings.production)
    found = validate_confined(pdf, ValidationPolicy(trust, installation.clock(), (party,)), task.tools.seals)
    file.write(validate_html([ValidatedFile(f"{seal.id}.pdf", found)], language=wanted.language).encode("utf-8"))
    return _HTML, "html"


def _list(task: Task, by: Principal, wanted: Order, wish: ListWish, file: IO[bytes]) -> tuple[str, str]:
    # Workbooks are archives, whose writer goes back and forth.
    with tempfile.TemporaryFile() as book:
        installation = task.installation
        write_list(book, wish, installation.reading, by, wanted.language, at=installation.clock(), ordered=True)
        book.seek(0)
        while piece := book.read(io.DEFAULT_BUFFER_SIZE * 32):
            file.write(piece)
    return MEDIA_TYPE, "xlsx"
