"""Built FMUs, kept by content: the file name carries a key over everything that decides what the FMU computes.

An FMU lies beside its manifest (`<model>-<key>.fmu` and `.json`); the manifest also travels inside the FMU as
`extra/org.heatsim/manifest.json`. Because a changed source gives another name, no process ever finds different contents
under a path it was given.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heatsim.compiler.folders import fmu_folder
from heatsim.compiler.memory import write_atomically
from heatsim.errors import CompilerError, UsageError

MANIFEST_MEMBER = "extra/org.heatsim/manifest.json"
FORMAT = 1
KEPT_DAYS = 7  # FMUs of other versions of a model are removed when they were not used for so long

Manifest = dict[str, Any]


def platform_name() -> str:
    """The kind of machine a binary is made for, for example `linux-x86_64`."""
    return f"{sys.platform}-{platform.machine().lower()}"


def plain(value: object, name: str) -> object:
    """Return a parameter value as a number, Boolean, string or (nested) list of them.

    Raises
    ------
    UsageError
        When the value is something else, or not finite.
    """
    convert = getattr(value, "tolist", None)  # numpy scalars and arrays
    if callable(convert):
        value = convert()
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        if value != value or value in (float("inf"), float("-inf")):
            raise UsageError(f"parameter {name} = {value} is not finite: give a number")
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item, name) for item in value]
    raise UsageError(f"parameter {name} is a {type(value).__name__}: give a number, Boolean, string or list of them")


def content_key(
    *,
    model: str,
    compiler: str,
    versions: Mapping[str, str],
    parameters: Mapping[str, object],
    expose: Sequence[str],
    sources: Mapping[str, str],
    platforms: Sequence[str],
) -> str:
    """Return the SHA-256 over everything that decides what an FMU computes and where.

    `sources` are digests of the libraries, `platforms` FMI 3.0 platform tuples.
    """
    decisive = {
        "format": FORMAT,
        "model": model,
        "compiler": compiler,
        "versions": dict(versions),
        "parameters": dict(parameters),
        "expose": sorted(expose),
        "sources": dict(sources),
        "platform": platform_name(),
        "platforms": sorted(platforms),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def fmu_path(model: str, key: str) -> Path:
    """Where the FMU with this key is kept."""
    return fmu_folder() / f"{model}-{key[:10]}.fmu"


def find(model: str, key: str) -> Manifest | None:
    """Return the manifest of the kept FMU with this key, None when there is none or its file is damaged."""
    path = fmu_path(model, key)
    try:
        manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if manifest.get("key") != key or manifest.get("sha256") != file_digest(path):
            return None
        os.utime(path)  # "used today", see `prune`
    except (OSError, ValueError, AttributeError):
        return None
    return manifest


def store(built: Path, manifest: Manifest) -> tuple[Path, Manifest]:
    """Move a finished FMU to its place, with its manifest beside it.

    Returns
    -------
    path : Path
    manifest : dict
        With `sha256` of the file added.
    """
    path = fmu_path(manifest["model"], manifest["key"])
    complete = {**manifest, "sha256": file_digest(built)}
    os.replace(built, path)
    write_atomically(path.with_suffix(".json"), json.dumps(complete, indent=1))
    prune(manifest["model"], keep=path)
    return path, complete


def workspace() -> Path:
    """Folder on the same disk as the FMUs, for files in the making."""
    folder = fmu_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CompilerError(
            f"cannot write FMUs to {folder} ({error}): set HEATSIM_CACHE to a folder of yours"
        ) from None
    return folder


def prune(model: str, keep: Path) -> None:
    """Remove FMUs of other versions of a model that nothing has used for a long time."""
    oldest = time.time() - KEPT_DAYS * 86400.0
    for path in keep.parent.glob(f"{model}-??????????.fmu"):
        try:
            if path != keep and path.stat().st_mtime < oldest:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink()
        except OSError:  # another process removed it first, or holds it open: it is only rubbish
            continue


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
