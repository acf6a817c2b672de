"""Finding libraries and their classes by reading, before any compiler starts."""

import time
from pathlib import Path

import pytest

from heatsim.compiler import folders
from heatsim.compiler import library as library_module
from heatsim.compiler.library import Library, default_library, library_models, open_library, read_classes
from heatsim.errors import UsageError


def test_classes_are_found_with_full_names_and_places(toy_library: Path) -> None:
    classes = Library(toy_library).classes
    assert set(classes) == {
        "Lib",
        "Lib.Inner",
        "Lib.Inner.Jumps",
        "Lib.Inner.Base",
        "Lib.Plant",
        "Lib.Other",
        "Lib.Sleeps",
        "Lib.Crashes",
        "Lib.Refused",
    }
    assert classes["Lib.Inner.Jumps"].line == 5
    assert classes["Lib.Plant"].file.name == "Plant.mo"
    assert not classes["Lib.Inner.Base"].buildable
    assert not classes["Lib.Inner"].buildable


def test_model_may_be_named_by_its_last_part(toy_library: Path) -> None:
    assert Library(toy_library).resolve("Jumps") == "Lib.Inner.Jumps"
    assert Library(toy_library).resolve("Lib.Plant") == "Lib.Plant"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Lib.Plan", "did you mean 'Lib.Plant'"),
        ("Inner.Jumsp", "did you mean"),
        ("Nowhere", "there is Lib.Crashes"),
        ("Lib.Inner", "is a package and cannot become an FMU: build one of Lib.Inner.Jumps"),
        ("Lib.Inner.Base", "partial .* build one of Lib.Inner.Jumps$"),
        ("Lib.Inner.Nothing", "there is Lib.Inner.Jumps$"),
    ],
)
def test_wrong_model_says_what_there_is(toy_library: Path, asked: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected) as caught:
        Library(toy_library).resolve(asked)
    assert "\n" not in str(caught.value)


def test_ambiguous_ending_lists_the_choices(tmp_path: Path) -> None:
    file = tmp_path / "Two.mo"
    file.write_text("package Two package A model M end M; end A; package B model M end M; end B; end Two;")
    with pytest.raises(UsageError, match=r"ambiguous: give one of Two\.A\.M, Two\.B\.M"):
        Library(file).resolve("M")


def test_single_file_takes_its_prefix_from_within(tmp_path: Path) -> None:
    file = tmp_path / "M.mo"
    file.write_text("within A.B;\nmodel M\nend M;\n")
    assert [item.name for item in read_classes(file, None)] == ["A.B.M"]


def test_short_classes_functions_in_expressions_and_quoted_names_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "Q.mo"
    file.write_text(
        'package Q\n  type Length = Real(unit="m");\n  model Short = Long(redeclare model Part = Other);\n'
        "  model Long\n    Real y = quad(function f(a = 1), 0, 1);\n  end Long;\n"
        "  model 'odd name'\n  end 'odd name';\n  operator record C\n  end C;\nend Q;\n"
    )
    names = {item.name: item.kind for item in read_classes(file, None)}
    assert set(names) == {"Q", "Q.Length", "Q.Short", "Q.Long", "Q.'odd name'", "Q.C"}
    assert Library(file).models() == ["Q.'odd name'", "Q.Long", "Q.Short"]


def test_package_mo_means_its_folder(toy_library: Path) -> None:
    assert open_library(toy_library / "package.mo").path == toy_library


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("modelica", "did you mean .*Lib"),
        ("modelica/Lob", "did you mean 'Lib'"),
        ("modelica/Lib/package.order", r"\.mo"),
    ],
)
def test_wrong_library_path_says_what_to_give(toy_library: Path, part: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        open_library(toy_library.parent.parent / part)


def test_digest_follows_contents_names_and_resources(toy_library: Path) -> None:
    before = Library(toy_library).digest
    assert Library(toy_library).digest == before
    (toy_library / "table.csv").write_text("1,2")
    with_resource = Library(toy_library).digest
    (toy_library / "Plant.mo").write_text((toy_library / "Plant.mo").read_text().replace("k = 2", "k = 3"))
    changed = Library(toy_library).digest
    (toy_library / "table.csv").rename(toy_library / "table2.csv")
    assert len({before, with_resource, changed, Library(toy_library).digest}) == 4


def test_digest_ignores_hidden_files(toy_library: Path) -> None:
    before = Library(toy_library).digest
    (toy_library / ".editor").write_text("x")
    (toy_library / ".git").mkdir()
    (toy_library / ".git" / "index").write_text("x")
    assert Library(toy_library).digest == before


def test_uses_of_another_library_are_seen_outside_comments(toy_library: Path) -> None:
    (toy_library / "Other.mo").write_text('within Lib; // HeatReuse\nblock Other "like HeatReuse"\nend Other;')
    assert not Library(toy_library).mentions("HeatReuse")
    (toy_library / "Other.mo").write_text("within Lib;\nblock Other\n  HeatReuse.Types.Length L;\nend Other;")
    assert Library(toy_library).mentions("HeatReuse")


def test_own_library_is_found_and_read_quickly() -> None:
    start = time.perf_counter()
    models = library_models()
    assert time.perf_counter() - start < 0.5
    assert all(name.startswith("HeatReuse.Plants.") and name.count(".") == 2 for name in models)
    assert default_library().classes["HeatReuse"].kind == "package"


def test_installed_package_uses_its_own_library_and_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages" / "heatsim"
    (installed / "modelica" / "HeatReuse").mkdir(parents=True)
    (installed / "modelica" / "HeatReuse" / "package.mo").write_text("package HeatReuse end HeatReuse;")
    monkeypatch.setattr(folders, "package_folder", lambda: installed)
    monkeypatch.setattr(library_module, "package_folder", lambda: installed)
    monkeypatch.delenv("HEATSIM_CACHE", raising=False)
    monkeypatch.setattr(folders.platformdirs, "user_cache_dir", lambda *_: str(tmp_path / "user-cache"))
    assert folders.checkout_folder() is None
    assert default_library().path == installed / "modelica" / "HeatReuse"
    assert folders.fmu_folder() == tmp_path / "user-cache" / "fmus"


def test_checkout_keeps_fmus_beside_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSIM_CACHE", raising=False)
    top = folders.checkout_folder()
    if top is None:
        pytest.skip("heatsim does not run from a checkout here")
    assert folders.fmu_folder() == top / "fmus"
    assert default_library().path == top / "modelica" / "HeatReuse"
