"""Opens the zip archive of an FMU, trusting nothing in it.

Every entry is looked at before anything is written: where it would land, what kind of file it is, and how large it
becomes. `read_entry` and `list_entries` write nothing; `unpack` extracts once per process into a temporary folder that
is removed at exit.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import shutil
import stat
import struct
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from heatsim.errors import FmuError
from heatsim.fmu.unpacked import new_folder, remove_folder

# Far above every FMU seen in practice, far below what troubles a machine
ENTRY_LIMIT = 50_000
SIZE_LIMIT = 4 * 1024**3  # B, unpacked
RATIO_LIMIT = 200  # unpacked to packed size; text packs to a tenth, a bomb of zeros to a thousandth
RATIO_FREE = 64 * 1024**2  # B; below this any ratio is harmless
DEPTH_LIMIT = 32  # folders in folders
NAME_LIMIT = 240  # characters of a whole name: Windows ends at 260 with the temporary folder

_ON_WINDOWS = sys.platform == "win32"
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the FMI standard allows no others
_ENCRYPTED = 1
_LOCAL_HEADER = 30  # B, the smallest header before an entry's data
_CHUNK = 1 << 20
# what zipfile raises on damaged files, by version of Python and kind of damage
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def list_entries(path: Path) -> dict[str, int]:
    """Sizes of the files in an FMU by their names, B; nothing is written.

    Raises
    ------
    FmuError
        When the file is no zip archive, or one of its entries is not acceptable.
    """
    with _opened(path) as (_, entries):
        return {name: entry.file_size for name, entry in entries.items()}


def read_entry(path: Path, name: str, limit: int) -> bytes | None:
    """Content of one file of an FMU, None when it has no such file; nothing is written.

    Parameters
    ----------
    path
        The FMU.
    name
        Name of the file inside, with forward slashes.
    limit
        Largest size that is accepted, B.

    Raises
    ------
    FmuError
        When the archive is not acceptable or damaged, or the file is larger than the limit.
    """
    with _opened(path) as (archive, entries):
        entry = entries.get(name)
        if entry is None:
            return None
        if entry.file_size > limit:
            raise FmuError(
                f"{path}: '{name}' has {entry.file_size / 1e6:.0f} MB, and at most {limit / 1e6:.0f} MB are accepted; "
                "check that it is the right file"
            )
        return archive.read(entry)


def unpack(path: Path, sha256: str) -> Path:
    """Folder with the content of the FMU; the same content is unpacked only once per process.

    Raises
    ------
    FmuError
        When the file is no zip archive, is damaged, unpacks to an absurd size, or has an entry that would land outside
        the folder, is a link or a device, or would overwrite another.
    """
    return _unpack(str(path), sha256)


@cache
def _unpack(path: str, sha256: str) -> Path:
    try:
        folder = new_folder(sha256[:12])
    except OSError as error:
        raise _no_room(path, tempfile.gettempdir(), error) from error
    try:
        with _opened(Path(path)) as (archive, entries):
            total = sum(entry.file_size for entry in entries.values())
            free, place = shutil.disk_usage(folder).free, tempfile.gettempdir()
            if total > free:
                raise FmuError(
                    f"{path}: unpacks to {total / 1e6:.0f} MB, and {place} has {free / 1e6:.0f} MB left; free space "
                    "there or set TMPDIR to another folder"
                )
            for name, entry in entries.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                # "x": an entry never replaces a file, whatever the file system takes for the same name
                with archive.open(entry) as source, target.open("xb") as stream:
                    shutil.copyfileobj(source, stream, _CHUNK)
    except BaseException as error:
        remove_folder(folder)
        if isinstance(error, OSError):
            raise _no_room(path, tempfile.gettempdir(), error) from error
        raise
    return folder


def _no_room(path: str, place: str, error: OSError) -> FmuError:
    return FmuError(f"{path}: cannot be unpacked into {place} ({error}); set TMPDIR to another folder")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """The archive and its files by name, all checked."""
    try:
        with _zip_file(path) as archive:
            yield archive, _checked(path, archive.infolist())
    except _DAMAGE as error:
        if not zipfile.is_zipfile(path):
            raise FmuError(f"{path}: is not a zip archive, so not an FMU; build or download it again") from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FmuError(f"{path}: the archive is damaged ({reason}); build or download it again") from error


def _zip_file(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise FmuError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error


def _checked(path: Path, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Files by name with forward slashes, after all checks."""
    if len(entries) > ENTRY_LIMIT:
        raise FmuError(
            f"{path}: has {len(entries)} entries, and at most {ENTRY_LIMIT} are accepted; check that it is an FMU"
        )
    _check_sizes(path, entries)
    files: dict[str, zipfile.ZipInfo] = {}
    spellings: dict[str, str] = {}
    folders: set[str] = set()
    for entry in entries:
        name = _checked_name(path, entry)
        if not name:
            continue  # the folder itself, "./"
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            part = "/".join(parts[:depth])
            key = unicodedata.normalize("NFC", part).casefold()
            if spellings.setdefault(key, part) != part:
                raise FmuError(
                    f"{path}: entries {_quoted(spellings[key])} and {_quoted(part)} are the same file on some systems; "
                    "export the FMU again with names that differ in more than case"
                )
            if depth < len(parts) or entry.is_dir():
                folders.add(part)
        if entry.is_dir():
            continue
        if name in files:
            raise FmuError(
                f"{path}: has two entries {_quoted(name)}, and it is not clear which is meant; export the FMU again"
            )
        files[name] = entry
    for name in files:
        if name in folders:
            raise FmuError(f"{path}: entry {_quoted(name)} is a file and a folder at once; export the FMU again")
    return files


