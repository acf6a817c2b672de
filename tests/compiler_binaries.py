"""Read the names that a shared library exports: ELF (Linux), PE (Windows) and 64-bit Mach-O (macOS)."""

from __future__ import annotations

import re
import struct


def kind(data: bytes) -> str:
    """Return the system and processor of a shared library as an FMI 3.0 platform tuple."""
    if data[:4] == b"\x7fELF":
        return {0x3E: "x86_64", 0xB7: "aarch64"}[struct.unpack_from("<H", data, 18)[0]] + "-linux"
    if data[:2] == b"MZ":
        return {0x8664: "x86_64", 0xAA64: "aarch64"}[struct.unpack_from("<H", data, _pe(data) + 4)[0]] + "-windows"
    if data[:4] == b"\xcf\xfa\xed\xfe":
        return {0x01000007: "x86_64", 0x0100000C: "aarch64"}[struct.unpack_from("<I", data, 4)[0]] + "-darwin"
    raise ValueError(f"not a shared library: {data[:4]!r}")


def exports(data: bytes) -> set[str]:
    """Return the names of the exported functions."""
    return {"linux": _elf, "windows": _pe_exports, "darwin": _mach_o}[kind(data).partition("-")[2]](data)


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode()


def _elf(data: bytes) -> set[str]:
    table, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + number * size) for number in range(count)]
    found = set()
    for _, section_kind, _, _, offset, length, link, _, _, entry in sections:
        if section_kind == 11:  # dynamic symbols
            for start in range(offset, offset + length, entry):
                name, info, other, section = struct.unpack_from("<IBBH", data, start)
                if section and info >> 4 and other & 3 == 0:  # defined, not local, visible
                    found.add(_text(data, sections[link][4] + name))
    return found


def needed_glibc(data: bytes) -> tuple[int, int]:
    """Return the newest version of glibc that an ELF library asks for."""
    return max((int(a), int(b)) for a, b in re.findall(rb"GLIBC_(\d+)\.(\d+)", data))


def _pe(data: bytes) -> int:
    return struct.unpack_from("<I", data, 0x3C)[0]


def _pe_exports(data: bytes) -> set[str]:
    head = _pe(data)
    count, optional_size = struct.unpack_from("<H", data, head + 6)[0], struct.unpack_from("<H", data, head + 20)[0]
    sections = [
        struct.unpack_from("<IIII", data, head + 24 + optional_size + number * 40 + 8) for number in range(count)
    ]

    def offset(address: int) -> int:
        for virtual_size, virtual, raw_size, raw in sections:
            if virtual <= address < virtual + max(virtual_size, raw_size):
                return address - virtual + raw
        raise ValueError("address outside all sections")

    directory = offset(struct.unpack_from("<I", data, head + 24 + 112)[0])
    names, table = struct.unpack_from("<I", data, directory + 24)[0], struct.unpack_from("<I", data, directory + 32)[0]
    listed = struct.unpack_from(f"<{names}I", data, offset(table))
    return {_text(data, offset(address)) for address in listed}


def _mach_o(data: bytes) -> set[str]:
    commands, start, found = struct.unpack_from("<I", data, 16)[0], 32, set()
    for _ in range(commands):
        command, size = struct.unpack_from("<II", data, start)
        if command == 2:  # symbol table
            symbols, count, strings, _ = struct.unpack_from("<IIII", data, start + 8)
            for number in range(count):
                name, symbol_kind = struct.unpack_from("<IB", data, symbols + 16 * number)
                if symbol_kind & 0x0F == 0x0F:  # defined in a section, external
                    found.add(_text(data, strings + name).removeprefix("_"))
        start += size
    return found


def install_name(data: bytes) -> str:
    """Return the name a Mach-O library gives itself."""
    commands, start = struct.unpack_from("<I", data, 16)[0], 32
    for _ in range(commands):
        command, size = struct.unpack_from("<II", data, start)
        if command == 13:
            return _text(data, start + struct.unpack_from("<I", data, start + 8)[0])
        start += size
    raise ValueError("no install name")
