"""`heatsim build --explain` shows the structure of a model as it can be counted by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heatsim.cli import main
from heatsim.cli.explain import explanation
from heatsim.compiler import BuildResult, build

SOURCE = """package P
  connector Port Real p; flow Real f; end Port;
  model Volume Port a; Real x(start=1) "content"; Real q; equation der(x) = a.f + q; a.p = x; end Volume;
  model Good
    parameter Real k = 2;
    parameter Real twice = 2*k;
    parameter Real idle = 1;
    parameter Integer n = 3;
    input Real u(start=1);
    Real x[n](each start=1);
    Real a;
    Real b;
    Real c;
    Real d;
    Real e;
    output Real y = sum(x);
  equation
    der(x) = -k*x + fill(u, n);
    k*a + x[1]*b = 1;
    a - twice*b = x[2];
    c + d^3 = x[3];
    c - 2*d = a;
    e = c + d;
  end Good;
  model Tied Volume v[2]; equation connect(v[1].a, v[2].a); v[1].q = 0; v[2].q = 0; end Tied;
  model Few Real x(start=1); Real lost; equation der(x) = -x; end Few;
  model Clocked
    discrete Real d(start=0, fixed=true);
    Real x(start=1, fixed=true);
  equation
    der(x) = -x + d;
    when sample(0, 1) then d = pre(d) + 1; end when;
  end Clocked;
end P;
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("P.mo").write_text(SOURCE, encoding="utf-8")
    return ["build", "--library", "P.mo", "--compiler", "embedded", "--explain"]


def line(text: str, label: str) -> str:
    found = re.search(rf"^ +{label} +(.*)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def test_structure_of_a_model(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "Good"]) == 0
    out = capsys.readouterr().out
    assert "P.Good: 3 states, 9 equations" in out
    assert line(out, "variables") == "10: 3 states, 1 input, 6 algebraic variables (1 output among them all)"
    assert "largest arrays x (3)" in out
    # k can be set, `twice` follows, n is structural, `idle` occurs nowhere
    assert line(out, "parameters") == (
        "1 can be set in the FMU, 1 follow from others, 1 are fixed when built, 1 have no effect"
    )
    # der(x) three times, y, e; a and b together; c and d together
    assert line(out, "blocks") == "7 in order: 5 explicit, 1 linear, 1 nonlinear"
    assert re.search(r"linear, 2 unknowns: solves for (a; then follows b|b; then follows a|a, b|b, a)$", out, re.M)
    assert re.search(r"nonlinear, 2 unknowns: iterates on (c; then follows d|d; then follows c)$", out, re.M)
    assert line(out, "events") == "none"
    times = line(out, "time")
    assert all(phase in times for phase in ("front end", "equations", "solve", "functions", "binary"))
    assert "binaries/" in out
    assert "modelDescription.xml" in out


def test_a_kept_fmu_is_explained_with_the_times_of_its_build(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*command, "Good"])
    first = capsys.readouterr().out
    assert main([*command, "Good"]) == 0
    second = capsys.readouterr().out
    assert "unchanged" in second
    assert line(second, "time") == line(first, "time") + " (when it was built; nothing has changed since)"
    assert line(second, "blocks") == line(first, "blocks")


def test_events_are_counted_and_warned_of(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "Clocked"]) == 0
    out = capsys.readouterr().out
    assert line(out, "events").startswith("1 time event, ")
    assert "discrete are d\n" in out
    assert re.search(r"note: 1 time event, .*heatsim runs this FMU through its binary", out)


def test_a_model_without_a_solution_is_explained(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "Tied"]) == 1
    out, err = capsys.readouterr()
    assert "unknowns: 8 (2 derivatives of states, 6 algebraic variables), equations: 8" in out
    assert re.search(r"P\.mo:3:\d+: a\.p = x, in component v\[1\]\n +has the state v\[1\]\.x", out)
    assert re.search(r"P\.mo:2:\d+: connection v\[1\]\.a\.p = v\[2\]\.a\.p", out)
    assert re.search(r"P\.mo:2:\d+: 'v\[1\]\.a\.f', in component v\[1\]\.a", out)
    assert "the states v[1].x, v[2].x are tied to each other" in err
    assert err.count("\n") == 1


def test_without_explain_the_error_is_one_line_alone(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command[:-1], "Few"]) == 1
    out, err = capsys.readouterr()
    assert "occurs in no equation" not in out
    assert "too few equations, 1 for 2 unknowns; not determined: 'lost'" in err
    assert main([*command, "Few", "Good"]) == 1
    out, _ = capsys.readouterr()
    assert "occurs in no equation" in out  # of the one that fails
    assert "7 in order" in out  # and of the one that does not


def test_openmodelica_says_what_it_does_not_tell(fake_compiler: Path, toy_library: Path) -> None:
    made = build("Plant", library=toy_library, compiler="embedded")
    manifest = {key: value for key, value in made.manifest.items() if key not in ("embedded", "events")}
    manifest |= {"compiler": "openmodelica", "equations": {"all": 112, "trivial": 63}}
    text = "\n".join(explanation(BuildResult(made.path, made.model, "openmodelica", False, 1.0, manifest)))
    assert "equations     112, 63 of them trivial" in text
    assert "not told by OpenModelica: build with --compiler embedded" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "k=1", "--set", "k=2"], "--set k is given twice: keep one"),
        (["--set", "on=True"], "--set on=True: write true"),
        (["--set", "k=nan"], "give a finite number"),
        (["--set", "R={1,2"], "a bracket is missing"),
        (["--set", "R[1]=2"], "'R[1]' is not a parameter name that can be set at build: give the whole array"),
        (["--set", "a b=2"], "write name or component.name"),
        (["--jobs", "0"], "give at least 1"),
        (["--time-limit", "-1"], "more than 0"),
        (["--platform", "win46"], "did you mean 'win64'"),
    ],
)
def test_wrong_calls_end_before_anything_starts(
    arguments: list[str], message: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "Good", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
