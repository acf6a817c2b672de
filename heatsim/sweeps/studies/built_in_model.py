"""A Modelica class as study of a sweep: its parameters and constant inputs by name, and the options of its run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import heatsim as hs
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError, near_miss
from heatsim.fmu import Fmu
from heatsim.study import model_run
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.studies.failure import ChecksFailed
from heatsim.sweeps.studies.fingerprint import of_heatsim
from heatsim.sweeps.studies.names import applied, number, split_name
from heatsim.sweeps.studies.options import OPTIONS, option_value
from heatsim.sweeps.studies.series_names import of_fmu, refuse_unknown

_OPTIONS = OPTIONS["class"]


@dataclass(frozen=True)
class ModelStudy:
    """A Modelica class that is built and simulated, as `heatsim run CLASS` does.

    Attributes
    ----------
    model
        Class name; leading packages may be left out.
    """

    model: str
    _folder: Path = field(default_factory=Path.cwd, repr=False)

    @property
    def name(self) -> str:
        """The class name as it was given."""
        return self.model

    def reference(self) -> str:
        """Return the class name."""
        return self.model

    def fingerprint(self) -> Mapping[str, str]:
        """Return versions and hashes of heatsim and its models; a library of the user's comes by `files`."""
        return of_heatsim()

    def files(self, name: str, value: str) -> tuple[Path, ...]:
        """Return the Modelica library that is named."""
        return (self._folder / value,) if name == "library" else ()

    def check(self, case: SweepCase) -> None:
        """Build the class with what of the case is compiled in, and look whether the rest is there."""
        options = self.options(case)
        refuse_unknown(self.name, case.series, of_fmu(_fmu(self.model, options.library, options.compiler, ())))

    def describe(self, name: str) -> tuple[str | None, str | None]:
        """Return unit and description of an option, a parameter or an input."""
        base, change = split_name(name)
        if base in _OPTIONS:
            return _OPTIONS[base].unit or None, _OPTIONS[base].description
        try:
            variable = _fmu(self.model, None, "auto", ()).variables.get(base)
        except UsageError:
            return None, None  # a class of a library that only the settings name
        if variable is None:
            return None, None
        text = variable.description or None
        return "1" if change == "factor" else variable.unit or "1", f"{text}, {change}" if change and text else text

    def warm(self) -> None:
        """Share nothing: an FMU is built or loaded by the first case that needs it."""

    def run(self, case: SweepCase) -> xr.Dataset:
        """Build and simulate; figures are smallest, largest and last value of each main variable."""
        result = model_run.run(self.options(case))
        if result.failure is not None:
            raise ChecksFailed(result.failure)
        kept = result.dataset if case.series else xr.Dataset(attrs=result.dataset.attrs)
        return kept.assign(dict(_figures(result)))

    def options(self, case: SweepCase) -> model_run.ModelRun:
        """Return what `heatsim.study.model_run` runs for a case."""
        values = {**case.settings, **case.values}
        chosen = {name: option_value(name, _OPTIONS[name], values[name]) for name in _OPTIONS if name in values}
        given = {name: value for name, value in chosen.items() if value is not None}
        if "library" in given:
            given["library"] = str(self._folder / given["library"])
        options = model_run.ModelRun(model=self.model, **given)
        settings, changes = _sorted(values)
        built_in: dict[str, Any] = {}
        plain = _fmu(self.model, options.library, options.compiler, ())
        for name, value in settings.items():
            if name in plain.parameters or name in plain.inputs:
                number(name, value, plain.variables[name].unit)
            else:
                # a range gives floats, and the number of layers of a tank is an Integer
                whole = isinstance(value, float) and value.is_integer()
                built_in[name] = settings[name] = int(value) if whole else value  # type: ignore[arg-type]
        fmu = plain if not built_in else self._built(options, built_in)
        for name, change in changes.items():
            settings[name] = applied(name, change, _usual(fmu, name, settings.get(name)))
        return replace(options, settings=settings)

    def _built(self, options: model_run.ModelRun, values: Mapping[str, Value]) -> Fmu:
        try:
            return _fmu(self.model, options.library, options.compiler, tuple(sorted(values.items())))
        except UsageError as error:
            plain = _fmu(self.model, options.library, options.compiler, ())
            known = [*plain.parameters, *plain.inputs, *_OPTIONS]
            hints = "".join(near_miss(name, known) for name in values)
            raise UsageError(f"{error}{'' if hints in str(error) else hints}") from error


def model_study(text: str) -> ModelStudy:
    """Return a Modelica class as study, under its full name where it is one of heatsim's library."""
    try:
        return ModelStudy(open_library(None).resolve(text))
    except UsageError:
        return ModelStudy(text)  # of a library that the setting `library` names


def is_class(text: str) -> bool:
    """Whether heatsim's library has a class of this name, leading packages left out."""
    return any(name.rpartition(".")[2] == text for name in open_library(None).models())


def _sorted(values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, dict[str, float]]]:
    settings: dict[str, Value] = {}
    changes: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        base, change = split_name(name)
        if change and base in _OPTIONS:
            raise UsageError(f"{name}: sweep the values of the option {base} themselves")
        if change:
            changes.setdefault(base, {})[change] = number(name, value, "1" if change == "factor" else "")
        elif base not in _OPTIONS:
            settings[base] = value
    return settings, changes


def _usual(fmu: Fmu, name: str, given: Value) -> float:
    variable = fmu.parameters.get(name) or fmu.inputs.get(name)
    if variable is None:
        known = [*fmu.parameters, *fmu.inputs]
        raise UsageError(f"{fmu.name} has no parameter or input '{name}'{near_miss(name, known)} that can be changed")
    value = variable.start if given is None else number(name, given, variable.unit)
    if value is None:
        raise UsageError(f"{name}: has no value that could be changed; give one")
    return float(value)


@lru_cache(maxsize=64)
def _fmu(model: str, library: str | None, compiler: str, parameters: tuple[tuple[str, Value], ...]) -> Fmu:
    # a file that has changed since is built anew by the process that runs the case, and the fingerprint tells of it
    return hs.build(model, library=library, compiler=compiler, parameters=dict(parameters) or None)


def _figures(result: model_run.ModelResult) -> Iterator[tuple[str, xr.DataArray]]:
    for name in result.variables:
        variable = result.dataset[name].transpose("time", ...)
        values = np.asarray(variable.values, dtype=float)
        text, unit = str(variable.attrs["long_name"]), str(variable.attrs["units"])
        for word, value in (("min", values.min()), ("max", values.max())):
            yield f"{name}.{word}", _figure(float(value), unit, f"{text}, {_WORDS[word]}")
        last = values[-1].ravel()
        for i, value in enumerate(last, start=1):
            label = name if last.size == 1 else f"{name}[{i}]"
            yield f"{label}.final", _figure(float(value), unit, f"{text}, at the end")
    if result.audit is not None:
        share = float(result.audit.total.share)
        yield "energy_residual", _figure(share, "1", "Energy that is missing, over the energy exchanged")


_WORDS = {"min": "smallest value", "max": "largest value"}


def _figure(value: float, unit: str, text: str) -> xr.DataArray:
    return xr.DataArray(value if math.isfinite(value) else math.nan, attrs={"units": unit, "long_name": text})
