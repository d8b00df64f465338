"""What a PKCS #11 module complains of, in the words of this program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pkcs11
from pkcs11 import TokenFlag
from pkcs11 import exceptions as p11

from signing.keys.refusals import refusal

_PIN_UNUSABLE: Final = (p11.PinExpired, p11.PinInvalid, p11.PinLenRange, p11.UserPinNotInitialized)
_BUSY: Final = (p11.UserAlreadyLoggedIn, p11.AnotherUserAlreadyLoggedIn)
_REMOVED: Final = (
    *(p11.DeviceRemoved, p11.DeviceError, p11.TokenNotPresent, p11.SlotIDInvalid),
    *(p11.SessionHandleInvalid, p11.SessionClosed, p11.ObjectHandleInvalid, p11.KeyHandleInvalid),
    # A token that was unplugged and inserted again is there, but no longer logged in.
    p11.UserNotLoggedIn,
)


@contextmanager
def speaking_to(slot: pkcs11.Slot | None = None) -> Iterator[None]:
    """Turn errors of the module into refusals ``key.*``; ``slot`` is asked how many PIN tries are left."""
    try:
        yield
    except p11.PinIncorrect as error:
        raise refusal("key.pin_wrong", *_tries_left(slot)) from error
    except p11.PinLocked as error:
        raise refusal("key.pin_locked") from error
    except _PIN_UNUSABLE as error:
        raise refusal("key.pin_unusable") from error
    except _BUSY as error:
        raise refusal("key.token_busy") from error
    except _REMOVED as error:
        raise refusal("key.token_removed") from error
    except p11.PKCS11Error as error:
        raise refusal("key.token_failed", type(error).__name__) from error


def _tries_left(slot: pkcs11.Slot | None) -> tuple[str, str]:
    try:
        flags = slot.get_token().flags if slot is not None else TokenFlag(0)
    except p11.PKCS11Error:
        return "", ""
    if flags & TokenFlag.USER_PIN_LOCKED:
        return "，现已锁定", "; it is locked now"
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return "，只剩最后一次机会", "; one try is left"
    if flags & TokenFlag.USER_PIN_COUNT_LOW:
        return "，剩余次数已经不多", "; few tries are left"
    return "", ""
