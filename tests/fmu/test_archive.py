"""Archives that would write elsewhere, fill the disk or mean two things are refused; nothing is left of them."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from heatsim.errors import FmuError
from heatsim.fmu import archive
from heatsim.fmu.archive import list_entries, read_entry, sha256_of, unpack


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files of the test in a folder of its own, which must be clean after a refusal."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def zipped(path: Path, entries: dict[str, bytes], **attributes: int) -> Path:
    """Zip file with these entries; `attributes` are set on each."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            file.writestr(info, content)
    return path


def refused(path: Path) -> str:
    """Message of the refusal, which is one line and the same whether it is unpacked or only looked at."""
    before = set(Path(tempfile.gettempdir()).iterdir())
    with pytest.raises(FmuError) as unpacked:
        unpack(path, sha256_of(path))
    with pytest.raises(FmuError) as listed:
        list_entries(path)
    assert str(unpacked.value) == str(listed.value)
    assert set(Path(tempfile.gettempdir()).iterdir()) == before
    message = str(unpacked.value)
    assert "\n" not in message
    assert path.name in message
    assert ";" in message
    return message


def test_files_are_unpacked_as_they_are_and_only_once(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.fmu", {"modelDescription.xml": b"<a/>", "resources/x/y.bin": bytes(range(256))})
    folder = unpack(path, sha256_of(path))
    assert (folder / "modelDescription.xml").read_bytes() == b"<a/>"
    assert (folder / "resources" / "x" / "y.bin").read_bytes() == bytes(range(256))
    assert unpack(path, sha256_of(path)) == folder
    assert list_entries(path) == {"modelDescription.xml": 4, "resources/x/y.bin": 256}
    assert read_entry(path, "resources/x/y.bin", 256) == bytes(range(256))
    assert read_entry(path, "resources/nothing", 1) is None


def test_backslashes_of_old_tools_and_leading_dots_become_folders(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.fmu", {"binaries\\win64\\m.dll": b"MZ", "./modelDescription.xml": b"<a/>", "./": b""})
    assert set(list_entries(path)) == {"binaries/win64/m.dll", "modelDescription.xml"}
    assert (unpack(path, sha256_of(path)) / "binaries" / "win64" / "m.dll").read_bytes() == b"MZ"


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "a/../../evil",
        "a/..",
        "C:\\evil",
        "c:evil",
        "\\\\server\\share\\evil",
        "//server/share/evil",
        "..\\evil",
        "\\\\?\\C:\\evil",
    ],
)
def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "x.fmu", {"modelDescription.xml": b"<a/>", name: b"x"})
    assert "would be written outside the FMU's folder; do not use this file" in refused(path)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (stat.S_IFLNK, "is a link"),
        (stat.S_IFIFO, "is a device or a pipe"),
        (stat.S_IFCHR, "is a device or a pipe"),
        (stat.S_IFBLK, "is a device or a pipe"),
        (stat.S_IFSOCK, "is a device or a pipe"),
    ],
)
def test_links_and_devices(tmp_path: Path, kind: int, said: str) -> None:
    path = zipped(tmp_path / "x.fmu", {"resources/a": b"/etc/passwd"}, external_attr=(kind | 0o777) << 16)
    assert said in refused(path)


def test_link_followed_by_a_file_through_it_writes_nothing_outside(tmp_path: Path) -> None:
    path = tmp_path / "x.fmu"
    outside = tmp_path / "outside"
    outside.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("resources")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, str(outside))
        file.writestr("resources/evil", "x")
    assert "is a link" in refused(path)
    assert list(outside.iterdir()) == []


def test_permissions_of_an_entry_are_not_taken_over(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"resources/a": b"x"}, external_attr=(stat.S_IFREG | 0o6777) << 16)
    mode = (unpack(path, sha256_of(path)) / "resources" / "a").stat().st_mode
    assert not mode & (stat.S_ISUID | stat.S_ISGID)


def test_bomb_of_zeros(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"resources/a": bytes(archive.RATIO_FREE + 1)})
    assert path.stat().st_size < 1e6
    assert "as an archive bomb does; do not use this file" in refused(path)


def test_large_but_honest_text_is_accepted(tmp_path: Path) -> None:
    row = ",".join(str(i * 37 % 1001) for i in range(4000)).encode()
    path = zipped(tmp_path / "x.fmu", {"resources/weather.csv": b"\n".join([row] * 300)})
    assert list_entries(path)["resources/weather.csv"] == len(row) * 300 + 299


def test_total_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SIZE_LIMIT", 1 << 30)
    path = zipped(tmp_path / "x.fmu", {"a": b"x", "b": b"y"})
    with_sizes(path, 600 << 20)
    assert "unpacks to more than 1 GB (1.3 GB); check that it is the right file" in refused(path)


def with_sizes(path: Path, size: int) -> None:
    """Claim another unpacked size in the directory of a zip file."""
    data = bytearray(path.read_bytes())
    start = data.find(b"PK\x01\x02")
    while start >= 0:
        struct.pack_into("<I", data, start + 24, size)
        start = data.find(b"PK\x01\x02", start + 4)
    path.write_bytes(data)


def test_a_size_that_is_a_lie_is_damage_and_leaves_nothing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"a": bytes(1000)})
    with_sizes(path, 10)
    with pytest.raises(FmuError, match=r"x\.fmu: the archive is damaged \(.*\); build or download it again"):
        unpack(path, sha256_of(path))
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_overlapping_entries_as_in_a_quine_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"a": os.urandom(2000), "b": os.urandom(2000)})
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    struct.pack_into("<I", data, second + 42, 10)  # the second entry begins inside the first
    path.write_bytes(data)
    message = refused(path)
    assert "shares its data with another one" in message or "Overlapped" in message


