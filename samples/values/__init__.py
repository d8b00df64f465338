"""Invented values: people, companies, places, numbers, dates, money. Nothing here names anyone real on purpose.

Every value comes as a ``Value``: how it is printed, and the canonical form a reader should arrive at.
"""
