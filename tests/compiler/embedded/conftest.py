"""Compile small models and evaluate the FMUs through their binary (FMPy) or as expressions (CasADi)."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import casadi as ca
import fmpy
import numpy as np
import pytest
from fmpy.fmi3 import FMU3Model

from heatsim.compiler.embedded import CompileInfo, compile_model
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.fmu import Fmu


@dataclass
class Built:
    """A compiled model."""

    path: Path
    folder: Path
    info: CompileInfo

    @property
    def names(self) -> dict[str, list[str]]:
        return json.loads((self.folder / "extra/org.heatsim/model.json").read_text(encoding="utf-8"))

    @property
    def variables(self) -> dict[str, object]:
        description = fmpy.read_model_description(str(self.path), validate=False)
        return {variable.name: variable for variable in description.modelVariables}

    def instance(self) -> FMU3Model:
        """Return an instance of the binary, not yet initialized."""
        description = fmpy.read_model_description(str(self.path), validate=False)
        model = FMU3Model(
            guid=description.guid,
            unzipDirectory=str(self.folder),
            modelIdentifier=description.modelExchange.modelIdentifier,
            instanceName="unit",
        )
        model.instantiate()
        return model

    def initialized(self, parameters: Mapping[str, float] | None = None, time: float = 0.0) -> FMU3Model:
        model = self.instance()
        self.set(model, parameters or {})
        model.enterInitializationMode(startTime=time)
        model.exitInitializationMode()
        return model

    def get(self, model: FMU3Model, *names: str) -> list[float]:
        variables = self.variables
        return list(model.getFloat64([variables[name].valueReference for name in names]))

    def set(self, model: FMU3Model, values: Mapping[str, float]) -> None:
        variables = self.variables
        for name, value in values.items():
            model.setFloat64([variables[name].valueReference], [value])

    def function(self) -> ca.Function:
        """Return f(t, x, u, p) -> (ode, y) from the equations in the FMU."""
        return Fmu(self.path).block().function

    def simulate(
        self, stop: float, parameters: Mapping[str, float] | None = None, inputs: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """Integrate with constant inputs and return all states and outputs at the end."""
        names, variables = self.names, self.variables
        p = [float(dict(parameters or {}).get(n, variables[n].start)) for n in names["parameters"]]
        u = [float(dict(inputs or {}).get(n, variables[n].start)) for n in names["inputs"]]
        start = ca.FileDeserializer(str(self.folder / "extra/org.heatsim/start.casadi")).unpack()
        x0 = np.array(start(ca.DM(p))).ravel()
        f = self.function()
        x, t = ca.MX.sym("x", len(x0)), ca.MX.sym("t")
        ode = f(t, x, ca.DM(u), ca.DM(p))[0]
        options = {"reltol": 1e-10, "abstol": 1e-10, "max_num_steps": 100000}
        integrator = ca.integrator("i", "cvodes", {"x": x, "t": t, "ode": ode}, 0.0, stop, options)
        end = np.array(integrator(x0=x0)["xf"]).ravel()
        y = np.array(f(stop, end, ca.DM(u), ca.DM(p))[1]).ravel()
        return dict(zip(names["states"], end, strict=True)) | dict(zip(names["outputs"], y, strict=True))


Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Return a function that compiles Modelica text (or a library) to a `Built`."""
    count = 0

    def compile_text(
        source: str | Path,
        model: str = "M",
        parameters: Mapping[str, object] | None = None,
        expose: tuple[str, ...] = (),
    ) -> Built:
        nonlocal count
        count += 1
        if isinstance(source, Path):
            library = source
        else:
            library = tmp_path / f"source{count}.mo"
            library.write_text(source, encoding="utf-8")
        out = tmp_path / f"model{count}.fmu"
        info = compile_model(
            model, library=library, out=out, parameters=parameters, expose=expose, c_compiler=find_c_compiler()
        )
        folder = tmp_path / f"unpacked{count}"
        with zipfile.ZipFile(out) as archive:
            archive.extractall(folder)
        return Built(out, folder, info)

    yield compile_text
    shutil.rmtree(tmp_path, ignore_errors=True)
