"""Exactly one distribution provides cv2: two would write into the same folder, and the last one installed wins."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
THE_ONE = "opencv-contrib-python"


def test_one_distribution_is_installed() -> None:
    assert sorted(set(packages_distributions()["cv2"])) == [THE_ONE]


@pytest.mark.parametrize("name", LOCKS)
def test_one_distribution_is_locked(name: str) -> None:
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert [n for n in locked if "opencv" in n.lower()] == [THE_ONE]
    # OCR wrappers that bring a cv2 of their own.
    assert not {"onnxocr", "rapidocr", "rapidocr-onnxruntime"} & {n.lower() for n in locked}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f|--trusted-host)\b", text, re.MULTILINE)
    assert " @ " not in text, "a direct reference is an address too"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_distribution_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8").strip())
    assert len(entries) > 20
    assert [e.splitlines()[0] for e in entries if "==" in e and "--hash=sha256:" not in e] == []
    assert [e.splitlines()[0] for e in entries if "==" not in e] == []


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[A-Za-z0-9._-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    runtime, development = map(pins, LOCKS)
    assert runtime - development == set()
