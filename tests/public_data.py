"""Public data for tests: a test that needs them skips, saying so, when they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.validation import data


def public(name: str) -> Path:
    """Return a file or folder of the public data, or skip the test."""
    try:
        return data.public(name)
    except data.MissingData as reason:
        pytest.skip(str(reason))
