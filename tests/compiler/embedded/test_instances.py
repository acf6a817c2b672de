"""Thousands of instances and loads in one process: nothing runs out, nothing grows, nothing is shared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import fmpy
import numpy as np
import pytest

from heatsim.compiler.toolchain import SHARED_SUFFIX

BENT_ROD = """model Rod
  parameter Real G = 2;
  parameter Real T0 = 300;
  input Real Q(start=0);
  Real T[5](start=fill(T0, 5), each fixed=true);
  output Real y;
equation
  y^3 + y = T[1] - 290;
  der(T[1]) = Q - G*(T[1] - T[2]) + 0.01*noEvent(max(y, 0));
  for i in 2:4 loop
    der(T[i]) = G*(T[i-1] - 2*T[i] + T[i+1]);
  end for;
  der(T[5]) = G*(T[4] - T[5]);
  assert(noEvent(T[1] < 1000), "too hot");
end Rod;"""

# Runs alone, so that a crash of the library is seen as what it is, and through the C interface, because other software
# in between keeps memory of its own for each instance.
CHILD = """
import ctypes, gc, json, sys, _ctypes

path, token, way, T0, y = sys.argv[1:]
real, whole, size = ctypes.c_double, ctypes.c_uint32, ctypes.c_size_t
close = _ctypes.FreeLibrary if sys.platform == "win32" else _ctypes.dlclose

def load():
    library = ctypes.CDLL(path)
    library.fmi3InstantiateModelExchange.restype = ctypes.c_void_p
    return library

def start(library, number):
    instance = library.fmi3InstantiateModelExchange(b"unit", token.encode(), None, 0, 0, None, None)
    assert instance
    instance = ctypes.c_void_p(instance)
    value = real(300.0 + number % 7)
    assert library.fmi3SetFloat64(instance, ctypes.byref(whole(int(T0))), size(1), ctypes.byref(value), size(1)) == 0
    assert library.fmi3EnterInitializationMode(instance, 0, real(0), real(0), 0, real(0)) == 0
    assert library.fmi3ExitInitializationMode(instance) == 0
    return instance

def read(library, instance):
    value = real()
    assert library.fmi3GetFloat64(instance, ctypes.byref(whole(int(y))), size(1), ctypes.byref(value), size(1)) == 0
    return value.value

def resident():  # bytes, 0 where the system does not tell
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

values, memory, kept = [], [], []
library = load() if way != "loads" else None
for number in range(2000):
    one = library or load()
    instance = start(one, number)
    if way == "together":
        kept.append(instance)
    else:
        values.append(read(one, instance))
        one.fmi3FreeInstance(instance)
    if way == "loads":
        close(one._handle)
    if number % 400 == 399:
        gc.collect()
        memory.append(resident())
for instance in kept:
    values.append(read(library, instance))
    library.fmi3FreeInstance(instance)
json.dump({"values": values, "memory": memory}, sys.stdout)
"""


def root(right: float) -> float:
    """Return the real solution of y^3 + y = right."""
    return float(next(z.real for z in np.roots([1.0, 0.0, 1.0, -right]) if abs(z.imag) < 1e-9))


@pytest.mark.parametrize("way", ["instances", "loads", "together"])
def test_two_thousand_instances_work_and_leave_no_memory_behind(build, tmp_path: Path, way: str) -> None:
    built = build(BENT_ROD, "Rod")
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    library = next(path for path in (built.folder / "binaries").rglob("*") if path.suffix == SHARED_SUFFIX)
    token = fmpy.read_model_description(str(built.path), validate=False).guid
    references = [str(built.variables[name].valueReference) for name in ("T0", "y")]
    done = subprocess.run(
        [sys.executable, str(script), str(library), token, way, *references],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    expected = [root(10.0 + number % 7) for number in range(2000)]
    assert answer["values"] == pytest.approx(expected, rel=1e-9)
    first, *_, last = answer["memory"]
    growth = (last - first) / 1600  # bytes for each instance, of the process
    assert growth < (4096 if way == "together" else 256)


def test_instances_in_different_states_give_what_each_gives_alone(build) -> None:
    built = build(BENT_ROD, "Rod")
    names = built.names
    random = np.random.default_rng(4)
    points = [(random.uniform(1, 4), random.uniform(280, 400), random.uniform(-5, 5)) for _ in range(6)]

    def step(model, number: int) -> list[float]:
        built.set(model, {"Q": points[number][2], "T[2]": 290.0 + number})
        return built.get(model, "y", *(f"der({name})" for name in names["states"]))

    alone = []
    for number, (conductance, start, _) in enumerate(points):
        model = built.initialized({"G": conductance, "T0": start})
        alone.append(step(model, number))
        model.freeInstance()
    models = [built.initialized({"G": conductance, "T0": start}) for conductance, start, _ in points]
    for _ in range(3):
        for number in (3, 0, 5, 2, 4, 1):
            assert step(models[number], number) == alone[number]
    for model in models:
        model.freeInstance()
