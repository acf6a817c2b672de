"""One FMU: what its description says, and its equations as a block for the solvers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from heatsim.errors import FmuError, UsageError, near_miss
from heatsim.fmu.archive import sha256_of, unpack
from heatsim.fmu.binary import Binary
from heatsim.fmu.block import Block, Port
from heatsim.fmu.description import Description, Variable
from heatsim.fmu.description_reader import description_of
from heatsim.fmu.equations import ORACLE, Equations, check_names, import_equations, start_values
from heatsim.fmu.execution import why_binary
from heatsim.fmu.extra import MANIFEST, NAMES, event_counts, read_extra
from heatsim.fmu.instance import initial_states, start_depends_on_inputs
from heatsim.fmu.isolated import Isolated
from heatsim.one_at_a_time import one_at_a_time


class Fmu:
    """A Functional Mock-up Unit, FMI 2.0 or 3.0.

    Attributes
    ----------
    name
        Model name, e.g. `HeatReuse.Plants.ThermalStorage`.
    path
        The file.
    fmi_version
        "2.0", "3.0", …
    model_exchange
        True when the FMU offers Model Exchange, the kind heatsim integrates.
    inputs, outputs, parameters, states
        Variables by name, in the order of the model description. `parameters` are those that can be set.
    co_simulation
        True when it offers Co-Simulation: it brings a solver of its own.
    interface
        The one that is used: "model_exchange" or "co_simulation".
    isolate, time_limit
        Whether its binary runs in a process of its own, and how long one call may take there, s.
    manifest
        What heatsim's compiler wrote into the FMU (compiler, versions, hashes); empty for other tools' FMUs.
    sha256
        Hash of the file.

    Parameters
    ----------
    path
        The file.
    interface
        "model_exchange" or "co_simulation"; default is Model Exchange where the FMU offers it.
    isolate
        Run the binary in a process of its own, so that its crash or hang becomes an error. An FMU that allows only one
        instance in a process always runs so.
    time_limit
        Longest time that one call of an isolated FMU may take, s.

    Raises
    ------
    FmuError
        When the file is missing or is no FMU.
    """

    def __init__(
        self, path: str | Path, *, interface: str | None = None, isolate: bool = False, time_limit: float = 60.0
    ) -> None:
        self.path = Path(path)
        if not time_limit > 0.0:
            raise UsageError(f"{self.path.name}: time_limit must be a positive number of seconds, not {time_limit!r}")
        self.time_limit = time_limit
        if not self.path.is_file():
            candidates = [p.name for p in self.path.parent.glob("*.fmu")] if self.path.parent.is_dir() else []
            raise FmuError(
                f"{self.path}: no such file{near_miss(self.path.name, candidates)}; build it first or check the path"
            )
        self.sha256 = sha256_of(self.path)
        self.description: Description = description_of(self.path)
        self.folder = unpack(self.path, self.sha256)
        self.name = self.description.model_name
        self.fmi_version = self.description.fmi_version
        self.model_exchange = self.description.model_exchange
        self.co_simulation = self.description.co_simulation
        self.interface = self._chosen(interface)
        # instances of one FMU in several units, or beside a trial of it, would disturb each other
        self.isolate = isolate or self.description.interfaces[self.interface].can_be_instantiated_only_once
        self.variables: dict[str, Variable] = self.description.variables
        self.inputs = {n: v for n, v in self.variables.items() if v.causality == "input"}
        self.outputs = {n: v for n, v in self.variables.items() if v.causality == "output"}
        self.parameters = {n: v for n, v in self.variables.items() if _settable(v)}
        self.states = {n: self.variables[n] for n in self.description.states}
        self._initial_states: dict[tuple[tuple[str, float], ...], np.ndarray] = {}
        self._start_depends: dict[tuple[tuple[str, float], ...], bool] = {}
        self._equations: dict[tuple[str, tuple[tuple[str, float], ...]], Equations] = {}

    def _chosen(self, interface: str | None) -> str:
        offered = [n for n in ("model_exchange", "co_simulation") if getattr(self.description, n)]
        if not offered:
            raise FmuError(
                f"{self.path.name}: offers neither Model Exchange nor Co-Simulation; export it as one of them"
            )
        if interface is None:
            return offered[0]
        if interface not in offered:
            raise FmuError(
                f"{self.path.name}: offers {' and '.join(offered)}, not '{interface}'; choose what it offers"
            )
        return interface

    @cached_property
    def has_events(self) -> bool:
        """Whether the FMU announces events: indicators, or the embedded compiler's own account of them."""
        if self.description.event_indicators > 0:
            return True
        return any(event_counts(read_extra(self.folder, NAMES, self.path.name)).values())

    @cached_property
    def why_binary(self) -> str:
        """Why a Model Exchange FMU is run through its binary, in words; "" when it is equations in a graph."""
        if self.isolate:
            return "runs in a process of its own (isolate=True, or it allows only one instance in a process)"
        return why_binary(self.path.name, self.folder, self.description)

    @property
    def execution(self) -> str:
        """How heatsim runs it: "graph" (equations in one graph with others), "events" or "co_simulation" (binary).

        To tell, FMUs of other tools are initialised once, which runs their code.
        """
        if self.interface == "co_simulation":
            return "co_simulation"
        return "events" if self.why_binary else "graph"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Content of the manifest that heatsim's compiler puts into an FMU."""
        return read_extra(self.folder, MANIFEST, self.path.name)

    def __repr__(self) -> str:
        kind = "Model Exchange" if self.model_exchange else "Co-Simulation"
        return (
            f"Fmu({self.name}, FMI {self.fmi_version} {kind}: {len(self.inputs)} inputs, {len(self.outputs)} outputs, "
            f"{len(self.states)} states, {len(self.parameters)} parameters)"
        )

    @one_at_a_time
    def block(self, parameters: Mapping[str, float] | None = None, name: str | None = None) -> Block:
        """Equations and start values for the solvers.

        Parameters
        ----------
        parameters
            Values by name, SI.
        name
            Name for messages; default is the model's.

        Returns
        -------
        Block
            `function` is SX when the FMU carries its equations and has no nonlinear block, otherwise it calls the FMU.

        Raises
        ------
        UsageError
            For an unknown parameter or a value that is no finite number.
        FmuError
            When the FMU is not Model Exchange, has events, or cannot be evaluated.
        """
        label = name or self.name
        values = self.checked_parameters(dict(parameters or {}), label)
        self._check_supported(label)
        equations = self._imported(label, values)
        lost = [n for n in values if equations.symbolic_parameters and n not in equations.parameters]
        if lost:
            raise UsageError(
                f"{label}: parameter '{lost[0]}' is not among the parameters of the FMU's equations, so setting it "
                "would have no effect; give it to the compiler when building"
            )
        parameter_values = np.array(
            [values[n] if n in values else self._default(n, label) for n in equations.parameters], dtype=float
        )
        return Block(
            name=label,
            inputs=tuple(port_of(self.variables[n]) for n in equations.inputs),
            outputs=tuple(port_of(self.variables[n]) for n in equations.outputs),
            states=tuple(port_of(self.variables[n]) for n in equations.states),
            parameters=tuple(port_of(self.variables[n]) for n in equations.parameters),
            function=equations.function,
            parameter_values=parameter_values,
            initial_states=self._start(equations, parameter_values, values, label),
            symbolic=equations.symbolic,
            checks=equations.checks,
            start=self._start_from_inputs(equations, values, label),
        )

    def _imported(self, label: str, values: dict[str, float]) -> Equations:
        """Equations, imported once for each name, and for each set of values where these are put in."""
        known = self._equations.get((label, ())) or self._equations.get((label, tuple(values.items())))
        if known is None:
            identifier = self.description.interfaces["model_exchange"].model_identifier
            try:
                known = import_equations(label, self.folder, identifier, list(self.parameters), values)
            except FmuError:
                if not (self.folder / ORACLE).is_file():
                    # the binary itself says more than CasADi about it: whether there is one, and its log
                    initial_states(label, self.folder, self.description, values)
                raise
            check_names(label, known, self.variables)
            self._equations[(label, () if known.symbolic_parameters else tuple(values.items()))] = known
        return known

    def _default(self, name: str, label: str) -> float:
        start = self.variables[name].start
        if start is None:
            raise FmuError(f"{label}: parameter '{name}' has no start value in modelDescription.xml; give it a value")
        return start

    def _start(
        self, equations: Equations, parameter_values: np.ndarray, values: dict[str, float], label: str
    ) -> np.ndarray:
        """Start values of the states for these parameters."""
        own = start_values(equations, parameter_values)
        if own is not None:
            bad = ~np.isfinite(own)
            if bad.any():
                raise FmuError(
                    f"{label}: the start value of '{equations.states[int(np.argmax(bad))]}' is not finite; "
                    "check its parameters"
                )
            return own
        if not equations.states and equations.symbolic:
            return np.zeros(0)
        key = tuple(sorted(values.items()))
        if key not in self._initial_states:
            try:
                found = initial_states(label, self.folder, self.description, values)
            except FmuError:
                if not equations.start_depends:
                    raise
                # the inputs of the run may do where the defaults do not
                found = np.array([port_of(self.variables[n]).start or 0.0 for n in self.description.states])
            self._initial_states[key] = found
        return self._initial_states[key][self._places(equations)]

    def _places(self, equations: Equations) -> list[int]:
        position = {n: i for i, n in enumerate(self.description.states)}
        return [position[n] for n in equations.states]

    def _start_from_inputs(
        self, equations: Equations, values: dict[str, float], label: str
    ) -> Callable[[float, np.ndarray], np.ndarray] | None:
        """Start values from time and inputs where they depend on them."""
        key = tuple(sorted(values.items()))
        if equations.start is not None or not equations.states:
            return None
        if key not in self._start_depends:
            known = equations.start_depends
            if known is None:
                known = start_depends_on_inputs(label, self.folder, self.description, values)
            self._start_depends[key] = known
        if not self._start_depends[key]:
            return None

        def start(t: float, u: np.ndarray) -> np.ndarray:
            given = {**values, **dict(zip(equations.inputs, np.asarray(u, dtype=float).tolist(), strict=True))}
            return initial_states(label, self.folder, self.description, given, t)[self._places(equations)]

        return start

    def open_binary(self, label: str | None = None) -> Binary:
        """Instance of the FMU's binary with the chosen interface; to be closed by the caller.

        Raises
        ------
        FmuError
            When there is no binary for this platform, or it cannot be instantiated.
        """
        if self.isolate:
            return Isolated(label or self.name, self.folder, self.description, self.interface, self.time_limit)
        return Binary(label or self.name, self.folder, self.description, self.interface)

    def checked_parameters(self, parameters: Mapping[str, float], label: str) -> dict[str, float]:
        """Values of parameters as floats; raises UsageError for an unknown name or a value that is no finite number."""
        for name, value in parameters.items():
            if name not in self.parameters:
                known = self.variables.get(name)
                if known is not None:
                    raise UsageError(
                        f"{label}: '{name}' has the role '{known.causality}' and cannot be set as a parameter; "
                        "set what it "
                        "follows from, "
                        "or give it to the compiler when building"
                    )
                raise UsageError(
                    f"{label}: no parameter '{name}'{near_miss(name, self.parameters)}; `heatsim info` lists the "
                    "parameters"
                )
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
                raise UsageError(f"{label}: parameter '{name}' must be a finite number, not {value!r}")
        return {n: float(v) for n, v in parameters.items()}

    def _check_supported(self, label: str) -> None:
        if not self.model_exchange:
            raise FmuError(
                f"{label}: {self.path.name} is Co-Simulation only and brings its own solver, so it has no equations to "
                "be read; run it with a method of co-simulation, e.g. method='jacobi', or export it as Model Exchange"
            )
        if self.why_binary:
            raise FmuError(
                f"{label}: {self.path.name} {self.why_binary}, so its equations are not read as expressions; "
                "hs.simulate runs it through its binary; wrap conditions in noEvent(…) or smooth(…) where expressions "
                "are needed"
            )
        for variable in (*self.inputs.values(), *self.outputs.values(), *self.states.values()):
            if variable.shape:
                raise FmuError(
                    f"{label}: variable '{variable.name}' is an FMI array; export the FMU with scalar variables"
                )


def port_of(variable: Variable) -> Port:
    """Port of a variable; its nominal value is 1 when none is declared."""
    return Port(
        name=variable.name,
        unit=variable.unit,
        start=variable.start,
        nominal=abs(variable.nominal) if variable.nominal else 1.0,
        description=variable.description,
        minimum=variable.minimum,
        maximum=variable.maximum,
    )


def _settable(variable: Variable) -> bool:
    return (
        variable.causality == "parameter"
        and variable.variability in ("fixed", "tunable")
        and variable.type == "Real"
        and not variable.shape
    )
