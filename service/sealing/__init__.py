"""Seals over the network: asked for and prepared here, signed wherever the key is, finished and accepted here."""
