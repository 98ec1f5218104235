"""The storeroom: the store of a house, which is made once. When it is not there any more, its disk is away."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from filmstudio.core.storage import open_store, user_cache
from filmstudio.core.store import Store
from filmstudio.scheduler.database import Database, stores


def open_storeroom(address: str, database: Database) -> Store:
    """Open the store at ``address``, and make it if no house of this database has used it before.

    The user's own cache folder may be cleared by its user at any time, and is then made again.

    Raises:
        ConfigError: the address is of no known kind.
        StoreError: it was there and is not, or cannot be made.
    """
    place = address if "://" in address else str(Path(address).absolute())
    with database.reading() as connection:
        known = connection.execute(sa.select(stores).where(stores.c.address == place)).first() is not None
    store = open_store(address, there=known)
    store.see()
    if not known and place != str(user_cache().absolute()):
        with database.writing(durable=True) as connection:
            connection.execute(database.insert_new(stores), {"address": place})
    return store
