"""An FMU in a process of its own computes the same, and what it does to its process is an error here, not an end."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from fmus.build import fmu

from heatsim.errors import FmuError, HeatsimError, UsageError
from heatsim.fmu import Fmu
from heatsim.fmu.binary import Binary, CallError
from heatsim.fmu.isolated import Isolated
from heatsim.isolation.messages import GarbageError, decode, encode
from heatsim.simulation import simulate
from heatsim.system import System

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="what this FMU does to its process exists on POSIX only")


def opened(name: str, fmi: str = "2.0", *, start: dict[str, float] | None = None, limit: float = 60.0) -> Isolated:
    """Isolated instance with the interface Co-Simulation."""
    binary = Fmu(fmu(name, fmi, start=start), interface="co_simulation", isolate=True, time_limit=limit).open_binary(
        "unit"
    )
    assert isinstance(binary, Isolated)
    return binary


def run(binary: Binary, steps: int = 15, u: float = 2.0) -> list[float]:
    """Output `y` over steps of 0.1 s with input u."""
    inputs, outputs = binary.group(["u"]), binary.group(["y"])
    binary.initialise(0.0, None, None, {"u": u})
    return [float(binary.advance(0.1 * k, 0.1, inputs, np.array([u]), outputs, False)[1][0]) for k in range(steps)]


def exists(pid: int) -> bool:
    """Whether a process is there (and not only waited for)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self").exists()
    return state != "Z"


def gone(pid: int, within: float = 10.0) -> bool:
    """Whether a process ends within some seconds."""
    end = time.monotonic() + within
    while exists(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not exists(pid)


def failure(binary: Isolated, steps: int = 15) -> str:
    """Message of a run that fails; the process has ended afterwards, and a further call says so too."""
    with pytest.raises(CallError) as caught:
        run(binary, steps)
    assert gone(binary.pid)
    with pytest.raises(FmuError):
        binary.get(0)
    binary.close()
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("unit: ")
    return message


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
@pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])
def test_every_call_gives_the_same_bits_as_in_this_process(fmi: str, interface: str) -> None:
    path = fmu("capacity", fmi, start={"G": 3.0})
    near = Fmu(path, interface=interface).open_binary("near")
    far = Fmu(path, interface=interface, isolate=True).open_binary("far")
    results = []
    for binary in (near, far):
        values = binary.group(["Q_flow"])
        binary.initialise(0.0, 100.0, 1e-6, {"Q_flow": 50.0, "C": 700.0})
        outputs = binary.group(["T", "C"])
        found = [binary.get(outputs)]
        u = np.array([123.456])
        if interface == "co_simulation":
            first = binary.save_state()
            for k in range(3):
                reached, y = binary.advance(float(k), 1.0, values, u, outputs, True)
                found += [np.array([reached]), y]
            kept = binary.serialize(binary.save_state())
            binary.restore_state(first)
            found.append(binary.get(outputs))
            binary.restore_state(binary.deserialize(kept))
            found.append(binary.get(outputs))
            binary.free_state(first)
        else:
            info = binary.update_discrete_states()
            assert tuple(info) == (False, False, False, False, None)
            binary.enter_continuous_time_mode()
            x = binary.states()
            found += [x, binary.nominals(), binary.derivatives(0.5, x + 1.25, values, u)]
            found.append(binary.directional_derivative(["der_T"], ["T"], np.array([2.0])))
            assert binary.completed_step(False) == (False, False)
            binary.place(0.7, x, values, u)
            found.append(binary.get(outputs))
        binary.reset()
        binary.close()
        results.append(found)
    for one, other in zip(*results, strict=True):
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype


def test_no_method_of_an_instance_reaches_into_this_process() -> None:
    public = {name for name, member in vars(Binary).items() if not name.startswith("_") and callable(member)}
    assert public <= set(vars(Isolated))
    for name in public:
        assert inspect.signature(getattr(Isolated, name)) == inspect.signature(getattr(Binary, name)), name


def test_an_error_of_the_fmu_keeps_function_status_log_and_what_it_printed() -> None:
    binary = opened("failing", start={"how": 1.0})
    with pytest.raises(CallError) as caught:
        run(binary)
    assert (caught.value.function, caught.value.status) == ("DoStep", "error")
    assert "fmi2DoStep failed (error); its log ends: the table ends at 1 s" in str(caught.value)
    assert "it printed: failing: x is 2 | failing: goodbye" in str(caught.value)
    assert exists(binary.pid)
    binary.close()
    assert gone(binary.pid)


def test_what_a_running_fmu_prints_and_logs_can_be_asked_for() -> None:
    binary = opened("failing", start={"how": 10.0})
    assert run(binary)[-1] == pytest.approx(3.0)
    assert binary.last_words() == (
        "; its log ends: the table ends at 1 s; it printed: failing: x is 2 | failing: goodbye"
    )
    assert "failing: goodbye" in binary.printed
    binary.close()


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
def test_crash(fmi: str) -> None:
    message = failure(opened("failing", fmi, start={"how": 4.0}))
    assert f"fmi{fmi[0]}DoStep at t = 0.9 s with u = 2: the process of the FMU crashed with SIGSEGV" in message
    assert "its log ends: the table ends at 1 s; it printed: failing: x is 2 | failing: goodbye; check these" in message


