"""Numbers of companies, people and certificates, with valid check characters."""

from __future__ import annotations

import datetime as dt
from random import Random

from stdnum.cn import ric, uscc

from samples.values.value import Value

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(rng: Random, region: str, *, individual: bool = False) -> Value:
    """A unified social credit code for a six-digit region (GB 32100-2015), check character valid."""
    kind = "92" if individual else "91"
    # The organisation part of newer codes starts with MA; older ones are digits.
    body = "MA" + "".join(rng.choices(_USCC_ALPHABET, k=7)) if rng.random() < 0.6 else _organisation_digits(rng)
    stem = kind + region + body
    return Value.plain(stem + uscc.calc_check_digit(stem))


def _organisation_digits(rng: Random) -> str:
    digits = [rng.randrange(10) for _ in range(8)]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = (11 - sum(w * d for w, d in zip(weights, digits, strict=True)) % 11) % 11
    return "".join(map(str, digits)) + ("X" if check == 10 else str(check))


def registration_number(rng: Random, region: str) -> Value:
    """A 15-digit business registration number, last digit by ISO 7064 MOD 11,10 (GS 15-2006)."""
    stem = region + "".join(str(rng.randrange(10)) for _ in range(8))
    product = 10
    for digit in stem:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return Value.plain(stem + str((11 - product) % 10))


def identity_number(rng: Random, region: str, born: dt.date, sex: str) -> Value:
    """A citizen identity number whose birth date, sex and check character agree (GB 11643-1999)."""
    order = rng.randrange(1, 499) * 2 + (1 if sex == "男" else 0)
    stem = f"{region}{born:%Y%m%d}{order:03d}"
    # The library leaves out the last character, whatever it is.
    return Value.plain(stem + ric.calc_check_digit(stem + "0"))


def qualification_number(rng: Random, letter: str = "D") -> Value:
    """The number of a construction qualification: a letter, level and region, nine digits in all."""
    return Value.plain(letter + rng.choice("23") + "".join(str(rng.randrange(10)) for _ in range(8)))


def safety_permit_number(rng: Random, province: str, year: int) -> Value:
    """Like （辽）JZ安许证字〔2020〕012345, in the bracket shapes seen on real permits; canonical form has ``( )``."""
    left, right = rng.choice(("（）", "()", "〔〕"))
    open_, close = rng.choice(("〔〕", "[]", "〔〕", "（）", "［］"))
    return Value.plain(f"{left}{province}{right}JZ安许证字{open_}{year}{close}{rng.randrange(1, 29999):06d}")


def system_certificate_number(rng: Random, letter: str, year: int) -> Value:
    """A management-system certificate number: three digits of the body, year, letter, serial, round, size."""
    form = rng.randrange(3)
    serial = f"{rng.randrange(1, 9999):04d}"
    if form == 0:
        return Value.plain(
            f"{rng.randrange(100, 400)}{year % 100}{letter}{serial}R{rng.randrange(4)}{rng.choice('SML')}"
        )
    if form == 1:
        return Value.plain(f"ZX{year % 100}{letter}{serial}{rng.randrange(10)}R{rng.randrange(3)}M")
    return Value.plain(f"U{rng.randrange(10, 99)}{year % 100}{letter}{serial}-R{rng.randrange(3)}")


def section_number(rng: Random, year: int, region: str) -> Value:
    """The number of a tendered section, in one of several shapes."""
    form = rng.randrange(3)
    if form == 0:
        return Value.plain(f"JSGC-{year}-{region}-{rng.randrange(1, 999):03d}")
    if form == 1:
        return Value.plain(f"E{region}0001{rng.randrange(10**6):06d}001")
    return Value.plain(f"BJZB〔{year}〕{rng.randrange(1, 9999):04d}号")


def practitioner_number(rng: Random, province: str, year: int) -> Value:
    """The register number of a constructor: province character, class, region, years, serial."""
    return Value.plain(f"{province}1{rng.randrange(10, 70)}{year}{year + 1}{rng.randrange(1, 99999):05d}")


def contract_number(rng: Random, year: int) -> str:
    return f"HT-{year}-SG-{rng.randrange(1, 999):03d}"
