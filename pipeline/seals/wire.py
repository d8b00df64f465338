"""How policies and reports cross to the confined process and back: JSON, checked on arrival."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from signing.composition.fitness import Fitness
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport

POLICY: Final[TypeAdapter[ValidationPolicy]] = TypeAdapter(ValidationPolicy)
REPORT: Final[TypeAdapter[SealReport]] = TypeAdapter(SealReport)
FITNESS: Final[TypeAdapter[Fitness]] = TypeAdapter(Fitness)
