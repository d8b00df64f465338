"""Opening an installation from its settings: what every process of the service starts with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    trust = trust_of(settings)
    present = trust_folder(settings).is_dir()
    demand_safe(settings, demonstration_anchors=present and demonstrates(trust()))
    engine = open_database(settings.database_url.get_secret_value())
    try:
        migrate(engine)
        yield Installation(settings, engine, open_store(settings), trust, dispatcher or Unannounced())
    finally:
        engine.dispose()


def trust_of(settings: Settings) -> Callable[[], TrustStore]:
    """The installation's trust store, as it stands whenever it is called."""
    return CachedTrust(trust_folder(settings))


def demonstrates(store: TrustStore) -> bool:
    """Whether any of its anchors is a demonstration's."""
    return any(held.anchor.demonstration for held in store.anchors)
