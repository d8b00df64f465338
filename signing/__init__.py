"""PDF composition, seals, keys, trust and validation; nothing of it is built yet.

The package stands so that its place in the layering is fixed: it knows nothing of OCR.
"""
