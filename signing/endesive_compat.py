"""Importing endesive on a machine whose OpenSSL has two digits in the last place of its version.

endesive's validation half imports certvalidator, that one oscrypto, and oscrypto 1.3 reads OpenSSL's version with a
pattern of single digits: on ``3.0.10`` and later the import fails (wbond/oscrypto#75, #78; fixed there, not released).
While endesive is imported, the two modules concerned are loaded from their own source with the pattern widened; nothing
else of Python changes, and with an oscrypto that has the fix the text is not found and nothing changes at all.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, Final

_MODULES: Final = frozenset({"oscrypto._openssl._libcrypto_cffi", "oscrypto._openssl._libcrypto_ctypes"})
_SINGLE_DIGITS: Final = rb"'\\b(\\d\\.\\d\\.\\d[a-z]*)\\b'"
_ANY_DIGITS: Final = rb"'\\b(\\d+\\.\\d+\\.\\d+[a-z]*)\\b'"


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        """Compiled from the source as corrected, past any cached byte code."""
        source = self.get_data(self.path).replace(_SINGLE_DIGITS, _ANY_DIGITS)
        return self.source_to_code(source, self.path)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of one of the two modules, with our loader."""
        if fullname not in _MODULES:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


def endesive_pdf() -> Any:
    """The module ``endesive.pdf`` with ``cms`` and ``verify``, imported on first use.

    For sealing and for comparison in tests. Its ``verify`` decides nothing here: it accepts forgeries.
    """
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its dependencies, while they are compiled
            import_module("endesive.pdf.cms")
            return import_module("endesive.pdf")
    finally:
        sys.meta_path.remove(finder)
