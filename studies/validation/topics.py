"""The topics of the validation: found among the modules of this package, each run once per process."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from heatsim.errors import UsageError, near_miss
from studies import validation
from studies.validation.data import MissingData
from studies.validation.rows import Row

_FRAMEWORK = frozenset({"__main__", "data", "page", "rows", "topics"})


@dataclass(frozen=True)
class Topic:
    """What a topic gave.

    Attributes
    ----------
    name
        Module name.
    module
        The module: `TITLE`, `TEXT`, `CAPTION`, `figure()`.
    rows
        Its rows; empty when it was not run.
    missing
        Why it was not run, or "".
    """

    name: str
    module: ModuleType
    rows: tuple[Row, ...]
    missing: str = ""


def names() -> list[str]:
    """Return the names of all topics, sorted."""
    found = (module.name for module in pkgutil.iter_modules(validation.__path__))
    return sorted(name for name in found if name not in _FRAMEWORK and not name.startswith("_"))


@cache
def run(name: str) -> Topic:
    """Run one topic; without its data it comes back with the reason.

    Raises
    ------
    UsageError
        When there is no such topic.
    """
    if name not in names():
        raise UsageError(f"there is no topic '{name}'{near_miss(name, names())}; available: {', '.join(names())}")
    module = importlib.import_module(f"studies.validation.{name}")
    try:
        return Topic(name, module, tuple(module.rows()))
    except MissingData as reason:
        return Topic(name, module, (), str(reason))
