"""Modelica to FMU with OpenModelica, driven through OMPython.

`find_omc` says whether an `omc` is on the machine and can be used; `compile_model` makes an FMI 2.0 FMU for Model
Exchange and Co-Simulation. `sendExpression` of OMPython can wait for ever, so `compile_model` is meant to run in a
worker process that has a time limit (`heatsim.compiler.pool`), never in the user's own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import logging
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.compiler.description import read_facts, rename_and_expose
from heatsim.compiler.memory import fingerprint, recall, remember
from heatsim.compiler.omc_messages import Message, one_line, parse_messages
from heatsim.compiler.processes import run_limited
from heatsim.errors import CompilerError, UsageError

# Without s:cvode the Co-Simulation half makes one explicit Euler step per doStep, which looks like hunting loops;
# directional derivatives are off unless they are asked for.
COMMAND_LINE_OPTIONS = ("--fmiFlags=s:cvode", "-d=-disableDirectionalDerivatives")
START_TIMEOUT = 30.0
WATCH_SECONDS = 0.5
WRAPPER = "HeatsimBuild_"
INSTALL_HINT = "install it from openmodelica.org, or build with --compiler embedded"

_BALANCE = re.compile(r"has (\d+) equation\(s\) and (\d+) variable\(s\)")
_TRIVIAL = re.compile(r"(\d+) of these are trivial equation\(s\)")


@dataclass(frozen=True)
class Omc:
    """What is known about OpenModelica on this machine.

    Attributes
    ----------
    executable : Path or None
        The `omc` program, None when there is none.
    version : str
        Its version, empty when unknown.
    problem : str
        Why it cannot be used and what to do, empty when it can.
    """

    executable: Path | None
    version: str
    problem: str

    @property
    def usable(self) -> bool:
        """Whether models can be built with it."""
        return not self.problem


@dataclass(frozen=True)
class OpenModelicaInfo:
    """What a build with OpenModelica gave: version, number of equations (`all`, `trivial`), warnings, seconds."""

    version: str
    equations: dict[str, int]
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def find_omc() -> Omc:
    """Look for `omc` where OMPython does: OPENMODELICAHOME first, then PATH."""
    return _find_omc(os.environ.get("OPENMODELICAHOME", ""), os.environ.get("PATH", ""))


@functools.lru_cache(maxsize=8)
def _find_omc(home: str, _path: str) -> Omc:
    if home:
        executable = Path(home, "bin", "omc.exe" if sys.platform == "win32" else "omc")
        if not executable.is_file():
            return Omc(None, "", f"OPENMODELICAHOME={home} holds no bin/omc: correct or unset it, or {INSTALL_HINT}")
    else:
        found = shutil.which("omc")
        if found is None:
            return Omc(None, "", f"OpenModelica (omc) is not on this machine: {INSTALL_HINT}")
        executable = Path(found)
        if executable.parent.name != "bin":  # OMPython takes the folder above and looks for bin/omc there
            return Omc(
                executable, "", f"{executable} lies in no folder bin: set OPENMODELICAHOME to the folder above bin/omc"
            )
    mark = f"omc {fingerprint(executable)}"
    version = recall(mark)
    if version is None:
        try:
            answer = run_limited([str(executable), "--version"], timeout=30.0)
        except (OSError, TimeoutError) as error:
            return Omc(executable, "", f"{executable} does not run ({error}): install OpenModelica again")
        if answer.code != 0 or not answer.stdout.strip():
            return Omc(
                executable, "", f"{executable} does not run (exit code {answer.code}): install OpenModelica again"
            )
        version = answer.stdout.strip().splitlines()[0]
        remember(mark, version)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        problem = "omc refuses to serve as root: run heatsim as another user whose home folder is writable"
        return Omc(executable, version, problem)
    return Omc(executable, version, "")


def compile_model(
    model: str,
    *,
    libraries: Sequence[Path],
    out: Path,
    workdir: Path,
    parameters: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    report: Callable[[str], None] | None = None,
    lost: Callable[[str], None] | None = None,
) -> OpenModelicaInfo:
    """Build one model with OpenModelica as FMI 2.0, Model Exchange and Co-Simulation with CVODE.

    Parameters
    ----------
    model : str
        Full class name.
    libraries : sequence of Path
        Files to load first, in this order: `package.mo` of a package folder, or single `.mo` files.
    out : Path
        FMU file to write.
    workdir : Path
        An existing empty folder; OpenModelica fills it with C files.
    parameters : mapping, optional
        Compile-time modifications, made through a generated class that extends the model; plain values in SI units.
    expose : sequence of str
        Variables that become outputs.
    report : callable, optional
        Gets the name of each phase.
    lost : callable, optional
        Is told, from another thread, when omc dies, after which this function waits for its answer for ever; so it
        should end the process.

    Raises
    ------
    CompilerError
        OpenModelica is missing, does not start, or refuses the model (with file and line).
    UsageError
        An exposed variable does not exist.
    """
    omc = find_omc()
    if not omc.usable or omc.executable is None:
        raise CompilerError(omc.problem)
    say = report or (lambda _phase: None)
    ompython: Any = importlib.import_module("OMPython")
    refused = (ompython.OMSessionException, ompython.ModelicaSystemError, ompython.ModelExecutionException, OSError)
    files = [path.as_posix() for path in libraries]
    target = model
    if parameters:
        target = WRAPPER + model.replace(".", "_")
        wrapper = workdir / f"{target}.mo"
        wrapper.write_text(wrapper_source(target, model, parameters), encoding="utf-8")
        files.append(wrapper.as_posix())

    seconds: dict[str, float] = {}
    with collected_warnings() as warnings, contextlib.ExitStack() as ending:
        try:
            say("start OpenModelica")
            with _timed(seconds, "start"):
                # the home that was looked at, since OMPython takes an empty OPENMODELICAHOME for the present folder
                session = _start(ompython, omc.executable.parent.parent)
                ending.callback(_quit, session, refused)
                ending.enter_context(_watched(session, model, lost))
                system = ompython.ModelicaSystemOMC(
                    session=session, command_line_options=list(COMMAND_LINE_OPTIONS), work_directory=str(workdir)
                )
            say("check")
            with _timed(seconds, "check"):
                system.model(model_name=target, libraries=files, build=False)
                equations = _balance(model, system.sendExpression(f"checkModel({target})", parsed=False))
            say("build FMU")
            with _timed(seconds, "build"):
                built = Path(str(system.convertMo2Fmu(version="2.0", fmuType="me_cs")))
        except refused as error:
            raise CompilerError(refusal(model, str(error))) from None
    if not built.is_file():
        raise CompilerError(f"OpenModelica says it built {model} but {built} is missing: check the free disk space")
    missing = rename_and_expose(built, model, expose)
    if missing:
        raise UsageError(f"{model} has no variable '{missing[0]}' to expose: check the name in the Modelica source")
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(built, out)
    texts = list(warnings)
    if not read_facts(out)["directional_derivatives"]:
        texts.append("OpenModelica gave the FMU no directional derivatives: the engine will be slower")
    return OpenModelicaInfo(omc.version, equations, tuple(dict.fromkeys(texts)), seconds)


def _start(ompython: Any, home: Path) -> Any:
    try:
        return ompython.OMCSessionLocal(timeout=START_TIMEOUT, omhome=str(home))
    except FileNotFoundError as error:
        raise CompilerError(f"OpenModelica cannot be started ({error}): correct or unset OPENMODELICAHOME") from None
    except ompython.OMSessionException as error:
        raise CompilerError(start_failure(str(error))) from None


def _quit(session: Any, refused: tuple[type[Exception], ...]) -> None:
    """End omc now, not when the session happens to be collected; one that is gone already is fine."""
    with contextlib.suppress(*refused):
        session.sendExpression("quit()")


@contextlib.contextmanager
def _watched(session: Any, model: str, lost: Callable[[str], None] | None) -> Iterator[None]:
    """Watch the process of omc: OMPython waits for an answer for ever, also from an omc that has crashed."""
    process = getattr(session, "_omc_process", None)
    if lost is None or process is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_SECONDS):
            code = process.poll()
            if code is not None:
                how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with exit code {code}"
                lost(
                    f"OpenModelica (omc) {how} on {model}, perhaps for want of memory: make the model smaller, or "
                    "build with --compiler embedded"
                )
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def start_failure(text: str) -> str:
    """Turn what OMPython says about a server that did not start into one line with the next step."""
    if "did not start" in text:
        return (
            f"OpenModelica's server did not start within {START_TIMEOUT:g} s: run heatsim as a user who is not root "
            "and whose home and temporary folders are writable"
        )
    if "Cannot find OpenModelica" in text:
        return f"OpenModelica (omc) is not on this machine: {INSTALL_HINT}"
    return f"OpenModelica cannot be started ({' '.join(text.split())}): see `heatsim doctor`"


def refusal(model: str, text: str) -> str:
    """Turn OMPython's exception text into one line: the errors with file and line, without the dump around them."""
    messages = parse_messages(text)
    errors = [message for message in messages if message.level == "error"]
    if errors:
        return f"OpenModelica refuses {model}: {one_line([_without_wrapper(error, model) for error in errors])}"
    if "Missing FMU file" in text:
        return f"OpenModelica made no FMU of {model} and gives no reason: see whether its C compiler and make work"
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
    return f"OpenModelica failed on {model}: {first}"


