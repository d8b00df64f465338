"""PDF composition, seals, keys, trust and validation.

One of the two ground floors: it knows nothing of OCR, templates or verdicts. Bytes come in, bytes and frozen values
go out; ``signing.online`` alone opens connections, ``signing.trust`` alone reads and writes folders.
"""
