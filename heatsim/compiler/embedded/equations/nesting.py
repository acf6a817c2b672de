"""Expressions that are nested more deeply than Python can follow.

Long sums, such as the sum of flows where many components are connected, are chains of additions: they are followed
without recursion (`expressions`). What is left is nested by hand, and an error says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heatsim.errors import CompilerError


@contextmanager
def limited_nesting() -> Iterator[None]:
    """Turn the end of Python's stack into an error of the model; also as a decorator."""
    try:
        yield
    except RecursionError as error:
        raise CompilerError(
            "an expression is nested too deeply for the embedded compiler; give its parts variables of their own, and "
            "write long products and conditions with arrays or in a function"
        ) from error