def _without_wrapper(message: Message, model: str) -> Message:
    """Take away a place in the generated class, which the user does not have, and say where the error comes from."""
    wrapper = WRAPPER + model.replace(".", "_")
    text = message.text.replace(wrapper, model)
    if Path(message.file).stem != wrapper:
        return dataclasses.replace(message, text=text)
    return dataclasses.replace(message, file="", line=0, column=0, text=f"{text} (in the values given at build)")


def _balance(model: str, answer: object) -> dict[str, int]:
    """Return the numbers of equations in what `checkModel` answers; refuse a model that is not balanced."""
    found = _BALANCE.search(str(answer))
    if found is None:
        raise CompilerError(f"OpenModelica cannot check {model}: {' '.join(str(answer).split()) or 'no answer'}")
    equations, variables = int(found[1]), int(found[2])
    if equations != variables:
        what = "too few equations" if equations < variables else "too many equations"
        raise CompilerError(
            f"{model} is not balanced: {equations} equations for {variables} variables ({what}); "
            "add or remove equations, or make unknowns inputs or parameters"
        )
    trivial = _TRIVIAL.search(str(answer))
    return {"all": equations, "trivial": int(trivial[1]) if trivial else 0}


def wrapper_source(name: str, model: str, parameters: Mapping[str, object]) -> str:
    """Return Modelica source of a class that extends `model` with compile-time values."""
    values = []
    for parameter, value in parameters.items():
        if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", parameter):
            raise UsageError(f"'{parameter}' is not a parameter name: write name=value or component.name=value")
        values.append(f"{parameter}={literal(value)}")
    return f"model {name}\n  extends {model}({', '.join(values)});\nend {name};\n"


def literal(value: object) -> str:
    """Return a plain value as a Modelica literal; a string such as `Types.Kind.linear` means an enumeration literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", value):
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(literal(item) for item in value) + "}"
    return repr(value)


_OMC_WARNING = re.compile(r"^\[OMC log for .*?\)'\]: \[\w+:warning:\d+\] (?P<text>.*)$", re.DOTALL)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        found = _OMC_WARNING.match(record.getMessage())
        if found:
            self.texts.append(" ".join(found["text"].split()))


@contextlib.contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Collect the warnings that OMPython sends to its logger, instead of printing them."""
    logger = logging.getLogger("OMPython")
    propagate, collector = logger.propagate, _Collector()
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield collector.texts
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate


@contextlib.contextmanager
def _timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[phase] = round(time.perf_counter() - start, 3)
