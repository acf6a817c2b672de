"""What `heatsim build --explain` prints: the structure of a model, the time its build took, and what is in the FMU.

Everything is read from the manifest and the file, so a model that was not compiled again is explained as well.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heatsim.compiler import BuildResult

_NAMES = 12  # variables named of one loop
_BLOCKS = 30  # blocks listed
_WIDTH = 13


def explanation(result: BuildResult) -> list[str]:
    """Return the lines that explain one built model."""
    manifest = result.manifest
    facts = manifest.get("embedded")
    lines = [f"{result.model}: {_count(manifest['states'], 'state')}"]
    if facts is None:
        lines += _openmodelica(manifest)
    else:
        lines[0] += f", {_count(facts['equations'], 'equation')}"
        lines += _structure(facts)
    lines += _entry("events", events_of(manifest) or "none")
    discrete = facts["structure"]["discrete"] if facts else []
    lines += _entry("", f"discrete are {_some(discrete)}") if discrete else []
    lines += _seconds(manifest.get("seconds", {}), result.cached)
    return lines + _content(result.path)


def _structure(facts: Mapping[str, Any]) -> list[str]:
    """Lines on variables, parameters and blocks."""
    found = facts["structure"]
    unknown = found["variables"] - found["inputs"] - facts["states"]
    lines = _entry(
        "variables",
        f"{found['variables']}: {_count(facts['states'], 'state')}, {_count(found['inputs'], 'input')}, "
        f"{_count(unknown, 'algebraic variable')} ({_count(found['outputs'], 'output')} among them all)",
    )
    if found["largest"]:
        lines += _entry("", "largest arrays " + ", ".join(f"{name} ({count})" for name, count in found["largest"]))
    counts = found["parameters"]
    lines += _entry(
        "parameters",
        f"{counts['settable']} can be set in the FMU, {counts['dependent']} follow from others, {counts['fixed']} "
        f"are fixed when built, {counts['without effect']} have no effect",
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in found["blocks"].items())
    lines += _entry("blocks", f"{facts['blocks']} in order: {kinds}")
    coupled = found["coupled"]
    for item in coupled[:_BLOCKS]:
        lines += _entry("", _block(item))
    return lines + (_entry("", f"and {len(coupled) - _BLOCKS} more blocks") if len(coupled) > _BLOCKS else [])


def _block(item: Mapping[str, Any]) -> str:
    """One loop: its kind and size, its iteration variables, and what follows from them."""
    left, unknowns = item["left"], item["unknowns"]
    follow = [name for name in unknowns if name not in set(left)]
    what = "iterates on" if item["kind"] == "nonlinear" else "solves for"
    text = f"{item['kind']}, {_count(len(unknowns), 'unknown')}: {what} {_some(left)}"
    return text + (f"; then {'follows' if len(follow) == 1 else 'follow'} {_some(follow)}" if follow else "")


def events_of(manifest: Mapping[str, Any]) -> str:
    """Return the events of an FMU as a phrase, such as `1 event indicator, 2 discrete variables`; empty for none."""
    events = manifest.get("events", {})
    counts = (
        (manifest["event_indicators"], "event indicator"),
        (events.get("time_events", 0), "time event"),
        (events.get("discrete", 0), "discrete variable"),
    )
    return ", ".join(_count(count, what) for count, what in counts if count)


def _openmodelica(manifest: Mapping[str, Any]) -> list[str]:
    """Lines on what is known of a model that OpenModelica has compiled."""
    equations = manifest.get("equations")
    lines = _entry("equations", f"{equations['all']}, {equations['trivial']} of them trivial") if equations else []
    return lines + _entry("blocks", "not told by OpenModelica: build with --compiler embedded to see them")


def _seconds(seconds: Mapping[str, float], cached: bool) -> list[str]:
    if not seconds:
        return []
    phases = {name: value for name, value in seconds.items() if name != "total"}
    rest = max(0.0, seconds["total"] - sum(phases.values()))
    listed = ", ".join(f"{name} {value:.2f}" for name, value in {"start": rest, **phases}.items())
    when = " (when it was built; nothing has changed since)" if cached else ""
    return _entry("time", f"{seconds['total']:.2f} s: {listed}{when}")


def _content(fmu: Path) -> list[str]:
    """Lines on the files in the FMU, by folder."""
    with zipfile.ZipFile(fmu) as archive:
        sizes = {item.filename: item.file_size for item in archive.infolist()}
    lines = _entry("FMU", f"{fmu} ({_size(fmu.stat().st_size)})")
    folders: dict[str, list[str]] = {}
    for name, size in sorted(sizes.items()):
        folder, _, file = name.rpartition("/")
        folders.setdefault(folder, []).append(f"{file} ({_size(size)})")
    for folder, files in folders.items():
        lines += _entry("", f"{folder}/: {_some(files)}" if folder else _some(files))
    return lines


def _size(size: int) -> str:
    return f"{size / 1e3:.0f} kB" if size >= 1000 else f"{size} B"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def _entry(label: str, text: str) -> list[str]:
    return [f"  {label:<{_WIDTH}} {text}"]
