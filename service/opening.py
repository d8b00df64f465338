"""Opening an installation from its settings: what every process of the service starts with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.database.base import open_database
from service.database.migrations.upgrade import migrate
from service.installation import Dispatcher, Installation, Unannounced, trust_folder
from service.settings import Settings
from service.settings.load import demand_safe
from service.storage import open_store
from service.trust_cache import CachedTrust
from signing.trust.store import TrustStore


@contextmanager
def opened(settings: Settings, dispatcher: Dispatcher | None = None) -> Iterator[Installation]:
    """The installation, its database brought to this program's version.

    Raises SetupError ``settings.unsafe`` where production must not start like this, ``database.*``, ``storage.*``.
    """
    folder = trust_folder(settings)
    trust = CachedTrust(folder)
    demand_safe(settings, demonstration_anchors=folder.is_dir() and demonstrates(trust()))
    engine = open_database(settings.database_url.get_secret_value())
    try:
        migrate(engine)
        yield Installation(settings, engine, open_store(settings), trust, dispatcher or Unannounced())
    finally:
        engine.dispose()


def demonstrates(store: TrustStore) -> bool:
    """Whether any of its anchors is a demonstration's."""
    return any(held.anchor.demonstration for held in store.anchors)
