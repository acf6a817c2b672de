"""The C compiler that is chosen works here; one that is there but broken is passed over or named."""

import ctypes
import os
import stat
import sys
from pathlib import Path

import pytest

from heatsim.compiler import toolchain
from heatsim.compiler.toolchain import SHARED_SUFFIX, CCompiler, find_c_compiler, first_error_line, ziglang_version
from heatsim.errors import CompilerError

bundled = pytest.mark.skipif(ziglang_version() is None, reason="ziglang is not installed")
posix = pytest.mark.skipif(sys.platform == "win32", reason="uses shell scripts as compilers")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH and nothing remembered; gives the folder that is on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("HEATSIM_CC", raising=False)
    toolchain._find.cache_clear()
    yield folder
    toolchain._find.cache_clear()


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_found_compiler_compiles_what_can_be_loaded(tmp_path: Path) -> None:
    header = tmp_path / "include" / "two.h"
    header.parent.mkdir()
    header.write_text("#define TWO 2.0\n")
    (tmp_path / "a.c").write_text(
        '#include <math.h>\n#include "two.h"\ndouble half(double x);\n'
        "#ifdef _WIN32\n__declspec(dllexport)\n#endif\n"
        "double f(double x) { return half(cos(x)); }\n"
    )
    (tmp_path / "b.c").write_text('#include "two.h"\ndouble half(double x) { return x / TWO; }\n')
    output = tmp_path / "new" / f"lib{SHARED_SUFFIX}"
    find_c_compiler().compile_shared([tmp_path / "a.c", tmp_path / "b.c"], output, [header.parent])
    function = ctypes.CDLL(str(output)).f
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double]
    assert function(0.0) == 0.5


def test_error_is_the_compilers_first_error_line(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("int f(void) {\n  return nothing;\n}\n")
    with pytest.raises(CompilerError, match=r"bad\.c:2:.*error.*nothing") as caught:
        find_c_compiler().compile_shared([tmp_path / "bad.c"], tmp_path / "bad.so")
    assert "\n" not in str(caught.value)


@posix
@bundled
def test_without_any_compiler_on_the_machine_the_bundled_one_is_used(bare: Path) -> None:
    compiler = find_c_compiler()
    assert compiler.bundled
    assert compiler.command == (sys.executable, "-m", "ziglang", "cc")
    assert "ziglang" in compiler.version


@posix
@bundled
def test_broken_cc_is_passed_over_for_one_that_works(bare: Path, tmp_path: Path) -> None:
    real = CCompiler((sys.executable, "-m", "ziglang", "cc"), "").command
    script(
        bare / "cc",
        'case "$1" in --version) echo "cc 1.0";; *) echo "fatal error: stdlib.h: No such file" >&2; exit 1;; esac',
    )
    script(bare / "clang", f'export PATH=/usr/bin:/bin; exec {" ".join(real)} "$@"')
    assert find_c_compiler().command == (str(bare / "clang"),)


@posix
def test_compiler_that_makes_nothing_loadable_is_refused(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lying = script(
        bare / "lying", 'case "$1" in --version) echo lying;; *) eval "out=\\${$(($#-1))}"; echo junk > "$out";; esac'
    )
    monkeypatch.setenv("HEATSIM_CC", str(lying))
    with pytest.raises(CompilerError, match=r"cannot be loaded here.*correct or unset HEATSIM_CC"):
        find_c_compiler()


@posix
def test_no_compiler_at_all_says_what_to_install(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CompilerError, match=r"no working C compiler \(none found\): run `pip install ziglang`"):
        find_c_compiler()


@posix
@bundled
def test_success_is_remembered_until_the_compiler_changes(bare: Path, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    cc = script(bare / "cc", f'echo call >> {log}; export PATH=/usr/bin:/bin; exec {sys.executable} -m ziglang cc "$@"')
    find_c_compiler()
    first = len(log.read_text().split())
    toolchain._find.cache_clear()
    find_c_compiler()
    assert len(log.read_text().split()) == first
    script(cc, cc.read_text() + "# changed")
    os.utime(cc, (0, 0))
    toolchain._find.cache_clear()
    find_c_compiler()
    assert len(log.read_text().split()) > first


def test_time_limit_ends_the_compiler(tmp_path: Path) -> None:
    slow = CCompiler((sys.executable, "-c", "import time; time.sleep(60)"), "slow")
    with pytest.raises(CompilerError, match=r"did not finish a\.c within 0\.5 s"):
        slow.compile_shared([tmp_path / "a.c"], tmp_path / "a.so", timeout=0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In file included\nx.c:3:1: warning: w\nx.c:4:2: error: e1\nx.c:9:1: error: e2\n", "x.c:4:2: error: e1"),
        (
            "/usr/bin/ld: a.o: undefined reference to `pipe2'\ncollect2: error: ld returned 1\n",
            "/usr/bin/ld: a.o: undefined reference to `pipe2'",
        ),
        ("boom\n", "boom"),
        ("", "it said nothing"),
    ],
)
def test_first_error_line(text: str, expected: str) -> None:
    assert first_error_line(text) == expected