def test_number_of_entries(tmp_path: Path) -> None:
    path = tmp_path / "x.fmu"
    with zipfile.ZipFile(path, "w") as file:
        for i in range(archive.ENTRY_LIMIT + 1):
            file.writestr(str(i), b"")
    assert f"has {archive.ENTRY_LIMIT + 1} entries, and at most {archive.ENTRY_LIMIT} are accepted" in refused(path)


@pytest.mark.parametrize("name", ["a/" * 40 + "b", "n" * 300])
def test_nesting_and_length_of_names(tmp_path: Path, name: str) -> None:
    message = refused(zipped(tmp_path / "x.fmu", {name: b""}))
    assert f"at most {archive.DEPTH_LIMIT} and {archive.NAME_LIMIT} are accepted" in message
    assert len(message) < 450


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("modelDescription.xml", "modelDescription.xml"), "has two entries 'modelDescription.xml'"),
        (("resources/a", "resources\\a"), "has two entries 'resources/a'"),
        (("resources/Table.csv", "resources/table.csv"), "are the same file on some systems"),
        (("Resources/a", "resources/b"), "are the same file on some systems"),
        (("resources/stra\u00dfe", "resources/strasse"), "are the same file on some systems"),
        (("resources/\u00e9", "resources/e\u0301"), "are the same file on some systems"),
        (("resources", "resources/a"), "is a file and a folder at once"),
        (("resources/a", "resources"), "is a file and a folder at once"),
    ],
)
def test_two_entries_for_one_file(tmp_path: Path, names: tuple[str, str], said: str) -> None:
    path = tmp_path / "x.fmu"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as file:
        warnings.simplefilter("ignore")  # zipfile warns of the first case
        for content, name in enumerate(names):
            file.writestr(name, str(content))
    assert said in refused(path)


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "a\u202eexe.xml", "a\x00b"])
def test_names_that_fool_a_reader(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.fmu"
    # zipfile cuts names at a zero byte when it writes them, so it is put in afterwards
    zipped(path, {name.replace("\x00", "\x01"): b""})
    path.write_bytes(path.read_bytes().replace(b"a\x01b", b"a\x00b"))
    message = refused(path)
    assert "has control characters in its name" in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "name", ["sources/aux.c", "NUL", "resources/a.", "resources/b ", "resources/a:b", "x/COM1.txt"]
)
def test_names_that_are_no_files_on_windows(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "x.fmu", {name: b""})
    assert list(list_entries(path)) == [name]
    monkeypatch.setattr(archive, "_ON_WINDOWS", True)
    assert "cannot be a file on Windows" in refused(path)


def test_encrypted(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"a": b"x"})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    path.write_bytes(data)
    assert "is encrypted; ask its author" in refused(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_fmi_does_not_allow(tmp_path: Path, method: int) -> None:
    path = tmp_path / "x.fmu"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("a", b"x" * 1000)
    assert f"packed by method {method}, and FMI allows only deflate; zip the FMU's folder again" in refused(path)


def test_unknown_method_number(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"a": b"x"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 10, 99)
    path.write_bytes(data)
    assert "packed by method 99" in refused(path)


def test_no_zip_and_empty_file(tmp_path: Path) -> None:
    for content in (b"", b"no zip", b"PK\x03\x04"):
        (tmp_path / "x.fmu").write_bytes(content)
        assert "is not a zip archive, so not an FMU; build or download it again" in refused(tmp_path / "x.fmu")


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_damaged_files_are_refused_wherever_the_damage_is(tmp_path: Path, cut: float) -> None:
    whole = zipped(tmp_path / "whole.fmu", {f"f{i}": os.urandom(500) for i in range(20)}).read_bytes()
    path = tmp_path / "x.fmu"
    path.write_bytes(whole[: int(cut * len(whole))])
    with pytest.raises(FmuError, match="build or download it again"):
        unpack(path, sha256_of(path))
    place = int(cut * len(whole))
    path.write_bytes(whole[:place] + bytes(b ^ 0xFF for b in whole[place : place + 60]) + whole[place + 60 :])
    with pytest.raises(FmuError):
        unpack(path, sha256_of(path))
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_every_flipped_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.fmu", {"modelDescription.xml": b"<a/>" * 20, "b/c": b"12345"}).read_bytes()
    path = tmp_path / "x.fmu"
    refusals = 0
    for place in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
            try:
                folder = unpack(path, sha256_of(path))
            except FmuError:
                refusals += 1
            else:
                for file in folder.rglob("*"):
                    assert file.resolve().is_relative_to(folder.resolve())
                shutil.rmtree(folder)
    assert refusals > len(whole)


def test_no_room_on_the_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "x.fmu", {"a": bytes(5000)})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10000, 9000, 1000))
    with pytest.raises(FmuError, match=r"unpacks to 0 MB, and .* has 0 MB left; free space there or set TMPDIR"):
        unpack(path, sha256_of(path))
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_entry_larger_than_what_is_asked_for(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.fmu", {"modelDescription.xml": bytes(3_000_000)})
    with pytest.raises(FmuError, match=r"'modelDescription\.xml' has 3 MB, and at most 1 MB are accepted"):
        read_entry(path, "modelDescription.xml", 1_000_000)
