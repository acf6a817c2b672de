"""Unzips an FMU once per process into a temporary folder that is removed at exit."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import stat
import tempfile
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath

from heatsim.errors import FmuError

_SIZE_LIMIT = 4 * 1024**3


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def unpack(path: Path, sha256: str) -> Path:
    """Folder with the content of the FMU; the same content is unpacked only once per process.

    Raises
    ------
    FmuError
        When the file is no zip archive, or an entry would land outside the folder.
    """
    return _unpack(str(path), sha256)


@cache
def _unpack(path: str, sha256: str) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for entry in entries:
                _check_entry(Path(path), entry)
            if sum(entry.file_size for entry in entries) > _SIZE_LIMIT:
                raise FmuError(f"{path}: unpacks to more than {_SIZE_LIMIT >> 30} GB; check that it is the right file")
            folder = Path(tempfile.mkdtemp(prefix=f"heatsim-{sha256[:12]}-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            archive.extractall(folder)
    except zipfile.BadZipFile as error:
        raise FmuError(f"{path}: is not a zip archive, so not an FMU; build or download it again") from error
    return folder


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    outside = name.startswith("/") or ".." in parts or PureWindowsPath(entry.filename).drive != ""
    link = stat.S_ISLNK(entry.external_attr >> 16)
    if outside or link:
        raise FmuError(
            f"{path}: entry '{entry.filename}' would be written outside the FMU's folder; do not use this file"
        )
