"""A worker nobody supervises does no work: it ends with the process that started it, however that one ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2), Linux."""
_LOOK_SECONDS: Final = 1.0


def end_with(parent: int) -> None:
    """Have this process killed when the process ``parent``, its parent, ends; at once where it already has.

    Its job then is given out anew when the lease ends. On Linux the kernel sees to it; elsewhere a thread looks.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_look, args=(parent,), name="parent", daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)


def _look(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
