"""The platforms an FMU can have binaries for, by the names of FMI 2.0 (`win64`) and FMI 3.0 (`x86_64-windows`).

Binaries for this machine are made by its own C compiler, those for others by the one that comes with pip.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from heatsim.errors import UsageError, near_miss

# The oldest glibc that zig can be asked for and that clusters and long-lived distributions still run (2012): a binary
# linked against a newer one would not load there, while an older one loads everywhere.
_GLIBC = "2.17"

_SUFFIX = {"windows": ".dll", "darwin": ".dylib"}


@dataclass(frozen=True)
class Platform:
    """A kind of machine.

    Attributes
    ----------
    name : str
        FMI 3.0 platform tuple, the name of its folder in an FMU: `x86_64-linux`.
    other_names : tuple of str
        Names that are understood too; the first is that of FMI 2.0 where there is one.
    target : str
        What the bundled C compiler calls it.
    """

    name: str
    other_names: tuple[str, ...]
    target: str

    @property
    def system(self) -> str:
        """Operating system: `linux`, `windows` or `darwin`."""
        return self.name.partition("-")[2]


PLATFORMS = (
    Platform("x86_64-linux", ("linux64",), f"x86_64-linux-gnu.{_GLIBC}"),
    Platform("x86_64-windows", ("win64",), "x86_64-windows-gnu"),
    Platform("x86_64-darwin", ("darwin64",), "x86_64-macos"),
    Platform("aarch64-linux", ("linux-arm64",), f"aarch64-linux-gnu.{_GLIBC}"),
    Platform("aarch64-windows", ("win-arm64",), "aarch64-windows-gnu"),
    Platform("aarch64-darwin", ("darwin-arm64",), "aarch64-macos"),
)
_BY_NAME = {name: item for item in PLATFORMS for name in (item.name, *item.other_names)}


def own_platform() -> str:
    """Return the FMI 3.0 platform tuple of this machine, also of one that is not in `PLATFORMS`."""
    machine = platform.machine().lower()
    architecture = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    return f"{architecture}-{ {'win32': 'windows', 'darwin': 'darwin'}.get(sys.platform, 'linux') }"


def library_suffix(platform_tuple: str) -> str:
    """Return the suffix of shared libraries on a platform, by its FMI 3.0 tuple."""
    return _SUFFIX.get(platform_tuple.partition("-")[2], ".so")


def platform_tuples(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the FMI 3.0 platform tuples of the named platforms, each once, in the order of naming.

    Parameters
    ----------
    names : iterable of str, optional
        Names of FMI 2.0 or 3.0, such as `win64` or `x86_64-windows`; this machine's platform when left out.

    Raises
    ------
    UsageError
        A name is unknown, or there is none.
    """
    own = own_platform()
    if names is None:
        return (own,)
    if isinstance(names, str):
        names = names.split(",")
    asked = [name.strip() for name in names]
    if not any(asked):
        raise UsageError(f"no platform is named: give some of {_known()}")
    for name in asked:
        if name not in _BY_NAME and name != own:
            raise UsageError(f"unknown platform '{name}'{near_miss(name, _BY_NAME)}: use some of {_known()}")
    return tuple(dict.fromkeys(_BY_NAME[name].name if name in _BY_NAME else name for name in asked))


def find_platform(platform_tuple: str) -> Platform:
    """Return the platform of an FMI 3.0 tuple that `platform_tuples` gave."""
    return _BY_NAME[platform_tuple]


def _known() -> str:
    return ", ".join(item.other_names[0] for item in PLATFORMS)
