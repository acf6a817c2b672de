"""What a conformance case is: a model, how it is run, and its trajectory from an independent calculation.

An expectation is a function of time that gives values by name, as a dict; a NumPy array stands for all elements of an
array variable (`T` of size 2 is `T[1]` and `T[2]`). Nothing in it may come from a run of heatsim's own compiler: only
closed solutions, `scipy.integrate.solve_ivp` and linear algebra.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MODELS = Path(__file__).parent / "models"
Value = float | int | bool | np.ndarray
Trajectory = Callable[[float], Mapping[str, "Value"]]


@dataclass(frozen=True)
class Case:
    """One run of one model.

    Attributes
    ----------
    model : path of the file below `models`, without its ending
    expected : values by name at a time; discontinuous ones hold for times that are not event times
    times : where the values are compared, s, rising; the last one ends the run
    parameters : set in the FMU before initialization
    modifications : given to the compiler
    inputs : functions of time
    breaks : times where an input jumps or has a kink, s
    expose : internal variables to compare
    class_name : class to compile; the file's class when not given, or `Main` in it when that is a package
    events : number of events after the start, when it is known
    stiff : True for an implicit integrator
    rtol : limit of the difference, relative to the largest value of the variable at `times`
    fails : regular expression of the message when the run is expected to stop
    warns : regular expression of a warning of the run
    max_step : of the integrator, s; short pulses must not fit between two steps
    libraries : of heatsim that the model uses
    """

    model: str
    expected: Trajectory
    times: tuple[float, ...]
    parameters: Mapping[str, float] = field(default_factory=dict)
    modifications: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, Callable[[float], float]] = field(default_factory=dict)
    breaks: tuple[float, ...] = ()
    expose: tuple[str, ...] = ()
    class_name: str = ""
    events: int | None = None
    stiff: bool = False
    rtol: float = 1e-6
    fails: str = ""
    warns: str = ""
    max_step: float = 0.0
    libraries: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return MODELS / f"{self.model}.mo"

    @property
    def target(self) -> str:
        """Qualified name of the class to compile."""
        is_package = re.search(rf"^package {self.path.stem}\b", self.path.read_text(encoding="utf-8"), re.MULTILINE)
        return self.class_name or (f"{self.path.stem}.Main" if is_package else self.path.stem)


CASES: list[Case] = []


def case(model: str, times: Sequence[float], **settings: object) -> Callable[[Trajectory], Trajectory]:
    """Register a function of time as the expectation of a model; can be given several times."""

    def register(expected: Trajectory) -> Trajectory:
        CASES.append(Case(model, expected, tuple(float(t) for t in times), **settings))  # type: ignore[arg-type]
        return expected

    return register


def scalars(values: Mapping[str, Value]) -> dict[str, float]:
    """Return arrays written out by element, names as in Modelica."""
    result: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            for index in np.ndindex(value.shape):
                result[f"{name}[{','.join(str(i + 1) for i in index)}]"] = float(value[index])
        else:
            result[name] = float(value)
    return result
