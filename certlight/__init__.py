"""The ground under every package: the error tree, bilingual text and the product's version.

It imports nothing of the other packages, so both ground floors (``extractors`` and ``signing``) can stand on it.
"""

__version__ = "0.1.0"
