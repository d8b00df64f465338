"""The confined process that parses PDFs for sealing and validating: ``python -m pipeline.seals.worker``."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from pipeline.confined.worker import Answer, serve


def answer(request: dict[str, Any], payload: bytes) -> Answer:
    """Carry out one request: ``validate``."""
    from pipeline.seals.wire import POLICY, REPORT
    from signing.validation.validate import validate

    report = validate(payload, POLICY.validate_json(request["policy"]))
    return {"report": REPORT.dump_json(report).decode("utf-8")}, b""


def _load() -> None:
    """Libraries before side effects are forbidden; their remarks on bad files help nobody."""
    logging.disable(logging.CRITICAL)
    import pipeline.seals.wire
    import signing.validation.validate

    # The first event loop of a process opens files and sockets of its own.
    asyncio.run(asyncio.sleep(0))
    del pipeline, signing


if __name__ == "__main__":
    serve(answer, _load)
