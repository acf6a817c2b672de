"""Packages, inheritance, replacement, records, enumerations, inner/outer, conditional components."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from numpy import exp

Values = Mapping[str, Value]


@case("structure/Within/Cooling", (0, 3, 10, 40), class_name="Within.Cooling")
def within(t: float) -> Values:
    # two masses: mean weighted by capacity stays, the difference decays with G (1/C1 + 1/C2)
    c1, c2, g = 4186.0, 2 * 4186.0, 837.2
    mean = (350 * c1 + 300 * c2) / (c1 + c2)
    difference = 50 * exp(-g * (1 / c1 + 1 / c2) * t)
    return {"hot.T": mean + difference * c2 / (c1 + c2), "cold.T": mean - difference * c1 / (c1 + c2)}


@case("structure/Imports", (0, 0.3, 1))
def imports(t: float) -> Values:
    x = exp(-2 * t)
    return {"d.x": x, "y": x**2 + 7, "z": x**3 + 3}


@case("structure/ExtendsModifications", (0, 0.5, 2))
def extends_modifications(t: float) -> Values:
    return {"x": 2 - exp(-2 * t), "part.x": 6 - 4 * exp(-0.5 * t)}


@case("structure/PartialBase", (0, 1, 3))
def partial_base(t: float) -> Values:
    return {"e.x": exp(-t), "c.x": 1 - 0.25 * t}


@case("structure/MultipleExtends", (0, 1, 3))
def multiple_extends(t: float) -> Values:
    return {"a": exp(-t), "b": 2 * exp(-2 * t), "s": exp(-t) + 2 * exp(-2 * t)}


@case("structure/ReplaceableModel", (0, 0.2, 1))
def replaceable_model(t: float) -> Values:
    return {"plain.T": 10 * exp(-2 * t), "other.T": 10 / (1 + 5 * t)}


@case("structure/ReplaceableComponent", (0, 0.2, 2))
def replaceable_component(t: float) -> Values:
    return {"first.x": t, "second.x": 1.5 * t**2}


@case("structure/ReplaceablePackage", (0, 100, 1000))
def replaceable_package(t: float) -> Values:
    # V cp (rho0 - b (T - 300)) dT = Q dt: rho0 s - b s^2/2 = Q t/(V cp)
    def temperature(cp: float, rho: float, b: float) -> float:
        heat = 100 * t / (0.001 * cp)
        return 300 + (rho - np.sqrt(rho**2 - 2 * b * heat)) / b

    return {"water.volume.T": temperature(4000, 1000, 0.5), "oil.volume.T": temperature(2000, 850, 0.7)}


@case("structure/ReplaceableFunction", (0, 0.5, 2))
def replaceable_function(t: float) -> Values:
    return {"a.x": exp(-2 * t), "b.x": 1 / np.sqrt(1 + 2 * t)}


@case("structure/Records", (0, 0.5, 2))
def records(t: float) -> Values:
    return {
        "o1": 3 + 10 * t + 500 + 6000 + 0.5,
        "o2": t + 20 * t + 700 + 2000,
        "o3": 2 * 2 + 3 * 0.5 + 4 * 0.25,
    }


@case("structure/RecordState", (0, 0.5, 2))
def record_state(t: float) -> Values:
    a, b = np.cos(2 * t), -2 * np.sin(2 * t)
    return {"p.a": a, "p.b": b, "s": a + b}


@case("structure/RecordConnector", (0, 0.5, 2))
def record_connector(t: float) -> Values:
    return {"sink.x": 620 * t, "m": -2}


@case("structure/Enumerations", (0, 0.5, 2))
def enumerations(t: float) -> Values:
    return {"x": 2 * t, "y": 20000 + 2, "z": 7201}


@case("structure/Enumerations", (0, 0.5, 2), modifications={"cp": [1.0, 2.0, 3.0]})
def enumerations_other_table(t: float) -> Values:
    return {"x": 2 * t, "y": 22, "z": 7}


def _inner_outer(k: float, t: float) -> Values:
    grown = t + t**2 / 2
    return {
        "house.a.T": 290 + 30 * exp(-k * grown),
        "house.b.T": 290 + 10 * exp(-k * grown),
        "cellar.c.T": 290 + 30 * exp(-2 * grown),
    }


@case("structure/InnerOuter", (0, 0.5, 2))
def inner_outer(t: float) -> Values:
    return _inner_outer(0.5, t)


@case("structure/InnerOuter", (0, 0.5, 2), parameters={"k": 1.0})
def inner_outer_set(t: float) -> Values:
    return _inner_outer(1.0, t)


@case("structure/ConditionalComponents", (0, 0.5, 2))
def conditional_on(t: float) -> Values:
    return {"mass.T": 300 + 7.5 * t}


@case("structure/ConditionalComponents", (0, 0.5, 2), modifications={"has_second": False, "n": 2})
def conditional_off(t: float) -> Values:
    return {"mass.T": 300 + 55 * t}


@case("structure/ShortClasses", (0, 0.5, 2))
def short_classes(t: float) -> Values:
    return {"a.T": 300 + 50 * exp(-t), "b.T": 300 + 50 * exp(-3 * t)}


@case("structure/FinalProtected", (0, 0.5, 2))
def final_protected(t: float) -> Values:
    return {"s": sum(6 * k * t + k for k in (2, 2, 2, 3, 4))}
