"""Trying it out with a key file: opened, used once and forgotten within one request. Never in production.

Neither the file nor its password is written anywhere: no row, no log, no job; what is kept of the request is a hash.
"""

from __future__ import annotations

from service.database.sealings import SealPreparation
from service.sealing.asking import attributes
from service.sealing.refusals import refusal
from service.settings import Settings
from signing.keys.file_key import FileKey
from signing.keys.key_files import open_p12


def demand_trial(settings: Settings) -> None:
    """Raises UsageError ``seal.key_file_refused`` in production."""
    if settings.production:
        raise refusal("seal.key_file_refused")


def opened_key(settings: Settings, content: bytes, password: str) -> FileKey:
    """The key of a PKCS #12 file. Raises UsageError ``seal.key_file_refused``, InputRefused ``key.*``."""
    demand_trial(settings)
    return open_p12(content, password)


def signed(key: FileKey, preparation: SealPreparation) -> bytes:
    """What a token would answer. Raises InputRefused ``seal.key_other``."""
    if key.certificate.sha256 != preparation.certificate_sha256:
        raise refusal("seal.key_other")
    return key.sign(attributes(preparation), preparation.digest_algorithm or "")
