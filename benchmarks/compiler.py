"""Speed of the embedded compiler and of what it makes; run `python -m benchmarks.compiler` in the checkout.

Peers in the same run: the C code as CasADi's generator writes it, in the same FMU with the same compiler and flags; and
the integrator with a Jacobian that is declared dense. Every time is the median of several runs, in a process of its own
where memory counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import casadi as ca
import fmpy
import numpy as np

from benchmarks.large_plant import MODEL, plant
from heatsim.compiler.embedded import compile_model
from heatsim.compiler.embedded.fmu.emit import FLAGS
from heatsim.compiler.toolchain import SHARED_SUFFIX, CCompiler, find_c_compiler, try_compiler
from heatsim.errors import CompilerError
from heatsim.fmu import Fmu
from heatsim.solvers.compose import compose
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.system import System

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "modelica" / "HeatReuse"
HARNESS = Path(__file__).with_name("evaluate_fmu.c")
HEADERS = Path(fmpy.__file__).parent / "c-code"
CELLS = 100
PHASES = ("front end", "equations", "solve", "functions", "C code", "C compiler")


@dataclass
class Timed:
    """A C compiler that tells how long it took, and how long all before it."""

    compiler: CCompiler
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0

    def compile_shared(
        self, sources: Sequence[Path], output: Path, include_dirs: Sequence[Path] = (), flags: Sequence[str] = ()
    ) -> None:
        """See `heatsim.compiler.embedded.fmu.emit.CCompiler`."""
        begin = time.perf_counter()
        self.compiler.compile_shared(sources, output, include_dirs, flags)
        self.seconds = time.perf_counter() - begin


def casadi_code(functions: Sequence[ca.Function]) -> str:
    """Return the C code as CasADi's generator writes it."""
    generator = ca.CodeGenerator("model_functions.c", {"with_header": False, "include_math": True})
    for function in functions:
        generator.add(function)
    return str(generator.dump())


def build(model: str, out: Path, compiler: CCompiler, peer: bool = False, **options: Any) -> dict[str, float]:
    """Compile a model; return seconds by phase, with the C compiler's share apart."""
    timed = Timed(compiler)
    with mock.patch("heatsim.compiler.embedded.fmu.emit.c_code", casadi_code if peer else _own_code):
        info = compile_model(model, out=out, c_compiler=timed, **options)
    seconds = dict(info.seconds)
    seconds["C code"] = seconds.pop("binary") - timed.seconds
    return {**seconds, "C compiler": timed.seconds, "number of states": info.states, "size": info.equations}


def _own_code(functions: Sequence[ca.Function]) -> str:
    from heatsim.compiler.c_code import c_code

    return c_code(functions)


def unpack(fmu: Path, folder: Path) -> Path:
    """Unpack an FMU beside it."""
    unpacked = folder / fmu.stem
    with zipfile.ZipFile(fmu) as archive:
        archive.extractall(unpacked)
    return unpacked


def compile_again(unpacked: Path, library: Path, compiler: CCompiler) -> float:
    """Compile the C sources in an FMU and return the seconds."""
    begin = time.perf_counter()
    sources = unpacked / "sources"
    unlike_before = f"-DHS_RUN={time.time_ns()}"  # some compilers keep what they have compiled
    compiler.compile_shared([sources / "model_exchange.c"], library, [sources, HEADERS], [*FLAGS, unlike_before])
    return time.perf_counter() - begin


def evaluation(unpacked: Path, library: Path, folder: Path, seconds: float = 0.5) -> tuple[float, float]:
    """Return the us of one right-hand side and one directional derivative through a binary, called from C."""
    program = folder / "evaluate_fmu"
    if not program.exists():
        command = find_c_compiler().command
        subprocess.run([*command, "-O2", f"-I{HEADERS}", str(HARNESS), "-o", str(program), "-ldl"], check=True)
    description = fmpy.read_model_description(str(unpacked), validate=False)
    references = {variable.name: variable.valueReference for variable in description.modelVariables}
    names = json.loads((unpacked / "extra/org.heatsim/model.json").read_text(encoding="utf-8"))["states"]
    arguments = [description.guid, len(names), references[names[0]], references[f"der({names[0]})"], seconds]
    done = subprocess.run(
        [str(program), str(library), *map(str, arguments)], capture_output=True, text=True, check=True, timeout=120
    )
    first, second = (float(line) / 1e3 for line in done.stdout.split())
    return first, second


