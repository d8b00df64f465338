"""Weights and fonts: what is fetched once at set-up from the package index, by name and hash, and used offline
afterwards."""
