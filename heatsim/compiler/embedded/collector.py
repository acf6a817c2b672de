"""Keep Python's cyclic garbage collector out of a compilation.

A flat model of a large plant is millions of dicts that live from the first to the last phase. The collector goes
through all of them again and again as they and the expressions are made, which takes several times as long as the work
itself. What a compilation leaves behind is freed by reference counts; the few cycles wait until it is over.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Switch the collector off and, if it was on, on again at the end; also as a decorator."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
