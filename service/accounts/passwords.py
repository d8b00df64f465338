"""Passwords: which are taken, how they are kept, and checking one at the same cost whether there is one or not.

argon2id (RFC 9106). Passwords are compared in Unicode's NFKC form: an input method left in full-width mode types
other characters for the same keys (NIST SP 800-63B §5.1.1.2 asks for the same).
"""

from __future__ import annotations

import itertools
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from certlight.errors import UsageError
from certlight.text import Text

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128
_TYPED_MOST: Final = 8 * MAX_LENGTH
"""Characters looked at before NFKC, which joins several into one."""
_DIGITS_ENOUGH: Final = 16
"""Digits alone are phone numbers, dates and identity numbers below this length."""
_DISTINCT: Final = 5
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that look alike on paper."""
_COMMON_WORDS: Final = (
    "1234567890a 123456789a 123456789q 12345678ab 123456abcd 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc a123456789 "
    "a1234567890 aa12345678 aa123456789 abc1234567 abcd123456 abcd12345678 abcde12345 abcdef1234 abcdefg123 "
    "abcdefghij admin12345 admin123456 admin@1234 admin@12345 admin@123456 administrator asdfghjkl1 "
    "asdfghjkl123 certlight1 certlight123 changeme123 gongcheng123 iloveyou123 iloveyou1314 jianshe123456 "
    "letmein123 mima123456 p@ssw0rd123 p@ssword123 passw0rd123 password12 password123 password123! "
    "password1234 qaz123456789 qq123456789 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123 root123456 "
    "test123456 toubiao123 user123456 welcome123 welcome1234 woaini123456 woaini1314 woaini1314520 "
    "wodemima123 zhaobiao123 zxcvbnm123"
)
"""The usual ones of at least ten characters, in lower case; shorter ones are refused for their length."""
_COMMON: Final = frozenset(_COMMON_WORDS.split())

_TOO_WEAK: Final[dict[str, Text]] = {
    "password.short": Text(f"密码至少 {MIN_LENGTH} 位。", f"A password has at least {MIN_LENGTH} characters."),
    "password.long": Text(f"密码最多 {MAX_LENGTH} 位。", f"A password has at most {MAX_LENGTH} characters."),
    "password.common": Text("这个密码太常见，容易被猜中。", "This password is too common."),
    "password.personal": Text(
        "密码不能包含登录名、姓名或单位代码。", "A password must not contain the login name, name or code."
    ),
    "password.unchanged": Text("新密码不能与原密码相同。", "The new password is the old one."),
}
_ADVICE: Final = Text(
    "请另设密码：至少 10 位，例如几个不相关的词连在一起。",
    "Choose another one of at least 10 characters, such as several unrelated words.",
)


class PasswordRefused(UsageError):
    """The password chosen is not taken; nothing was changed."""


def password_refused(code: str) -> PasswordRefused:
    """The refusal of a password that somebody wants to set."""
    return PasswordRefused(code, _TOO_WEAK[code], _ADVICE)


def normal_password(password: str) -> bytes:
    """The bytes that are hashed: NFKC, UTF-8; halves of surrogate pairs become question marks."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def demand_strong(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Return where the password may be set; ``about`` are the words that it must not contain (login name, name, code).

    Raises PasswordRefused ``password.short``, ``password.long``, ``password.common``, ``password.personal``.
    """
    text = unicodedata.normalize("NFKC", password)
    folded = text.casefold()
    if len(text) < MIN_LENGTH:
        raise password_refused("password.short")
    if len(text) > MAX_LENGTH or len(password) > _TYPED_MOST:
        raise password_refused("password.long")
    digits = text.isdecimal() and len(text) < _DIGITS_ENOUGH
    if folded in _COMMON or digits or len(set(folded)) < _DISTINCT or _run(folded):
        raise password_refused("password.common")
    for word in about:
        word = unicodedata.normalize("NFKC", word).casefold().strip()
        # Two Chinese characters are a name; two Latin letters stand in any word.
        least = 4 if word.isascii() else 2
        if len(word) >= least and (word in folded or word[::-1] in folded):
            raise password_refused("password.personal")


def _run(text: str) -> bool:
    """Whether all of it is one run through the alphabet or the digits, up or down."""
    steps = {(ord(b) - ord(a)) for a, b in itertools.pairwise(text)}
    return steps in ({1}, {-1})


def one_time_password() -> str:
    """A password to be handed over once and changed at first login: 79 bits in four groups."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@dataclass(frozen=True, slots=True)
class PasswordParameters:
    """What argon2id costs. The default is RFC 9106's second recommendation, for machines that share their memory."""

    time_cost: int = 3
    memory_kib: int = 65536
    parallelism: int = 4
    at_once: int = 4
    """How many passwords one process hashes at the same time: a flood of logins must not take its memory."""


class Passwords:
    """Makes and checks password hashes; one a process, shared by its threads."""

    def __init__(self, parameters: PasswordParameters | None = None) -> None:
        chosen = parameters or PasswordParameters()
        self._hasher = PasswordHasher(
            time_cost=chosen.time_cost,
            memory_cost=chosen.memory_kib,
            parallelism=chosen.parallelism,
            type=Type.ID,
        )
        self._places = threading.BoundedSemaphore(chosen.at_once)
        # Nobody knows its password; checking against it takes as long as against a user's.
        self._nobodys = self._hasher.hash(secrets.token_bytes(32))

    def hash(self, password: str) -> str:
        """The hash to keep, with its salt and parameters."""
        with self._places:
            return self._hasher.hash(normal_password(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one ``kept`` was made of. Without one it takes as long, and is False.

        This tells, instead of raising, because its caller has to go on at the same pace whatever the answer.
        """
        bounded = normal_password(password) if len(password) <= _TYPED_MOST else b""
        with self._places:
            try:
                self._hasher.verify(kept if kept is not None else self._nobodys, bounded)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None and bool(bounded)

    def is_outdated(self, kept: str) -> bool:
        """Whether the parameters were raised since ``kept`` was made."""
        return self._hasher.check_needs_rehash(kept)
