"""Makes one xarray.Dataset of a run, and keeps it on disk."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

import heatsim
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.block import Port, array_shapes, element_names, matches, split_subscript
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.record import Run
from heatsim.system.system import System

_PER = re.compile(r"\bper (?P<word>[A-Za-z_]\w*)\W*$")


def to_dataset(run: Run, variables: str | Sequence[str] | None = None) -> xr.Dataset:
    """Dataset of a run.

    Parameters
    ----------
    run
        The raw arrays.
    variables
        Which to keep: names or patterns (`"storage.*"`, `"*.T_supply"`); the word "states" adds all states. None keeps
        outputs, commands and system inputs.

    Returns
    -------
    xarray.Dataset
        Coordinate `time` in s. `unit.variable` in a system, `variable` for one FMU alone. An array variable is one
        entry with its own dimension, `unit.layer` when its description ends in "per layer".

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    patterns = [variables] if isinstance(variables, str) else list(variables or [])
    columns = _columns(run, with_states="states" in patterns)
    patterns = [p for p in patterns if p != "states"]
    wanted = _select(columns, patterns)
    state_names = set(_state_columns(run))
    if patterns and variables is not None and "states" in ([variables] if isinstance(variables, str) else variables):
        wanted |= {n for n in columns if n in state_names}
    data: dict[str, xr.Variable] = {}
    sizes: dict[str, int] = {}
    for name, (ports, block) in columns.items():
        if name in wanted:
            data[name] = _variable(name, ports, block, sizes)
    time = xr.Variable("time", run.time, {"units": "s", "long_name": "Time"})
    return xr.Dataset(data, coords={"time": time}, attrs=_attributes(run))


