"""Enterprises (主体): registered by the platform, kept up to date by themselves."""
