"""Every table of the product, known to the base class once this module is imported."""

from __future__ import annotations

from sqlalchemy import MetaData

from service.database import (
    accounts,
    documents,
    evidence,
    jobs,
    operations,
    performances,
    pushes,
    readings,
    sealings,
    subjects,
    webhooks,
)
from service.database.base import Base

MODULES = (
    accounts,
    documents,
    evidence,
    jobs,
    operations,
    performances,
    pushes,
    readings,
    sealings,
    subjects,
    webhooks,
)
METADATA: MetaData = Base.metadata
