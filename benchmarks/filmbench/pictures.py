"""What the pictures of a film cost by themselves: its picture tasks once more, drawing and encoding, and nothing else.

As many processes as the film had workers do them at the same time, so that they share the machine's memory and caches as
they do in the film. Engines are loaded before the time is taken; stages and portraits come from the store, as in the film.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from filmbench.delivered import makings_of


def picture_cpu_seconds(delivery: Path, cache: Path, workers: int) -> float:
    """Processor time of all picture tasks of a delivered film, all processes added up.

    Raises:
        RuntimeError: a process died.
    """
    count = sum(1 for _ in makings_of(delivery, cache).segments())
    context = get_context("spawn")
    answers: SimpleQueue[float] = context.SimpleQueue()
    # Neighbours go to the same process, as they mostly do in a render: the parts of a shot share what was set up for it.
    shares = [range(count * index // workers, count * (index + 1) // workers) for index in range(workers)]
    processes = [context.Process(target=_film_share, args=(delivery, cache, share, answers)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process that made pictures died; see its message above")
    return sum(answers.get() for _ in processes)


def _film_share(delivery: Path, cache: Path, share: Sequence[int], answers: SimpleQueue[float]) -> None:
    from filmstudio.core.plugins import Plugins
    from filmstudio.core.store import Store, StoreDesk

    engine = Plugins().cast_for({})["picture"].engine()
    engine.load()
    requests = list(makings_of(delivery, cache).segments())
    spent = 0.0
    for index in share:
        desk = StoreDesk(Store(cache))
        began = time.process_time()
        engine.run([requests[index]], desk)
        spent += time.process_time() - began
        desk.close()
    answers.put(spent)
