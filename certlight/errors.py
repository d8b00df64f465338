"""One error tree for the whole product.

::

    CertlightError                   code, message (zh/en), remedy (zh/en), exit code of the command line
    ├─ UsageError            (2)     the call itself is wrong: unknown type, malformed claim
    ├─ InputRefused          (3)     the scan cannot be taken: unreadable, too large, encrypted, not a scan
    ├─ ModelMissing          (4)     a model weight file is not installed
    ├─ SetupError            (4)     another component of the installation is missing or broken
    └─ InternalError         (4)     a defect of ours, reported without a stack trace

Every raised instance carries a stable ``code`` (dotted, lower case: ``intake.encrypted``), a sentence for a clerk,
and a remedy that tells what to do next. Codes are part of the public contract and never change their meaning.
"""

from __future__ import annotations

from typing import ClassVar

from certlight.text import Text


class CertlightError(Exception):
    """Root of the tree. ``code`` is stable, ``message`` says what happened, ``remedy`` what to do about it."""

    exit_code: ClassVar[int] = 4

    def __init__(self, code: str, message: Text, remedy: Text) -> None:
        super().__init__(f"{code}: {message.en}")
        self.code = code
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[CertlightError], tuple[str, Text, Text]]:
        # Errors cross process borders (the PDF child process), so they must pickle whole.
        return type(self), (self.code, self.message, self.remedy)


class UsageError(CertlightError):
    """The call is wrong; nothing was read. Exit code 2."""

    exit_code = 2


class InputRefused(CertlightError):
    """The scan cannot be taken; nothing was kept. Exit code 3."""

    exit_code = 3


class SetupError(CertlightError):
    """A part of the installation is missing or broken. Exit code 4."""


class ModelMissing(SetupError):
    """A model weight file is not installed; the remedy names ``certlight models install``."""


class InternalError(CertlightError):
    """A defect of ours. Exit code 4."""
