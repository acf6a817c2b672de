"""The public profiles that readers are tested with."""

from __future__ import annotations

from pathlib import Path

import pytest
from public_data import public


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder with the public profiles; tests that need it skip when it is absent."""
    return public("profiles")
