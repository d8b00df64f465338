"""A public-key infrastructure to try everything with, offline: root, authority, enterprises, TSA, OCSP, lists.

Made fresh for every folder, marked in every certificate, and refused in production.
"""
