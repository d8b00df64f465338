"""pyHanko as an attacker's tool: it takes /NeedAppearances out of whatever it seals, and an attacker's would not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from pyhanko.sign import fields
from pyhanko.sign.signers import cms_embedder


def _leave(writer: object, lock_sig_flags: bool = True) -> None:
    """Nothing: files that are sealed already have the flags that this would set."""


@contextmanager
def unstripped() -> Iterator[None]:
    """Seals and timestamps made within leave the form's other entries as they are."""
    with patch.object(fields, "ensure_sig_flags", _leave), patch.object(cms_embedder, "ensure_sig_flags", _leave):
        yield
