"""The numbers that separate match, near and mismatch, each with its unit and where it comes from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from extractors.kinds.canonical import STRICT_KINDS
from extractors.template import KindName


class Thresholds(BaseModel):
    """Every threshold of a check. Recorded in the provenance of a verdict, so that it can be replayed.

    Confidences are posteriors of the recogniser (0 to 1), evidence is in nats (natural log of a likelihood ratio).
    The evidence values rest on 202 lines of 60 real licences read with the v6 small recogniser: a true value whose
    glyphs were misread scored −0.3 to −1.8; of 808 one-character forgeries none scored above −5.8, 0.1 % above −6.6.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code_confidence: float = Field(default=0.60, ge=0, le=1)
    """Lowest character confidence at which an equal code, number, date or amount is green. To make a wrong entry green
    the recogniser has to misread exactly the wrong character into exactly the entered one; asking for a posterior above
    one half means that no other character can be the likelier one."""
    text_confidence: float = Field(default=0.50, ge=0, le=1)
    """The same for names, addresses and short texts: the entered character is the single likeliest reading."""
    long_text_confidence: float = Field(default=0.30, ge=0, le=1)
    """The same for lists and long texts: the lowest of several hundred characters is lower than that of ten."""
    sure_character: float = Field(default=0.95, ge=0, le=1)
    """A differing character read with at least this confidence is taken as read; the log ratio of any other character
    is then below ln(0.05/0.95) = −2.9, beyond everything measured for misread true values."""
    illegible_character: float = Field(default=0.50, ge=0, le=1)
    """Below this a character is as likely wrong as right: differences there say nothing about the entry."""
    near_differences: int = Field(default=2, ge=0)
    """Characters that may differ by confusion or doubt in a short value and still be *near*; misread true values of the
    measurement had one or two wrong glyphs."""
    near_share: float = Field(default=0.15, ge=0, le=1)
    """The same as a share of the length, for longer values."""
    near_similarity: float = Field(default=0.97, ge=0, le=1)
    """Similarity (1 − edit distance / length) a long text needs to be *near*: OCR of clean to skewed scans misreads
    0.04 % to 0.5 % of characters, so 3 % leaves room for a poor photo and none for another clause."""
    legible_similarity: float = Field(default=0.50, ge=0, le=1)
    """A differing reading below ``illegible_character`` must share this much with the entry to count as text at all;
    otherwise it is what a recogniser makes of a pattern or a stain."""
    evidence_match_name: float = Field(default=-2.0, le=0)
    """Nats; at or above it the entered name stands on the page although OCR preferred another glyph (measured −1.8)."""
    evidence_match_text: float = Field(default=-2.0, le=0)
    """The same for addresses, texts, lists and words."""
    evidence_match_look_alike: float = Field(default=-0.5, le=0)
    """The same where a differing glyph is a look-alike: 日 entered for a printed 曰 scored −1.4 to −2.0 on five
    samples, as high as true values that were misread. Only a near tie is left to the recogniser."""
    evidence_match_differences: int = Field(default=2, ge=0)
    """Most characters evidence may overrule; more were never misread together in the measurement."""
    evidence_near: float = Field(default=-4.5, le=0)
    """Nats for one differing character; above it the entry cannot be excluded (forgeries: at most −5.8)."""
    evidence_mismatch: float = Field(default=-8.0, le=0)
    """Nats for one differing character; at or below it even a look-alike glyph is excluded by the recogniser's own
    scores. Half of the forgeries measured lie below."""
    type_confidence: float = Field(default=0.50, ge=0, le=1)
    """Below this the recognised document type is not held against the claimed one; it counts as unknown."""

    def equality_confidence(self, kind: KindName) -> float:
        """Lowest character confidence at which an equal value of this kind is a match."""
        if kind in STRICT_KINDS:
            return self.code_confidence
        return self.long_text_confidence if kind in ("long_text", "list") else self.text_confidence

    def evidence_match(self, kind: KindName) -> float | None:
        """Nats from which evidence alone makes a match; None for kinds that need equality."""
        if kind in STRICT_KINDS:
            return None
        return self.evidence_match_name if kind in ("person", "org_name") else self.evidence_match_text

    def as_mapping(self) -> dict[str, float]:
        """Flat, for the provenance of a verdict."""
        return {name: float(value) for name, value in self.model_dump().items()}
