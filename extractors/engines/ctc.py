"""What a CTC recogniser says about a line crop: its best reading, and how likely any other text is.

The recogniser answers with a probability for every character of its alphabet at every frame along the line. The usual
question is "what is the best reading?"; a verifier also asks "how likely is the text that was entered?", which the
forward algorithm answers (Graves et al. 2006, Connectionist Temporal Classification).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from extractors.engines.protocol import Recognition
from extractors.text import Char

BLANK = 0

KEPT_PROBABILITY = 1e-5
"""Probabilities below this are not kept. It is also what an unkept character counts as: an upper bound, so that the
evidence against a text is never overstated. Forgeries measured below −5.8 nats stay well apart from its −11.5."""

TWIN_PROBABILITY = 0.02
"""Posterior from which a simplified character is preferred to its traditional twin. Certificates have been set in
simplified characters since 1956; the recogniser, trained on both, wavers between the twins at low resolution, while on
a document really set in traditional ones the simplified twin stays below 0.001."""


class Alphabet:
    """The characters of a recogniser, class 0 being the blank.

    Characters that differ only in width or compatibility form (``（`` and ``(``) are one letter to the comparison,
    and a space is no more than a blank, because scanners and printers add and drop both freely.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        classes: dict[str, list[int]] = {}
        for index, character in enumerate(self.characters):
            if index != BLANK:
                classes.setdefault(_folded(character), []).append(index)
        self._classes = {folded: tuple(ids) for folded, ids in classes.items()}
        self.simplified = self._twins()
        self.blanks = (BLANK, *self._classes.get("", ()))

    def _twins(self) -> dict[int, int]:
        """Class of a traditional character → class of its simplified form, where both are in the alphabet."""
        index = {character: i for i, character in enumerate(self.characters)}
        # One character a line keeps the converter from choosing by phrase.
        forms = OpenCC("t2s").convert("\n".join(self.characters)).split("\n")
        return {
            i: index[form]
            for i, (character, form) in enumerate(zip(self.characters, forms, strict=True))
            if form != character and form in index
        }

    def classes_of(self, character: str) -> tuple[int, ...]:
        """Class numbers that stand for this character; empty when the recogniser does not know it."""
        return self._classes.get(_folded(character), ())


_UNIFIED = str.maketrans(
    {"〔": "(", "〕": ")", "［": "(", "］": ")", "[": "(", "]": ")", "【": "(", "】": ")", "—": "-", "–": "-"}
)


def _folded(character: str) -> str:
    return "".join(unicodedata.normalize("NFKC", character).split()).translate(_UNIFIED)


@dataclass(frozen=True, slots=True, eq=False)
class CtcEmission:
    """Sparse posteriors of one crop: ``frames[t]`` maps class number to probability, for ``t`` from left to right."""

    alphabet: Alphabet
    frames: tuple[dict[int, float], ...]
    best: str
    """The greedy reading, whose likelihood is the yardstick."""

    def log_ratio(self, text: str) -> float:
        """See ``extractors.text.Emission``."""
        return self._log_likelihood(text) - self._log_likelihood(self.best)

    def _log_likelihood(self, text: str) -> float:
        labels = [self.alphabet.classes_of(c) for c in text if _folded(c)]
        states = 2 * len(labels) + 1
        if len(labels) > len(self.frames):
            return len(labels) * math.log(KEPT_PROBABILITY)
        emitted = np.full((len(self.frames), states), KEPT_PROBABILITY)
        for t, frame in enumerate(self.frames):
            emitted[t, 0::2] = max(sum(frame.get(b, 0.0) for b in self.alphabet.blanks), KEPT_PROBABILITY)
            for s, classes in enumerate(labels):
                p = sum(frame.get(c, 0.0) for c in classes)
                if p > KEPT_PROBABILITY:
                    emitted[t, 2 * s + 1] = p
        # A state may be entered from two back only when that is another letter: equal neighbours need a blank between.
        skip = np.zeros(states, dtype=bool)
        for s in range(1, len(labels)):
            skip[2 * s + 1] = labels[s] != labels[s - 1]
        alpha = np.zeros(states)
        alpha[0] = emitted[0, 0]
        if states > 1:
            alpha[1] = emitted[0, 1]
        log_scale = 0.0
        for t in range(1, len(self.frames)):
            step = alpha.copy()
            step[1:] += alpha[:-1]
            step[2:] += np.where(skip[2:], alpha[:-2], 0.0)
            alpha = step * emitted[t]
            total = alpha.sum()
            if total <= 0.0:
                return -math.inf
            alpha /= total
            log_scale += math.log(total)
        end = alpha[-1] + (alpha[-2] if states > 1 else 0.0)
        return log_scale + math.log(end) if end > 0 else log_scale + math.log(1e-300)


def decode(posteriors: NDArray[np.float32], alphabet: Alphabet, aspect: float, used: float) -> Recognition:
    """Greedy reading of one crop.

    ``posteriors`` is frames × classes; ``aspect`` is width over height of the crop (it bounds how wide a character can
    be); ``used`` is the share of the frames that covers the crop, the rest being padding.
    """
    count = max(1, math.ceil(posteriors.shape[0] * used - 1e-6))
    best, peak = posteriors.argmax(axis=1), posteriors.max(axis=1)
    runs: list[tuple[int, int, int, float]] = []
    previous = BLANK
    for t, (label, p) in enumerate(zip(best.tolist(), peak.tolist(), strict=True)):
        twin = alphabet.simplified.get(label)
        if twin is not None and float(posteriors[t, twin]) >= TWIN_PROBABILITY:
            label, p = twin, min(1.0, p + float(posteriors[t, twin]))
        if label != BLANK and label == previous:
            start, _, _, top = runs[-1]
            runs[-1] = (start, t, label, max(top, p))
        elif label != BLANK:
            runs.append((t, t, label, p))
        previous = label
    half = 0.55 / max(aspect, 1e-6)
    centres = [min(((first + last) / 2 + 0.5) / count, 1.0) for first, last, _, _ in runs]
    chars: list[Char] = []
    for i, (_, _, label, p) in enumerate(runs):
        left = (centres[i - 1] + centres[i]) / 2 if i else 0.0
        right = (centres[i] + centres[i + 1]) / 2 if i + 1 < len(runs) else 1.0
        extent = (max(left, centres[i] - half, 0.0), min(right, centres[i] + half, 1.0))
        # One class may be a sequence of code points; each gets the extent of the whole.
        chars.extend(Char(c, round(p, 4), *extent) for c in alphabet.characters[label])
    text = "".join(c.text for c in chars)
    confidence = sum(c.confidence for c in chars) / len(chars) if chars else 0.0
    return Recognition(text, confidence, tuple(chars), CtcEmission(alphabet, _sparse(posteriors), text))


def _sparse(posteriors: NDArray[np.float32]) -> tuple[dict[int, float], ...]:
    frames: list[dict[int, float]] = [{} for _ in range(posteriors.shape[0])]
    rows, columns = np.nonzero(posteriors > KEPT_PROBABILITY)
    values = posteriors[rows, columns]
    for t, c, p in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        frames[t][c] = p
    return tuple(frames)
