"""Compiles a small Modelica model around a component, for tests that compare it with an independent calculation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from balance import LIBRARY, NoBinary
from modelica_plant import Plant

from heatsim.compiler.embedded import compile_model


def bench(text: str, folder: Path) -> Plant:
    """Compile `model Bench` of a text on top of the library."""
    source, out = folder / "Bench.mo", folder / "bench.fmu"
    source.write_text(text, encoding="utf-8")
    compile_model("Bench", library=source, needs=[LIBRARY], out=out, c_compiler=NoBinary())
    return Plant(out, folder / "bench")


def settled(plant: Plant, seconds: float, **inputs: float) -> dict[str, float]:
    """Return all variables after a time with constant inputs."""
    run = plant.run(seconds, inputs=inputs, points=3)
    return {name: float(values[-1]) for name, values in run.values.items()}


def counterflow(UA: float, C1: float, C2: float) -> float:
    """Return heat over difference of inlet temperatures of ideal counterflow, W/K (Kays and London)."""
    small, large = min(C1, C2), max(C1, C2)
    if small == 0.0:
        return 0.0
    NTU, ratio = UA / small, small / large
    if abs(1.0 - ratio) < 1e-9:
        return small * NTU / (1.0 + NTU)
    decay = float(np.exp(-NTU * (1.0 - ratio)))
    return small * (1.0 - decay) / (1.0 - ratio * decay)


def parallel(UA: float, C1: float, C2: float) -> float:
    """Return heat over difference of inlet temperatures of parallel flow, W/K (Kays and London)."""
    small, large = min(C1, C2), max(C1, C2)
    ratio = small / large
    return small * (1.0 - float(np.exp(-UA / small * (1.0 + ratio)))) / (1.0 + ratio)
