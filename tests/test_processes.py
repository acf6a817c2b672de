"""Processes take the processors that they may have."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from heatsim.processes import processors


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind processes to processors")
def test_a_process_that_is_bound_to_one_processor_counts_one() -> None:
    first = min(os.sched_getaffinity(0))
    code = (
        f"import os; os.sched_setaffinity(0, {{{first}}}); "
        "from heatsim.processes import processors; print(processors())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"
    assert processors() == len(os.sched_getaffinity(0))
