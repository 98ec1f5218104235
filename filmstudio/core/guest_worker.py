"""The life of a guest's worker: ``python -m filmstudio.core.guest_worker``, in whatever environment the plugin lives.

It is told by its arguments which socket to speak through and what it may do. It never opens the store: media are lent to it by
path and handed in by file, and the studio looks at both.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import resource
import select
import signal
import socket
import sys
import threading
from pathlib import Path

from filmstudio.core.confinement import confine
from filmstudio.core.messages import Report, read_order, report_message
from filmstudio.core.outbox import Outbox
from filmstudio.core.perform import Performer
from filmstudio.core.processes import peak_rss_mb
from filmstudio.core.reception import LARGEST_MEDIA
from filmstudio.core.surroundings import Surroundings, seed_everything
from filmstudio.core.wire import Wire

_POLLRDHUP = getattr(select, "POLLRDHUP", select.POLLHUP)


def main(arguments: list[str] | None = None) -> None:
    """Perform batches until the studio closes the socket."""
    told = _arguments(arguments)
    end = socket.socket(fileno=told.socket)
    end.set_inheritable(False)
    _take_precautions()
    confine([told.folder, *told.folders], network=told.network, gpu=told.gpu)
    threading.Thread(target=_end_with, args=(end.fileno(),), daemon=True, name="filmstudio-watch").start()
    wire, outbox = Wire(end), Outbox(Path(told.folder))
    performer, surroundings = Performer(keeper=outbox), Surroundings.now()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            order = read_order(wire.receive())
            outbox.lend(order.media)
            seed_everything()
            outcomes = performer.perform(order.batch)
            changed = surroundings.restore()
            sys.stdout.flush()
            wire.send(report_message(Report(tuple(outcomes), peak_rss_mb(), changed)))


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="guest_worker", description=__doc__)
    parser.add_argument("socket", type=int)
    parser.add_argument("folder")
    parser.add_argument("--write", dest="folders", action="append", default=[])
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--gpu", action="store_true")
    return parser.parse_args(arguments)


def _take_precautions() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the studio's own process answers Ctrl-C and ends its workers
    faulthandler.enable()  # a crash in compiled code says where on standard error, of which the studio keeps the end
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # the machine may allow less already
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_MEDIA, LARGEST_MEDIA))


def _end_with(handle: int) -> None:
    """End when the studio has: a worker that hangs would otherwise outlive a studio that was killed."""
    watched = select.poll()
    watched.register(handle, _POLLRDHUP)
    watched.poll()
    os._exit(0)


if __name__ == "__main__":
    main()
