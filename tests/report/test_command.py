"""The command of a report makes the same cases again, bit for bit."""

from __future__ import annotations

import argparse
import shlex

import numpy as np
import pytest

from heatsim.cli import sweep as command_line
from heatsim.cli.sweep_arguments import plan_of
from heatsim.report.command import MOST_ROWS, command
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.keeping.definition import Definition

STUDY = "def study(case):\n    return {'y': 1.0}\n"
RNG = np.random.default_rng(5)


def cases_of(line: str) -> list[str]:
    """Return the identifiers of the cases of a command line, as the command itself reads it."""
    parser = argparse.ArgumentParser()
    command_line.add_parser(parser.add_subparsers())
    program, *words = shlex.split(line)
    assert program == "heatsim"
    definition = plan_of(parser.parse_args(words)).definition
    return [case.id for case in definition.cases()]


@pytest.mark.parametrize(
    ("over", "options"),
    [
        ({"a": "range(1,2,7)", "b": "logrange(1e-3,7,9)"}, {}),
        ({"a": "range(0.1m3,900m3,11)", "T": ["75degC", "80degC"], "s": [True, False]}, {}),
        ({"a": list(range(9)), "b": RNG.uniform(0.0, 1e7, 8)}, {"constraints": ["b >= 1e6 * a"]}),
        ({"a": ["'2stage'", "plain", "'500m3'", "'true'", "'a,b'"], "b": [1, 2.5, 1e-12]}, {}),
        ({"a": [3.0], "b:factor": [0.1, 0.2, 0.30000000000000004]}, {}),
        ({"a": "range(1.1MW,3.3MW)", "b": "logrange(1,3)", "c": "choices(x,y)"}, {"sample": "lhs:9", "seed": 4}),
        ({"a": (1.0, 2.0), "b": (0.0, 0.3)}, {"sample": "sobol:8"}),
        ({"a": (1.0, 2.0), "b": (0.0, 0.3)}, {"sample": "morris:4", "seed": 9}),
        ({"a": [1, 1, 2], "b": [0.5, 0.25, 0.5], "c": [7]}, {"sample": "zip"}),
        ([{"a": 1, "b": "x"}, {"a": 2, "b": "x"}, {"a": 1, "b": "y"}], {}),
    ],
)
def test_command_makes_the_same_cases(tmp_path, over, options):
    file = tmp_path / "it.py"
    file.write_text(STUDY)
    settings = {"rated": 1.5e6, "way": "jacobi", "on": True, "n": 3}
    cases = design(over, settings=settings, **options)
    definition = Definition("study", settings, cases, reference=f"{file}:study")
    line = command(definition, str(tmp_path / "again"))
    assert line is not None
    assert cases_of(line) == [case.id for case in definition.cases()]


def test_evenly_spaced_values_are_written_as_a_range():
    definition = Definition("s", {}, design({"a": "range(4MW,12MW,9)", "b": "logrange(1,100,5)"}), reference="s.py")
    line = command(definition, "x")
    assert "a=range(4000000W,12000000W,9)" in line
    assert "b=logrange(1.0,100.0,5)" in line


def test_no_command_for_a_function_of_a_session_or_a_long_list():
    assert command(Definition("s", {}, design({"a": [1, 2]})), "x") is None
    rows = [{"a": i} for i in range(MOST_ROWS + 1)]
    assert command(Definition("s", {}, design(rows), reference="s.py"), "x") is None
