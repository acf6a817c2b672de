"""FMUs of other tools that are strange, broken or hostile: what runs their code, and what is said about them."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import casadi as ca
import pytest
from fmus.build import fmu

import heatsim as hs
from heatsim.cli import main
from heatsim.errors import FmuError, SimulationError
from heatsim.fmu.calls import Calls
from heatsim.fmu.equations import ORACLE
from heatsim.fmu.extra import NAMES
from heatsim.fmu.printed import CATCHER

_DESCRIPTION = "modelDescription.xml"


def repacked(
    source: Path,
    target: Path,
    change: Callable[[str, bytes], bytes | None] = lambda _, content: content,
    add: Mapping[str, bytes | str] | None = None,
) -> Path:
    """Copy of an FMU with its entries changed, left out or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, text in (add or {}).items():
            new.writestr(name, text)
    return target


def redescribed(source: Path, target: Path, old: str, new: str) -> Path:
    """Copy of an FMU with a text in its description put in the place of another."""

    def change(name: str, content: bytes) -> bytes:
        if name != _DESCRIPTION:
            return content
        assert old.encode() in content
        return content.replace(old.encode(), new.encode())

    return repacked(source, target, change)


def alone(unit: hs.Fmu) -> hs.System:
    system = hs.System("s").add("unit", unit).add_input("u", "")
    return system.connect("u", "unit.u")


@pytest.mark.skipif(sys.platform == "win32", reason="this FMU is for POSIX")
@pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])
def test_only_running_an_fmu_runs_its_code(
    interface: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = tmp_path / "witness.txt"
    monkeypatch.setenv("HEATSIM_TEST_WITNESS", str(witness))
    # a file of its own, so that its library cannot have been loaded before
    path = repacked(fmu("witness", "3.0"), tmp_path / "w.fmu", add={"extra/tag": os.urandom(8).hex()})

    assert main(["info", str(path)]) == 0
    assert "hs_witness" in capsys.readouterr().out
    unit = hs.Fmu(path, interface=interface)
    assert "hs_witness" in repr(unit)
    assert not unit.has_events
    assert unit.manifest == {}
    system = alone(unit)
    system.check()
    assert "unit" in repr(system)
    assert "unit" in system._repr_svg_()
    again = hs.System.from_ssp(system.to_ssp(tmp_path / "w.ssp"))
    again.check()
    assert not witness.exists()

    kind = {"method": "jacobi", "step": 0.5} if interface == "co_simulation" else {}
    hs.simulate(system, {"u": 1.0}, stop=1.0, **kind)
    assert witness.read_text() == "loaded\n"


@pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])
def test_an_fmu_for_other_platforms_says_for_which(interface: str, tmp_path: Path) -> None:
    def moved(name: str, content: bytes) -> bytes | None:
        return None if name.startswith("binaries/") else content

    path = repacked(fmu("integrator"), tmp_path / "x.fmu", moved, {"binaries/sparc/hs_integrator.so": b"x"})
    kind = {"method": "jacobi", "step": 0.5} if interface == "co_simulation" else {}
    with pytest.raises(
        (FmuError, SimulationError), match=r"unit: .*it has binaries for sparc, and this is .*export it"
    ):
        hs.simulate(alone(hs.Fmu(path, interface=interface)), {"u": 1.0}, stop=1.0, **kind)


def test_an_fmu_that_does_not_initialise_says_so_with_its_log() -> None:
    unit = hs.Fmu(fmu("failing", start={"how": 1.0, "t_fail": 0.0}), interface="model_exchange")
    with pytest.raises(FmuError, match=r"unit: the FMU does not initialise .*log ends: the table ends at 0 s"):
        hs.simulate(alone(unit), {"u": 1.0}, stop=1.0)


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_an_fmu_in_the_graph_that_refuses_on_the_way_is_an_error_with_time_and_inputs(method: str) -> None:
    path = fmu("failing", start={"how": 1.0, "t_fail": 1.0})
    kind = {"method": "jacobi", "step": 0.5} if method == "jacobi" else {}
    refused = r"an FMU refuses to be evaluated at t = 1\S* s.*u = 2; open the FMUs with isolate=True"
    with pytest.raises(SimulationError, match=refused):
        hs.simulate(alone(hs.Fmu(path, interface="model_exchange")), {"u": 2.0}, stop=2.0, **kind)
    with pytest.raises(SimulationError, match=r"unit: .*its log ends: the table ends at 1 s"):
        hs.simulate(alone(hs.Fmu(path, interface="model_exchange", isolate=True)), {"u": 2.0}, stop=2.0, **kind)


def oracle(tmp_path: Path, *, arguments: bool = True) -> bytes:
    """Equations of three states as heatsim's compiler writes them, or without the dependent variables."""
    t, x, u, p, w = (ca.SX.sym(n, size) for n, size in (("t", 1), ("x", 3), ("u", 1), ("p", 0), ("w", 0)))
    inside, names = [t, x, u, p], ["t", "x", "u", "p"]
    outside, results = [x * u, x[0]], ["ode", "y"]
    if arguments:
        inside, names, outside, results = [*inside, w], [*names, "w"], [*outside, w], [*results, "wdef"]
    ca.Function("oracle", inside, outside, names, results).save(str(tmp_path / "o"))
    return (tmp_path / "o").read_bytes()


