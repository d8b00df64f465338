"""The confined process that parses PDFs for sealing and validating: ``python -m pipeline.seals.worker``."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

from certlight.errors import CertlightError
from pipeline.confined.worker import Answer, Refused, serve


def answer(request: dict[str, Any], pdf: bytes) -> Answer:
    """One request: ``validate``, ``look`` (fit to be sealed?), ``rewrite``, ``adopt`` (enclose). Raises Refused."""
    from pipeline.seals.wire import FITNESS, POLICY, REPORT
    from signing.composition.adopt import adopt, rewrite
    from signing.composition.fitness import fitness
    from signing.enclosure import Enclosure
    from signing.validation.validate import validate

    try:
        if request["op"] == "validate":
            report = validate(pdf, POLICY.validate_json(request["policy"]))
            return {"report": REPORT.dump_json(report).decode("utf-8")}, b""
        if request["op"] == "look":
            return {"fitness": FITNESS.dump_json(fitness(pdf)).decode("utf-8")}, b""
        if request["op"] == "rewrite":
            return {}, rewrite(pdf)
        enclosure = Enclosure.from_json(request["enclosure"].encode("utf-8"))
        return {}, adopt(pdf, enclosure, datetime.fromisoformat(request["created_at"]))
    except CertlightError as error:
        said = [error.message.zh, error.message.en, error.remedy.zh, error.remedy.en]
        raise Refused("refused", code=error.code, said=said) from error


def _load() -> None:
    """Libraries before side effects are forbidden; their remarks on bad files help nobody."""
    logging.disable(logging.CRITICAL)
    import signing.composition.adopt
    import signing.validation.validate  # noqa: F401

    # The first event loop of a process opens files and sockets of its own.
    asyncio.run(asyncio.sleep(0))


if __name__ == "__main__":
    serve(answer, _load)
