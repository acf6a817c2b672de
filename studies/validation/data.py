"""Where the public data are: the folder named by HEATSIM_DATA, or ../shared/data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class MissingData(Exception):
    """A file of the public data is not on this machine; the message says where it was looked for."""


def folder() -> Path:
    """Return the folder of the public data, whether it exists or not."""
    return Path(os.environ.get("HEATSIM_DATA") or CHECKOUT.parent / "shared" / "data")


def public(name: str) -> Path:
    """Return a file or folder of the public data.

    Parameters
    ----------
    name
        Path inside the data folder, such as `pipe_ulg/PipeDataULg151202.mos`.

    Raises
    ------
    MissingData
        When it is not there.
    """
    path = folder() / name
    if not path.exists():
        raise MissingData(f"the public data are not here: {path}; set HEATSIM_DATA")
    return path