def plant_of(lines: int, folder: Path) -> dict[str, Any]:
    """Return the options for `compile_model` of the large plant."""
    source = folder / f"plant{lines}" / "LargePlant.mo"
    source.parent.mkdir(exist_ok=True)
    source.write_text(plant(lines), encoding="utf-8")
    return {"library": source, "needs": [LIBRARY]}


def in_a_process(lines: int, peer: bool) -> dict[str, float]:
    """Compile the large plant in a process of its own and return its seconds and peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.compiler", "--one", str(lines), *(["--peer"] if peer else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=900)
    return json.loads(done.stdout.splitlines()[-1])


def one(lines: int, peer: bool) -> dict[str, float]:
    """Work of the child process."""
    import resource

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = build(MODEL, folder / "plant.fmu", find_c_compiler(), peer, **plant_of(lines, folder))
    unit = 1e6 if sys.platform == "darwin" else 1e3
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {**result, "memory": own / unit, "memory of children": children / unit}


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each number."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def sizes(repeats: int, lines: Sequence[int]) -> None:
    """Print the phases of plants of growing size, and the code of CasADi's generator beside."""
    print("\nLarge plant (benchmarks/large_plant.py): seconds by phase, peak memory in MB (compiler; its children)")
    print(f"{'states':>7}{'equations':>10}", *(f"{phase:>11}" for phase in PHASES), f"{'to C code':>10}{'memory':>13}")
    for count in lines:
        run = medians([in_a_process(count, False) for _ in range(repeats)])
        print(
            f"{run['number of states']:7.0f}{run['size']:10.0f}", *(f"{run[phase]:11.2f}" for phase in PHASES), end=" "
        )
        to_code = sum(run[phase] for phase in PHASES[:-1])
        print(f"{to_code:10.2f}{run['memory']:8.0f};{run['memory of children']:4.0f}", flush=True)


def code(repeats: int, folder: Path, lines: int) -> None:
    """Print compile time and run time of the C code against that of CasADi's generator."""
    print("\nC code against that of CasADi's generator, same FMU around, -O1 (compile s; evaluation and product us)")
    compilers: dict[str, CCompiler] = {"gcc or cc": find_c_compiler()}
    try:
        compilers["ziglang"] = try_compiler((sys.executable, "-m", "ziglang", "cc"), bundled=True)
    except CompilerError as error:
        print(f"  no ziglang: {error}")
    models: dict[str, dict[str, Any]] = {
        f"{CELLS}-cell pipe": {"model": "HeatReuse.Validation.PipeTransport", "library": LIBRARY}
        | {"parameters": {"n": CELLS}},
        "pipe with wall": {"model": "HeatReuse.Validation.MeasuredPipe", "library": LIBRARY}
        | {"parameters": {"n": CELLS}},
        "DistrictGrid": {"model": "HeatReuse.Plants.DistrictGrid", "library": LIBRARY},
        "large plant": {"model": MODEL, **plant_of(lines, folder)},
    }
    print(f"{'model':>16}{'compiler':>11}{'compile':>9}{'CasADi':>8}{'ratio':>7}", end="")
    print(f"{'rhs':>8}{'CasADi':>8}{'ratio':>7}{'jvp':>8}{'CasADi':>8}{'ratio':>7}")
    for name, options in models.items():
        unpacked = {}
        for peer in (False, True):
            fmu = folder / f"{name.replace(' ', '')}{'_peer' if peer else ''}.fmu"
            build(out=fmu, compiler=find_c_compiler(), peer=peer, **options)
            unpacked[peer] = unpack(fmu, folder)
        for label, compiler in compilers.items():
            found: list[float] = []
            for peer, where in unpacked.items():
                library = where / f"{label.replace(' ', '')}{SHARED_SUFFIX}"
                times = [compile_again(where, library, compiler) for _ in range(1 if peer else repeats)]
                costs = [evaluation(where, library, folder) for _ in range(repeats)]
                found += [statistics.median(times), *(statistics.median(cost[k] for cost in costs) for k in (0, 1))]
            print(f"{name:>16}{label:>11}", end="")
            for k, width in enumerate((9, 8, 8)):
                print(f"{found[k]:{width}.2f}{found[k + 3]:8.2f}{found[k + 3] / found[k]:6.1f}x", end="")
            print(flush=True)