def test_hang() -> None:
    begin = time.monotonic()
    message = failure(opened("failing", start={"how": 5.0}, limit=1.0))
    assert "at t = 0.9 s with u = 2: the process of the FMU did not answer within 1 s and was ended" in message
    assert message.endswith("raise time_limit= if it only needs longer")
    assert time.monotonic() - begin < 30.0


def test_exit() -> None:
    assert "ended itself with exit code 3; its log" in failure(opened("failing", start={"how": 6.0}))


@POSIX
@pytest.mark.parametrize(
    ("how", "said"), [(1, "crashed with SIGABRT"), (8, "crashed with SIGKILL (perhaps for want of memory)")]
)
def test_abort_and_kill(how: int, said: str) -> None:
    assert said in failure(opened("hostile", start={"how": float(how)}))


@POSIX
def test_prints_of_200_megabytes_are_read_and_only_the_tail_is_kept() -> None:
    binary = opened("hostile", start={"how": 2.0})
    assert run(binary)[-1] == pytest.approx(3.0)
    assert binary.last_words().endswith("that was all")
    assert len(binary.printed) <= 4000
    binary.close()


@POSIX
def test_prints_without_end_are_ended_by_the_time_limit() -> None:
    message = failure(opened("hostile", start={"how": 6.0}, limit=1.0))
    assert "did not answer within 1 s" in message
    assert len(message) < 5000


@POSIX
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps no limit on memory")
def test_memory_without_end_ends_the_process_before_the_machine() -> None:
    path = fmu("hostile", start={"how": 3.0})
    description = Fmu(path, interface="co_simulation")
    binary = Isolated("unit", description.folder, description.description, "co_simulation", 60.0, 3 * 2**29)
    assert "the process of the FMU crashed with SIG" in failure(binary)


@POSIX
@pytest.mark.parametrize("how", [4, 7])
def test_rubbish_and_closed_connections_are_no_answers(how: int) -> None:
    message = failure(opened("hostile", start={"how": float(how)}, limit=5.0))
    said = {4: "gave an answer that cannot be used", 7: "the process of the FMU"}[how]
    assert said in message


@POSIX
def test_programs_that_the_fmu_started_end_with_it() -> None:
    failure(opened("hostile", start={"how": 5.0}, limit=1.0))
    left = subprocess.run(["pgrep", "-f", "sleep 3600.125"], capture_output=True, text=True, check=False).stdout
    assert left == ""


@POSIX
def test_crash_when_it_is_loaded_is_an_error_of_opening() -> None:
    with pytest.raises(FmuError, match=r"unit: instantiation: the process of the FMU crashed with SIGABRT.*no licence"):
        opened("hostile_at_load")


def test_missing_binary_says_what_it_says_in_this_process(tmp_path: Path) -> None:
    path = fmu("capacity")
    unpacked = Fmu(path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FmuError, match="the FMU's binary cannot be used here"):
        Isolated("unit", empty, unpacked.description, "co_simulation")


def test_wrong_calls_are_refused_as_in_this_process_and_do_not_end_it() -> None:
    binary = opened("capacity")
    with pytest.raises(FmuError, match="the FMU has no variable 'nothing'"):
        binary.group(["nothing"])
    group = binary.group(["T"])
    assert binary.get(group).shape == (1,)
    binary.close()
    binary.close()
    with pytest.raises(FmuError, match="has been closed; open another instance"):
        binary.get(group)


def test_nothing_is_left_when_an_instance_is_forgotten() -> None:
    binary = opened("capacity")
    pid = binary.pid
    del binary
    gc.collect()
    assert gone(pid)


