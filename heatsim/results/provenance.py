"""Where a result comes from: what was run, with which values, versions and hashes, and what it took."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import heatsim
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.checkpoint import identity_of
from heatsim.solvers.record import Run
from heatsim.system.loops import loops_of, loops_to_json

_PACKAGES = ("casadi", "fmpy", "netCDF4", "numpy", "scikit-sundae", "scipy", "xarray")


def _kept(run: Run) -> dict[str, str]:
    """Memory of the sampled units at the end, so that another run can start from there."""
    if not run.kept:
        return {}
    try:
        return {"memory": json.dumps(run.kept)}
    except TypeError:
        # a state that a unit keeps itself, of arrays for example: a checkpoint holds it
        return {}


@cache
def versions() -> dict[str, str]:
    """Versions of heatsim, Python, this machine's system, and the packages that decide on numbers."""
    found = {"heatsim": heatsim.__version__, "python": platform.python_version(), "platform": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # an optional one
    return found


def _hash_of_system(run: Run) -> str:
    """SHA-256 of all that a system is made of: units, values, connections, declared inputs."""
    text = json.dumps(identity_of(run.system, run.composite), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def attributes_of(run: Run) -> dict[str, object]:
    """Attributes of the Dataset of a run; strings and numbers only, as netCDF wants them."""
    fmus = {
        (run.system.name if run.alone is not None else m.name): {
            "model": m.unit.name,
            "sha256": m.unit.sha256,
            "fmi": m.unit.fmi_version,
            "interface": m.unit.interface,
            "isolated": m.unit.isolate,
            "compiler": str(m.unit.manifest.get("compiler", m.unit.description.generation_tool or "unknown")),
            "parameters": m.parameters,
        }
        for m in run.system.members.values()
        if isinstance(m.unit, Fmu)
    }
    values = {
        m.name: {key: given for key in ("parameters", "start", "inputs") if (given := getattr(m, key))}
        for m in run.system.members.values()
        if m.parameters or m.start or m.inputs
    }
    bonds = [[b.name, *b.meters] for b in run.system.bonds.values() if b.meters] + run.ledger.bonds
    return {
        "heatsim_version": heatsim.__version__,
        "versions": json.dumps(versions()),
        "date_created": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
        "system": run.system.name,
        "system_sha256": _hash_of_system(run),
        "status": "ok",
        **run.settings,
        "fmus": json.dumps(fmus),
        "values": json.dumps(values),
        "bonds": json.dumps(bonds),
        "loops": loops_to_json(loops_of(run.system)),
        **({"ledger": json.dumps(run.ledger.summary)} if run.ledger.summary else {}),
        "stats": json.dumps(run.stats),
        **_kept(run),
    }