def check_variables(model: System | Fmu, variables: str | Sequence[str] | None) -> None:
    """Refuse a name or pattern that no run of this model can give, before the run.

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    if isinstance(model, Fmu):
        names = [*model.inputs, *model.outputs, *model.states]
        names += [*array_shapes(model.inputs), *array_shapes(model.outputs), *array_shapes(model.states)]
    else:
        groups = ("outputs", "states")
        names = [*model.inputs]
        names += [f"{m.name}.{n}" for m in model.members.values() for group in groups for n in m.names(group)]
    patterns = [variables] if isinstance(variables, str) else list(variables or [])
    _select(names, [p for p in patterns if p != "states"])


Column = tuple[list[Port], np.ndarray]


def _columns(run: Run, with_states: bool) -> dict[str, Column]:
    """Entry name -> (ports of its elements, values of shape (n, elements)), arrays gathered."""
    composite = run.composite
    scalars: dict[str, tuple[Port, np.ndarray]] = {}
    for i, path in enumerate(composite.externals):
        scalars[path] = (_external_port(run, path), run.u[:, i])
    for i, path in enumerate(composite.outputs):
        scalars[_shown(run, path)] = (composite.output_ports[i], run.y[:, i])
    if with_states:
        for i, path in enumerate(composite.states):
            scalars.setdefault(_shown(run, path), (composite.state_ports[i], run.x[:, i]))
    shapes = array_shapes(scalars)
    columns: dict[str, Column] = {}
    for name, (port, values) in scalars.items():
        base = split_subscript(name)[0]
        if base in shapes:
            if base not in columns:
                members = [scalars[n] for n in element_names(base, shapes[base])]
                columns[base] = ([m[0] for m in members], np.stack([m[1] for m in members], axis=1))
        else:
            columns[name] = ([port], values[:, None])
    return columns


def _state_columns(run: Run) -> list[str]:
    names = [_shown(run, path) for path in run.composite.states]
    shapes = array_shapes(names)
    return [split_subscript(n)[0] if split_subscript(n)[0] in shapes else n for n in names]


def _shown(run: Run, path: str) -> str:
    return path if run.alone is None else path.partition(".")[2]


def _external_port(run: Run, path: str) -> Port:
    declared = run.system.input_scalars.get(path)
    if declared is not None:
        return Port(path, declared.unit, description=declared.description)
    unit, _, name = path.partition(".")
    return run.system.members[unit].ports["outputs"][name]


def _select(columns: Collection[str], patterns: list[str]) -> set[str]:
    if not patterns:
        return set(columns)
    wanted: set[str] = set()
    for pattern in patterns:
        found = {n for n in columns if n == pattern or matches(pattern, n)}
        if not found:
            raise UsageError(
                f"variables: nothing matches '{pattern}'{near_miss(pattern, columns)}; states need \"states\" in "
                "the list"
            )
        wanted |= found
    return wanted


def _variable(name: str, ports: list[Port], values: np.ndarray, sizes: dict[str, int]) -> xr.Variable:
    port = ports[0]
    attrs: dict[str, object] = {"units": port.unit or "1", "long_name": port.description or name}
    if split_subscript(name)[1] or not split_subscript(port.name)[1]:
        # a scalar, or an element of an array that is not all there
        return xr.Variable("time", values[:, 0], attrs)
    shape = array_shapes(p.name for p in ports)[split_subscript(port.name)[0]]
    return xr.Variable(("time", *_dimensions(name, port.description, shape, sizes)), values.reshape(-1, *shape), attrs)


def _dimensions(name: str, description: str, shape: tuple[int, ...], sizes: dict[str, int]) -> list[str]:
    """Names of the dimensions after time; notes their lengths in `sizes`."""
    unit, dot, _ = name.rpartition(".")
    prefix = unit.split(".")[0] + "." if dot else ""
    match = _PER.search(description)
    # arrays of another length with the same word, faces beside layers say, get a dimension of their own
    if match is not None and len(shape) == 1 and sizes.setdefault(f"{prefix}{match['word']}", shape[0]) == shape[0]:
        return [f"{prefix}{match['word']}"]
    return [f"{name}_index"] if len(shape) == 1 else [f"{name}_index_{i + 1}" for i in range(len(shape))]


def _attributes(run: Run) -> dict[str, object]:
    fmus = {
        (run.system.name if run.alone is not None else m.name): {
            "model": m.unit.name,
            "sha256": m.unit.sha256,
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
    bonds = [[b.name, *b.meters] for b in run.system.bonds.values()]
    return {
        "heatsim_version": heatsim.__version__,
        "system": run.system.name,
        "status": "ok",
        **run.settings,
        "fmus": json.dumps(fmus),
        "values": json.dumps(values),
        "bonds": json.dumps(bonds),
        "stats": json.dumps(run.stats),
    }


def save(ds: xr.Dataset, path: str | Path) -> Path:
    """Write a Dataset to netCDF under a temporary name, then rename, so that a file under `path` is always complete.

    Parameters
    ----------
    ds
        The result.
    path
        Target file; its folder is created.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    UsageError
        When the folder cannot be written, or an attribute does not fit into a netCDF file.
    """
    target = Path(path)
    for name, attrs in (("", ds.attrs), *((str(n), v.attrs) for n, v in ds.variables.items())):
        for key, value in attrs.items():
            if value is None or isinstance(value, bool | np.bool_):
                raise UsageError(
                    f"{target}: attribute '{key}' of {name or 'the Dataset'} is {value}, which netCDF cannot hold; "
                    "write a string or a number"
                )
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name, variable in ds.data_vars.items()
        if variable.ndim and variable.dtype.kind in "fiu"
    }
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(target)
        ds.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
        os.replace(temporary, target)
    except OSError as error:
        raise UsageError(
            f"{target}: the result cannot be written ({error.strerror or error}); choose another folder"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return target


def _temporary(target: Path) -> Path:
    """A new empty file beside the target, with the rights that any new file gets."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    # mkstemp shuts others out; the umask can only be read by setting it
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(name, 0o666 & ~umask)
    return Path(name)


def load(path: str | Path) -> xr.Dataset:
    """Read a Dataset that `save` wrote, whole, so that the file is closed again.

    Raises
    ------
    UsageError
        When there is no such file.
    """
    source = Path(path)
    if not source.is_file():
        raise UsageError(f"{source}: no such result file; check the path")
    with xr.open_dataset(source, engine="netcdf4", decode_times=False) as ds:
        return ds.load()
