"""Where the public data files are: HEATSIM_DATA, or ../shared/data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder with the public profiles; tests that need it skip when it is absent."""
    default = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("HEATSIM_DATA", default)) / "profiles"
    if not folder.is_dir():
        pytest.skip(f"no data folder {folder}; set HEATSIM_DATA")
    return folder
