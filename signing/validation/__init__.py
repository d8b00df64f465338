"""Validation of seals: structure, changes, cryptography, chain, revocation and time, each its own facet."""
