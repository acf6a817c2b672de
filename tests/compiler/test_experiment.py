"""The experiment annotation is read from the class that it belongs to, and from no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatsim.compiler.experiment import Experiment, read_experiment, usual_interval
from heatsim.compiler.library import default_library, open_library
from heatsim.errors import UsageError

SOURCE = """package Lib "with experiment(StopTime=1) in a string"
  model Plain Real x = time; end Plain;
  model Full
    // annotation (experiment(StopTime=2));
    model Inner Real y; annotation (experiment(StopTime=3)); end Inner;
    Real x = time;
    annotation (Documentation(info="<html>experiment(StopTime=4)</html>"), experiment(StartTime=10, StopTime=1e3,
      Interval=0.5, Tolerance=1e-7, NumberOfIntervals=500));
  end Full;
  model Outer
    model Inner Real y; annotation (experiment(StopTime=5)); end Inner;
    Real x = time;
  end Outer;
  model Child
    extends Full;
    annotation (experiment(StopTime=60), __Tool(a=1));
  end Child;
  model Wrong Real x; annotation (experiment(StopTime=1h)); end Wrong;
  annotation (experiment(StopTime=6));
end Lib;
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Plain", Experiment()),
        ("Full", Experiment(10.0, 1000.0, 0.5, 1e-7)),
        ("Outer", Experiment()),
        ("Child", Experiment(0.0, 60.0)),
    ],
)
def test_annotation_of_the_class_itself(tmp_path: Path, name: str, expected: Experiment) -> None:
    file = tmp_path / "Lib.mo"
    file.write_text(SOURCE)
    assert read_experiment(open_library(file), f"Lib.{name}") == expected


def test_a_value_that_is_no_number_is_named(tmp_path: Path) -> None:
    file = tmp_path / "Lib.mo"
    file.write_text(SOURCE)
    with pytest.raises(UsageError, match=r"Lib\.Wrong: StopTime=1h in its experiment annotation is no number"):
        read_experiment(open_library(file), "Lib.Wrong")


def test_annotations_of_the_library_are_found() -> None:
    library = default_library()
    assert read_experiment(library, "HeatReuse.Plants.PeakPlant") == Experiment(0.0, 3600.0, None, 1e-6)
    for name in library.models():
        if name.startswith("HeatReuse.Examples."):
            found = read_experiment(library, name)
            assert None not in (found.stop, found.interval, found.tolerance), name


@pytest.mark.parametrize(("length", "interval"), [(1.0, 0.002), (60.0, 0.1), (7200.0, 20.0), (3.2e7, 5e4)])
def test_usual_intervals_are_round_and_about_500(length: float, interval: float) -> None:
    assert usual_interval(length) == pytest.approx(interval)
    assert 250 <= length / usual_interval(length) <= 1000
