"""Where the public data files are: HEATSIM_DATA, or ../shared/data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("HEATSIM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def public(name: str) -> Path:
    """Return a file or folder of the public data; a test that needs it skips, saying so, when it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the public data are not here: {path}; set HEATSIM_DATA")
    return path
