"""The only door to the net: revocation lists, OCSP answers and timestamps, from configured addresses alone.

No address that a certificate or a document names is ever opened here.
"""