def _check_sizes(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > SIZE_LIMIT:
        raise FmuError(
            f"{path}: unpacks to more than {SIZE_LIMIT >> 30} GB ({total / 1e9:.1f} GB); check that it is the right "
            "file"
        )
    packed = path.stat().st_size
    if total > RATIO_FREE and total > RATIO_LIMIT * packed:
        raise FmuError(
            f"{path}: unpacks to {total // max(packed, 1)} times its size ({total / 1e6:.0f} MB), as an archive bomb "
            "does; do not use this file"
        )
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            raise FmuError(
                f"{path}: entry {_quoted(entry.filename)} shares its data with another one, as in an archive bomb; do "
                "not use this file"
            )
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size


def _checked_name(path: Path, entry: zipfile.ZipInfo) -> str:
    """Name of an entry with forward slashes and without one at its end."""
    # zipfile cuts a name at its first zero byte; what was meant by such a name is nobody's guess
    original = entry.orig_filename
    name = original.replace("\\", "/")
    parts = [part for part in name.rstrip("/").split("/") if part != "."]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise FmuError(
            f"{path}: entry {_quoted(original)} would be written outside the FMU's folder; do not use this file"
        )
    if kind == stat.S_IFLNK:
        raise FmuError(f"{path}: entry {_quoted(original)} is a link, which may lead anywhere; do not use this file")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FmuError(f"{path}: entry {_quoted(original)} is a device or a pipe; do not use this file")
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise FmuError(f"{path}: entry {_quoted(original)} has control characters in its name; do not use this file")
    if len(name) > NAME_LIMIT or len(parts) > DEPTH_LIMIT:
        raise FmuError(
            f"{path}: entry {_quoted(original)} is nested {len(parts)} deep with a name of {len(name)} characters, and "
            f"at most {DEPTH_LIMIT} and {NAME_LIMIT} are accepted; export the FMU with shorter names"
        )
    if "" in parts:
        raise FmuError(f"{path}: entry {_quoted(original)} has an empty part in its name; export the FMU again")
    if _ON_WINDOWS and any(":" in part or part[-1] in ". " or _WINDOWS_DEVICE.fullmatch(part) for part in parts):
        raise FmuError(f"{path}: entry {_quoted(original)} cannot be a file on Windows; use the FMU on another system")
    if entry.flag_bits & _ENCRYPTED:
        raise FmuError(f"{path}: entry {_quoted(original)} is encrypted; ask its author for an FMU without a password")
    if entry.compress_type not in _METHODS:
        raise FmuError(
            f"{path}: entry {_quoted(original)} is packed by method {entry.compress_type}, and FMI allows only "
            "deflate; zip the FMU's folder again"
        )
    return "/".join(parts)


def _quoted(name: str) -> str:
    """A name from outside for a message: one line, no control characters, not too long."""
    shown = "".join(c if c.isprintable() else "?" for c in name)
    return f"'{shown}'" if len(shown) <= 80 else f"'{shown[:40]}…{shown[-30:]}'"
