"""Helper of the library's tests: build a plant, import its right-hand side, integrate it.

Independent of the engine on purpose: CasADi reads the FMU, CVODES integrates, inputs are constant over a segment.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import casadi as ca
import numpy as np

from heatsim.fmu import Fmu


@dataclass(frozen=True)
class Run:
    """Trajectories of one run: time in s, states and outputs by name with one value for each time."""

    time: np.ndarray
    values: Mapping[str, np.ndarray]
    final: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        return self.values[name]

    def array(self, name: str) -> np.ndarray:
        """Return the elements of an array variable as columns."""
        columns = []
        while f"{name}[{len(columns) + 1}]" in self.values:
            columns.append(self.values[f"{name}[{len(columns) + 1}]"])
        return np.stack(columns, axis=1)


class Plant:
    """Right-hand side of an FMU as expanded CasADi functions."""

    def __init__(self, fmu: Path, folder: Path) -> None:
        with zipfile.ZipFile(fmu) as archive:
            archive.extractall(folder)
        block = Fmu(fmu).block()
        self.states, self.inputs, self.parameters, self.outputs = (
            [port.name for port in ports] for ports in (block.states, block.inputs, block.parameters, block.outputs)
        )
        self.function = block.function.expand()
        self.u = {port.name: float(port.start or 0.0) for port in block.inputs}
        self.p = dict(zip(self.parameters, map(float, block.parameter_values), strict=True))
        extras = folder / "extra" / "org.heatsim"
        self._start = ca.FileDeserializer(str(extras / "start.casadi")).unpack()
        self._checks = extras / "checks.casadi"
        self._messages = [
            check["message"] for check in json.loads((extras / "model.json").read_text()).get("checks", [])
        ]
        self._made: dict[tuple[int, float], tuple[ca.Function, ca.Function]] = {}

    def _solver(self, points: int, rtol: float) -> tuple[ca.Function, ca.Function]:
        """Return the integrator over `points` equal parts of a scaled time 0..1, and the outputs at all points.

        Inputs, parameters, the length of the run and the scales of the states are values of the call, so that a solver
        serves all runs with its number of points.
        """
        if (points, rtol) not in self._made:
            x, t = ca.SX.sym("x", len(self.states)), ca.SX.sym("t")
            u, p = ca.SX.sym("u", len(self.inputs)), ca.SX.sym("p", len(self.parameters))
            stop, scale = ca.SX.sym("stop"), ca.SX.sym("scale", len(self.states))
            ode, _ = self.function(t * stop, x * scale, u, p)
            problem = {"x": x, "t": t, "p": ca.vertcat(u, p, stop, scale), "ode": ode * stop / scale}
            options = {"reltol": rtol, "abstol": rtol * 1e-2, "max_num_steps": 200000}
            grid = list(np.linspace(0, 1, points)[1:])
            _, y = self.function(t, x, u, p)
            outputs = ca.Function("outputs", [t, x, u, p], [y]).map(points)
            self._made[points, rtol] = (ca.integrator("integrate", "cvodes", problem, 0, grid, options), outputs)
        return self._made[points, rtol]

    def _vector(self, names: list[str], defaults: Mapping[str, float], given: Mapping[str, float]) -> np.ndarray:
        unknown = set(given) - set(names)
        assert not unknown, f"no such variable: {sorted(unknown)}"
        return np.array([given.get(name, defaults[name]) for name in names])

    def start(self, parameters: Mapping[str, float] | None = None) -> np.ndarray:
        """Return the initial states for given parameters."""
        return np.array(self._start(self._vector(self.parameters, self.p, parameters or {}))).ravel()

    def violated(self, parameters: Mapping[str, float] | None = None) -> list[str]:
        """Return the messages of the assertions that do not hold at the start, with the default inputs."""
        if not self._messages:
            return []
        function = ca.FileDeserializer(str(self._checks)).unpack()
        u, p = self._vector(self.inputs, self.u, {}), self._vector(self.parameters, self.p, parameters or {})
        holds = np.array(function(0, self.start(parameters), u, p)).ravel()
        return [message for message, value in zip(self._messages, holds, strict=True) if not value > 0.5]

    def run(
        self,
        stop: float,
        *,
        inputs: Mapping[str, float] | None = None,
        parameters: Mapping[str, float] | None = None,
        x0: np.ndarray | None = None,
        points: int = 101,
        rtol: float = 1e-8,
    ) -> Run:
        """Integrate with constant inputs from time 0 to `stop`."""
        u = self._vector(self.inputs, self.u, inputs or {})
        p = self._vector(self.parameters, self.p, parameters or {})
        x0 = self.start(parameters) if x0 is None else x0
        time = np.linspace(0, stop, points)
        scale = np.where([name.startswith("E_") for name in self.states], 1e9, np.maximum(np.abs(x0), 1e-2))
        integrator, outputs = self._solver(points, rtol)
        result = integrator(x0=x0 / scale, p=np.concatenate([u, p, [stop], scale]))
        xs = np.hstack([x0[:, None], np.array(result["xf"]) * scale[:, None]])
        ys = np.array(outputs(time[None, :], xs, np.tile(u, (points, 1)).T, np.tile(p, (points, 1)).T))
        assert np.isfinite(xs).all()
        assert np.isfinite(ys).all()
        values = dict(zip(self.states, xs, strict=True)) | dict(zip(self.outputs, ys, strict=True))
        return Run(time, values, xs[:, -1])


def energy_residual(run: Run) -> float:
    """Return the largest residual of U(t) - U(0) = sum of E_in_x(t), relative to the exchanged energy."""
    meters = [values - values[0] for name, values in run.values.items() if name.startswith("E_in_")]
    change = run["U"] - run["U"][0]
    exchanged = np.sum(np.abs(meters), axis=0).max()
    return float(np.abs(change - np.sum(meters, axis=0)).max() / exchanged)