def jacobian(repeats: int, folder: Path) -> None:
    """Print the monolithic integrator with the sparse Jacobian and with one that is declared dense."""
    out = folder / "pipe.fmu"
    build("HeatReuse.Validation.PipeTransport", out, find_c_compiler(), library=LIBRARY, parameters={"n": CELLS})
    system = System("pipes")
    for name, unit in (("m_flow", "kg/s"), ("T_a", "K"), ("T_surroundings", "K")):
        system.add_input(name, unit)
    for k in range(2):
        system.add(f"pipe{k}", Fmu(out))
        system.connect("m_flow", f"pipe{k}.m_flow").connect("T_surroundings", f"pipe{k}.T_surroundings")
        system.connect("T_a" if k == 0 else f"pipe{k - 1}.T_b", f"pipe{k}.T_a")
    composite = compose(system)
    t, x, u = (ca.SX.sym(n, composite.ode.size1_in(i)) for i, n in enumerate("txu"))
    n = x.numel()
    rates = composite.ode(t, x, u)
    dense = ca.Function("ode", [t, x, u], [rates + 1e-300 * ca.repmat(ca.sum1(x), n, 1)])
    order = [list(composite.externals).index(name) for name in ("m_flow", "T_a", "T_surroundings")]
    inputs = np.zeros(len(composite.externals))
    inputs[order] = [80.0, 348.15, 281.15]
    start = np.where(composite.nominal > 100, 318.15, 0.0)

    def run(ode: ca.Function) -> tuple[float, int]:
        integrator = SegmentIntegrator("pipes", ode, composite.states, composite.nominal, 1e-6, Statistics())
        integrator.advance(start, 0.0, 60.0, inputs, np.zeros(len(inputs)))  # builds CVODES
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            integrator.advance(start, 0.0, 3600.0, inputs, np.zeros(len(inputs)))
            times.append(time.perf_counter() - begin)
        return statistics.median(times), integrator._integrator(1, 0.01).function.get_function("jacF").nnz_out(0)

    (sparse_time, sparse_entries), (dense_time, dense_entries) = run(composite.ode), run(dense)
    print(f"\nMonolithic method, two pipes of {CELLS} cells in a row, {n} states, one hour after a step at the inlet")
    print(f"  sparse Jacobian: {sparse_entries} entries, {sparse_time:.2f} s")
    print(f"  declared dense: {dense_entries} entries, {dense_time:.2f} s, {dense_time / sparse_time:.1f}x")


def repeated(folder: Path, count: int) -> None:
    """Print the memory of this process as it compiles one model again and again."""
    if sys.platform != "linux":
        return
    print(f"\nMemory of one process that compiles HeatReuse.Plants.ThermalStorage {count} times (MB, every quarter)")

    def resident() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    seen = []
    for number in range(count):
        build("HeatReuse.Plants.ThermalStorage", folder / "again.fmu", find_c_compiler(), library=LIBRARY)
        if (number + 1) % max(count // 4, 1) == 0:
            seen.append(resident())
    print("  " + ", ".join(f"{value:.0f}" for value in seen))


def machine() -> str:
    """Describe the machine in one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = f"Python {platform.python_version()}, CasADi {ca.__version__}"
    return f"{name}, {os.cpu_count()} cores{load}; {platform.platform()}; {python}; {find_c_compiler()}"


def main() -> int:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one run each, smaller plants")
    parser.add_argument("--only", choices=("sizes", "code", "jacobian", "memory"), help="one table")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.peer)))
        return 0
    print(machine())
    repeats, lines = (1, (4, 8)) if options.quick else (3, (4, 8, 16, 32))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables: dict[str, Callable[[], None]] = {
            "sizes": lambda: sizes(repeats, lines),
            "code": lambda: code(repeats, folder, lines[len(lines) // 2]),
            "jacobian": lambda: jacobian(repeats, folder),
            "memory": lambda: repeated(folder, 8 if options.quick else 40),
        }
        for key, show in tables.items():
            if options.only in (None, key):
                show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
