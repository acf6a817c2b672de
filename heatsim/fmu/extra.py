"""What heatsim's own compiler puts into an FMU: the manifest, and the names of its equations.

A stranger's FMU may have files of these names with anything in them, so they are read as carefully as the rest.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from heatsim.errors import FmuError
from heatsim.fmu.archive import read_entry

MANIFEST = "extra/org.heatsim/manifest.json"
NAMES = "extra/org.heatsim/model.json"
_LIMIT = 256 * 1024**2  # B; the names of a large model


def manifest_of(fmu: Path) -> dict[str, Any] | None:
    """Manifest inside an FMU file, None for an FMU of another tool; nothing is unpacked.

    Raises
    ------
    FmuError
        When the archive is not acceptable, or the manifest is not what heatsim writes.
    """
    content = read_entry(fmu, MANIFEST, _LIMIT)
    return None if content is None else _parsed(content, fmu.name, MANIFEST)


def read_extra(folder: Path, name: str, label: str) -> dict[str, Any]:
    """Content of one of the files in an unpacked FMU, empty when there is none.

    Parameters
    ----------
    folder
        The unpacked FMU.
    name
        `MANIFEST` or `NAMES`.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        When it is not what heatsim writes.
    """
    file = folder / name
    return _parsed(file.read_bytes(), label, name) if file.is_file() else {}


def event_counts(names: dict[str, Any]) -> dict[str, int]:
    """Numbers of events by kind from the content of `NAMES`; empty when it has no account of them."""
    events = names.get("events", {})
    if not isinstance(events, dict):
        return {}
    return {str(kind): count for kind, count in events.items() if isinstance(count, int)}


def _parsed(content: bytes, label: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FmuError(f"{label}: {name} is not valid JSON ({error}); build the FMU again") from error
    if not isinstance(found, dict):
        raise FmuError(f"{label}: {name} is not what heatsim writes there; build the FMU again")
    return found
