"""Millimetres of paper and points of PDF."""

from __future__ import annotations

from typing import Final

POINTS_PER_MM: Final = 72 / 25.4
"""PDF default user space counts 1/72 inch, ISO 32000-2 §8.3.2.3 (times the page's UserUnit)."""
