"""The memory that a case takes, watched from outside for its process and all that it starts, and limited from inside.

The watch sees what is in use (resident memory) ten times a second; the limit inside refuses what is asked for at once.
"""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

import psutil

from heatsim.isolation.inside import limit_data
from heatsim.wording import size

_SHARE = 1 / 200  # of a processor that a watch may take
_TREE_PERIOD = 0.5  # s between looks for new processes
_SLACK = 64 * 2**20  # B for stacks of threads and the like


class MemoryWatch:
    """Says when a process and all that it has started take more than they may.

    Parameters
    ----------
    limit
        Most memory, B.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._members: list[psutil.Process] = []
        self._next = self._next_tree = 0.0

    def __call__(self, pid: int) -> tuple[str, str] | None:
        """Return cause and text when the process takes too much."""
        now = time.monotonic()
        if now < self._next:
            return None
        begin = time.thread_time()
        if now >= self._next_tree:
            self._members = _tree(pid)
            # a look at all processes of the machine costs the more the more there are
            self._next_tree = now + max(_TREE_PERIOD, (time.thread_time() - begin) / _SHARE)
            begin = time.thread_time()
        taken = sum(map(resident, self._members))
        self._next = now + (time.thread_time() - begin) / _SHARE
        if taken <= self._limit:
            return None
        return "memory limit", f"took {size(taken)}, more than the limit of {size(self._limit)}, and was ended"


def resident(process: psutil.Process) -> int:
    """Memory of a process that is in use, B; 0 when it has ended."""
    try:
        return int(process.memory_info().rss)
    except (psutil.Error, OSError):
        return 0


def limit_own(limit: int) -> None:
    """Refuse this process more data than a limit, B, besides what it has reserved and does not use now.

    Libraries reserve much that they never use; that is not counted. Only where the system tells (Linux).
    """
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        found = dict(re.findall(r"^(VmData|RssAnon):\s+(\d+) kB", status, re.MULTILINE))
        if len(found) == 2:
            unused = max(int(found["VmData"]) - int(found["RssAnon"]), 0) * 1024
            limit_data(limit + unused + _SLACK, hard=False)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except (psutil.Error, OSError):
        return []