@POSIX
@pytest.mark.parametrize("ending", ["sys.exit(0)", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
@pytest.mark.parametrize("how", [0, 5])
def test_nothing_is_left_when_this_process_ends(ending: str, how: int, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # no `if __name__ == "__main__"`: the process of an FMU does not run the script again
    script.write_text(
        textwrap.dedent(f"""
        import os, signal, sys, threading, time
        import numpy as np
        from heatsim.fmu import Fmu
        path = {str(fmu("failing", start={"how": float(how)}))!r}
        binary = Fmu(path, interface="co_simulation", isolate=True).open_binary("u")
        print(binary.pid, flush=True)
        def step():
            i, o = binary.group(["u"]), binary.group(["y"])
            binary.initialise(0.0, None, None, {{"u": 1.0}})
            binary.advance(0.0, 2.0, i, np.ones(1), o, False)
        threading.Thread(target=step, daemon=True).start()
        time.sleep(1.0)
        {ending}
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.split()
    assert len(lines) == 1, done
    assert gone(int(lines[0]), within=20.0)


def test_interrupt_in_the_middle_of_a_call_ends_the_process() -> None:
    if sys.platform == "win32":
        pytest.skip("signals of POSIX")
    binary = opened("failing", start={"how": 5.0})

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(binary)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert gone(binary.pid)
    with pytest.raises(FmuError):
        binary.reset()


def test_answers_name_nothing_that_is_imported() -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, ("true",)

    with pytest.raises(GarbageError, match="it names"):
        decode(pickle.dumps(("ok", Evil(), (0, ()))))
    for content in (b"", b"\x80\x05", b"rubbish", encode(("ok", 1.0))[:-3]):
        with pytest.raises(GarbageError):
            decode(content)
    array = np.array([1.0, np.nan, -0.0, np.inf])
    found = decode(encode(("ok", (3.5, array), None, b"x", "text", True)))
    assert found[0] == "ok"
    assert found[1][0] == 3.5
    assert found[1][1].tobytes() == array.tobytes()
    assert found[2:] == (None, b"x", "text", True)


def test_isolated_fmu_gives_no_equations_to_the_graph() -> None:
    isolated = Fmu(fmu("capacity"), isolate=True)
    assert isolated.execution == "events"
    with pytest.raises(FmuError, match=r"runs in a process of its own \(isolate=True, or"):
        isolated.block()


def test_isolated_co_simulation_units_in_a_system_give_the_same_run() -> None:
    results = []
    for isolate in (False, True):
        system = System("pair").add("exchanger", Fmu(fmu("exchanger"), interface="co_simulation", isolate=isolate))
        for name, start in (("hot", 350.0), ("cold", 300.0)):
            unit = Fmu(fmu("capacity", start={"T_start": start}), interface="co_simulation", isolate=isolate)
            system.add(name, unit)
            system.connect(f"{name}.T", f"exchanger.T_{name}").connect(f"exchanger.Q_flow_{name}", f"{name}.Q_flow")
        results.append(simulate(system, stop=20.0, output_step=5.0, method="jacobi", step=1.0))
    for name in ("hot.T", "cold.T"):
        assert np.array_equal(results[1][name].values, results[0][name].values)
    assert results[0]["hot.T"].values[-1] < 335.0


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_isolated_model_exchange_unit_with_events_gives_the_same_run(method: str) -> None:
    results = []
    for isolate in (False, True):
        system = System("one").add("valve", Fmu(fmu("branch", "3.0"), isolate=isolate), inputs={"u": 1.0})
        step = {"step": 0.5} if method == "jacobi" else {}
        results.append(simulate(system, stop=3.0, output_step=0.25, method=method, **step))
    assert np.array_equal(results[1]["valve.x"].values, results[0]["valve.x"].values)
    # x goes up by 1 per second to 1, and by 0.1 per second from there
    assert results[1]["valve.x"].values[-1] == pytest.approx(1.2, abs=1e-6)


def test_fmu_that_allows_one_instance_in_a_process_gets_one_for_each() -> None:
    path = fmu("integrator", attributes={"canBeInstantiatedOnlyOncePerProcess": "true"})
    for interface in ("model_exchange", "co_simulation"):
        system = System("two")
        for name, u in (("a", 1.0), ("b", 2.0)):
            system.add(name, Fmu(path, interface=interface), inputs={"u": u})
        method = {"method": "jacobi", "step": 0.5} if interface == "co_simulation" else {}
        assert Fmu(path, interface=interface).isolate
        ds = simulate(system, stop=2.0, output_step=1.0, **method)
        assert ds["a.y"].values == pytest.approx([0.0, 1.0, 2.0], rel=1e-6)
        assert ds["b.y"].values == pytest.approx([0.0, 2.0, 4.0], rel=1e-6)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_time_limit_that_is_none(limit: float) -> None:
    with pytest.raises(UsageError, match="time_limit must be a positive number of seconds"):
        Fmu(fmu("capacity"), isolate=True, time_limit=limit)


def test_isolated_model_exchange_unit_without_events_runs_as_one_of_its_own() -> None:
    unit = Fmu(fmu("integrator"), isolate=True)
    ds = simulate(System("one").add("store", unit, inputs={"u": 3.0}), stop=4.0, output_step=1.0)
    assert ds["store.y"].values == pytest.approx([0.0, 3.0, 6.0, 9.0, 12.0], rel=1e-6)


def test_crash_in_a_run_names_unit_and_time_and_leaves_no_process() -> None:
    before = children()
    unit = Fmu(fmu("failing", start={"how": 4.0, "t_fail": 12.0}), interface="co_simulation", isolate=True)
    system = System("one").add("pump", unit, inputs={"u": 2.0})
    with pytest.raises(HeatsimError, match=r"pump: .*crashed with SIGSEGV.*failing: goodbye") as caught:
        simulate(system, stop=20.0, output_step=5.0, method="jacobi", step=1.0)
    assert "\n" not in str(caught.value)
    caught.value.__traceback__ = None
    del caught
    gc.collect()
    assert children() <= before


def children() -> set[str]:
    """Processes of isolated FMUs that this process has started."""
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "isolated_child"], capture_output=True, text=True, check=False
    )
    return set(found.stdout.split())
