"""Straightened pages as people see them: what marks are drawn on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cv2
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from extractors.page import Page
from service.database.base import new_id
from service.database.documents import DocumentVersion
from service.database.readings import PageImage
from service.readings.memory import insert_new, scans_digest
from service.storage import BlobStore

MEDIA_TYPE: Final = "image/jpeg"
_QUALITY: Final = 88
"""Of JPEG: print stays crisp, an A4 page at 300 dpi takes about 1.5 MB."""
_LARGEST: Final = 128 << 20
"""Bytes of one page; JPEG of 36 megapixels of noise stays below."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page whose image lies in the storage."""

    page: int
    width: int
    height: int
    rotation: int
    sha256: str
    size: int


def drawn(page: Page, store: BlobStore, tenant: str) -> Drawn:
    """Put the image of ``page`` into the storage. Raises SetupError ``storage.*``."""
    done, data = cv2.imencode(".jpg", page.image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("a page that cannot be written")
    blob = store.put(io.BytesIO(data.tobytes()), _LARGEST, tenant, media_type=MEDIA_TYPE)
    return Drawn(page.index, page.width, page.height, page.rotation, blob.sha256, blob.size)


def remember_pages(
    session: Session, subject_id: str, scans: Sequence[str], pages: Sequence[Drawn], at: datetime
) -> None:
    """Write down the pages of the document that these scans make, in place of what was known of it."""
    digest = scans_digest(scans)
    session.execute(delete(PageImage).where(PageImage.subject_id == subject_id, PageImage.scans == digest))
    insert_new(
        session,
        PageImage,
        [
            {
                "id": new_id(),
                "subject_id": subject_id,
                "scans": digest,
                "page": page.page,
                "width": page.width,
                "height": page.height,
                "rotation": page.rotation,
                "sha256": page.sha256,
                "size": page.size,
                "created_at": at,
            }
            for page in pages
        ],
    )


def page_images(session: Session, version: DocumentVersion) -> list[PageImage]:
    """The straightened pages of a version as its scans are now, by number; empty where it was not read yet."""
    digest = scans_digest([scan.sha256 for scan in version.scans])
    return list(
        session.scalars(
            select(PageImage)
            .where(PageImage.subject_id == version.subject_id, PageImage.scans == digest)
            .order_by(PageImage.page)
        )
    )
