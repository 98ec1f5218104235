"""The API behind a real socket, in a thread of the tests."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from description import Description

from filmstudio.platform.enginecalls import EngineCaller
from filmstudio.platform.http import create_app
from filmstudio.platform.keys import Keys
from filmstudio.platform.settings import Settings
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases
from filmstudio.scheduler.tiers import Tier

ORDER = {"screenplay": "Title: Rain\n\nINT. CAFE - DAY\n\nLENA\nIt rains.\n", "options": {"size": "480p", "preset": "draft"}}


@dataclass
class Api:
    """A running API and the database behind it."""

    address: str
    settings: Settings
    database: Database
    description: Description
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs, self.leases = Jobs(self.database), Leases(self.database)
        self.client = httpx.Client(base_url=self.address, timeout=20)

    def ask(self, method: str, path: str, tenant: str = "", **given: Any) -> httpx.Response:
        """One request, with the tenant's key if it has one. The answer must be as it is described."""
        headers = dict(given.pop("headers", {}))
        if tenant:
            headers["Authorization"] = f"Bearer {self.keys[tenant]}"
        answer = self.client.request(method, path, headers=headers, **given)
        self.description.check(answer)
        return answer

    def order(self, tenant: str = "", **given: Any) -> str:
        """Order the film above; its id."""
        answer = self.ask("POST", "/v1/films", tenant, json=ORDER | given)
        assert answer.status_code == 202, answer.text
        found: str = answer.json()["id"]
        return found


@contextlib.contextmanager
def running_api(folder: Path, *, keys: dict[str, str] | None = None, caller: EngineCaller | None = None, **limits: Any) -> Iterator[Api]:
    """Serve with these limits on any free port of loopback."""
    settings = Settings(**{"data": str(folder), "cache": str(folder / "cache"), "log": str(folder / "studio.log"), **limits})
    database = Database(settings.database_address)
    made = {tenant: Keys(database).add(tenant, Tier(tier)) for tenant, tier in (keys or {}).items()}
    app = create_app(settings, caller)
    description = Description(app)
    with description.watching(), socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        found = Api(f"http://127.0.0.1:{listening.getsockname()[1]}", settings, database, description, made)
        try:
            yield found
        finally:
            found.client.close()
            app.state.following.close()
            server.should_exit = True
            thread.join(20)
            database.close()