_GOOD = {"states": ["x"], "inputs": ["u"], "outputs": ["y"], "parameters": []}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (_GOOD, "they have 3 of what it names 1"),
        ({**_GOOD, "states": ["a", "b", "c"]}, "'a' is no variable"),
        ({**_GOOD, "states": ["x", "x", "x"]}, "they have 3 of what it names 3"),
        ({**_GOOD, "states": 3}, "not what heatsim writes"),
        ({}, "not what heatsim writes"),
    ],
)
def test_equations_that_do_not_fit_the_description(names: object, said: str, tmp_path: Path) -> None:
    more = {NAMES: json.dumps(names), ORACLE: oracle(tmp_path)}
    path = repacked(fmu("integrator"), tmp_path / "x.fmu", add=more)
    with pytest.raises(FmuError, match=f"unit: .*{said}.*; build it again"):
        hs.Fmu(path, interface="model_exchange").block(name="unit")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 1000])
def test_equations_that_are_garbage(content: bytes, tmp_path: Path) -> None:
    more = {NAMES: json.dumps(_GOOD), ORACLE: content}
    path = repacked(fmu("integrator"), tmp_path / "x.fmu", add=more)
    with pytest.raises(FmuError, match=r"unit: .*; build it again"):
        hs.Fmu(path, interface="model_exchange").block(name="unit")


def test_equations_without_their_arguments(tmp_path: Path) -> None:
    more = {NAMES: json.dumps(_GOOD), ORACLE: oracle(tmp_path, arguments=False)}
    path = repacked(fmu("integrator"), tmp_path / "x.fmu", add=more)
    with pytest.raises(FmuError, match="unit: the equations inside the FMU are not what heatsim writes"):
        hs.Fmu(path, interface="model_exchange").block(name="unit")


def test_step_events_of_fmi2_are_seen_by_what_only_changes_at_events(tmp_path: Path) -> None:
    source = fmu("turns", "2.0")
    assert "'turns' that only changes at events" in hs.Fmu(source, interface="model_exchange").why_binary
    # its output made an internal variable
    old = 'name="turns" valueReference="4" causality="output"'
    listed = '<Outputs><Unknown index="2" dependencies="2"/><Unknown index="4" dependencies=""/>'
    hidden = redescribed(source, tmp_path / "half.fmu", old, old.replace("output", "local"))
    hidden = redescribed(hidden, tmp_path / "hidden.fmu", listed, '<Outputs><Unknown index="2" dependencies="2"/>')
    assert "variable 'turns' that only changes at events" in hs.Fmu(hidden, interface="model_exchange").why_binary


def test_step_events_of_fmi2_are_seen_by_a_state_that_is_set_anew(tmp_path: Path) -> None:
    plain = fmu("integrator", "2.0", interfaces=("model_exchange",))
    assert hs.Fmu(plain).execution == "graph"
    path = redescribed(plain, tmp_path / "x.fmu", *_with_reinit(plain))
    assert "state 'x' that jumps at events" in hs.Fmu(path).why_binary


def _with_reinit(path: Path) -> tuple[str, str]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(_DESCRIPTION).decode()
    begin = text.index('name="x"')
    end = text.index("<Real", begin)
    old = text[begin : end + len("<Real")]
    return old, old + ' reinit="true"'


def test_two_fmus_with_one_model_identifier_do_not_mix() -> None:
    system = hs.System("s").add_input("u", "")
    for name, k in (("slow", 1.0), ("fast", 3.0)):
        path = fmu("integrator", start={"k": k})
        for interface in ("model_exchange", "co_simulation"):
            system.add(f"{name}_{interface}", hs.Fmu(path, interface=interface))
            system.connect("u", f"{name}_{interface}.u")
    ds = hs.simulate(system, {"u": 1.0}, stop=2.0, method="jacobi", step=0.5)
    ends = {name: float(ds[f"{name}.y"][-1]) for name in system.members}
    assert ends == pytest.approx(
        {"slow_model_exchange": 2.0, "slow_co_simulation": 2.0, "fast_model_exchange": 6.0, "fast_co_simulation": 6.0}
    )


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])
def test_names_of_folders_do_not_matter_nor_does_the_file_after_it_was_opened(
    interface: str, isolate: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "Wärme & Kälte 温度 #1 %20"
    (odd / "tmp").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(odd / "tmp"))
    path = repacked(fmu("capacity"), odd / "a b.fmu", add={"extra/tag": os.urandom(8).hex()})
    odd.chmod(0o555)
    try:
        unit = hs.Fmu(path, interface=interface, isolate=isolate)
    finally:
        odd.chmod(0o755)
    path.unlink()
    kind = {"method": "jacobi", "step": 0.5} if interface == "co_simulation" else {}
    system = hs.System("s").add("unit", unit, inputs={"Q_flow": 100.0})
    ds = hs.simulate(system, stop=10.0, output_step=10.0, **kind)
    assert float(ds["unit.T"][-1]) == pytest.approx(301.0)


def test_an_interrupt_in_a_call_gives_the_streams_back(monkeypatch: pytest.MonkeyPatch) -> None:
    binary = hs.Fmu(fmu("capacity"), interface="co_simulation").open_binary()
    group = binary.group(["T"])

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    assert isinstance(binary, Calls)
    binary._functions["Reset"] = interrupted
    with pytest.raises(KeyboardInterrupt):
        binary.reset()
    assert not CATCHER.turned
    monkeypatch.setattr(binary._groups[group], "get", interrupted)
    with pytest.raises(KeyboardInterrupt):
        binary.get(group)
    assert not CATCHER.turned
    binary.close()
