"""The demonstration tenant: two enterprises of the committed samples, their keys, and a user of every role."""

from service.demonstration.accounts import PASSWORD
from service.demonstration.seeding import Seeded, seed
from service.demonstration.table import print_seeded

__all__ = ["PASSWORD", "Seeded", "print_seeded", "seed"]
