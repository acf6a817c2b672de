"""The documentation renders: well-formed pages, no dead links, tables that say what the sources declare."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from heatsim.cli import main
from heatsim.compiler.library import Library, default_library, open_library
from heatsim.documentation import Site, write_site
from heatsim.documentation.source import read
from heatsim.errors import UsageError

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return write_site(default_library(), tmp_path_factory.mktemp("site"))


def rows(file: Path) -> dict[str, list[str]]:
    """Rows of all tables of a page by the text of their first cell."""
    root = ElementTree.parse(file).getroot()
    found = {}
    for row in root.iter(f"{NAMESPACE}tr"):
        cells = ["".join(cell.itertext()) for cell in row.findall(f"{NAMESPACE}td")]
        if cells:
            found.setdefault(cells[0], cells[1:])
    return found


def test_documentation_of_the_library_is_in_order(site: Site) -> None:
    assert site.problems == ()
    assert site.pages == len(default_library().classes) + 1


def test_pages_are_well_formed_and_no_link_is_dead(site: Site) -> None:
    files = sorted(site.folder.glob("*.html"))
    assert len(files) == site.pages
    for file in files:
        root = ElementTree.parse(file).getroot()
        links = [anchor.get("href", "") for anchor in root.iter(f"{NAMESPACE}a")]
        assert links
        for link in links:
            assert link.startswith("https://") or (site.folder / link.partition("#")[0]).is_file(), (file.name, link)


def test_temperatures_are_written_for_people_and_source_text_as_it_is(site: Site) -> None:
    for file in site.folder.glob("*.html"):
        root = ElementTree.parse(file).getroot()
        for part in root.iter():
            if part.tag in (f"{NAMESPACE}p", f"{NAMESPACE}td", f"{NAMESPACE}li"):
                assert re.search(r"\d degC", "".join(part.itertext())) is None, file.name
    cooler = (site.folder / "HeatReuse.HeatExchangers.DryCooler.html").read_text(encoding="utf-8")
    assert "water from 40 to 30 °C" in cooler
    assert "water from 40 to 30 degC" in cooler  # the source text below


def test_a_page_says_what_the_source_declares(site: Site) -> None:
    file = site.folder / "HeatReuse.Pipes.PipeWithWall.html"
    table, text = rows(file), "".join(ElementTree.parse(file).getroot().itertext())
    assert table["h_nominal"][:3] == ["HeatTransferCoefficient", "W/(m2.K)", "2500"]
    assert table["T_wall[n]"][:3] == ["Temperature", "K", "T_start"]
    assert table["n"] == ["Integer", "", "10 (min 3)", "Number of cells"]  # inherited
    assert table["port_a"][0] == "FluidPort_a"  # inherited twice
    assert table["Medium"][0] == "package"
    assert table["c_wall"][1] == "J/(m3.K)"
    assert "Extends PartialPipe." in text
    assert "end PipeWithWall;" in text
    assert "U_cell[n]" not in table  # protected
    assert rows(site.folder / "HeatReuse.Generation.GasBoiler.html")["command"][:2] == ["RealInput", "1"]


SOURCE = r"""package Lib "Things & \"others\""
  type Speed = Real(unit="m/s") "How fast";
  type Wind = Speed(min=0) "Speed of the air";
  // model Ghost "not there" end Ghost;
  model Base "Has a speed"
    parameter Wind v[2](each max=3) = {1, 2} "Speed, per side" annotation (Evaluate=true);
    input Real u(unit="K", start=300, min=273.15) "Entering; warm";
    Real big if v[1] > 0 "Conditional";
  protected
    Real hidden = 1 "Not shown";
  equation
    big = u;
    annotation (Documentation(info="<html><p>T<sub>1</sub> &ge; 1 &amp; caf&eacute;, <a href=\"modelica://Lib.Thing\">Thing</a></p></html>"));
  end Base;
  model Thing "Extends \"Base\""
    extends Base(v={3, 4});
    model Inner "Inside"
      Real z;
    equation
      z = 1;
      annotation (Documentation(info="<html><p>inner</p></html>"));
    end Inner;
    Inner part "A part";
  end Thing;
  function f "Doubles" input Real x "Value"; output Real y "Twice"; algorithm y := 2*x; end f;
end Lib;
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    file = tmp_path / "Lib.mo"
    file.write_text(SOURCE)
    return open_library(file)


def test_sources_are_read_with_all_their_corners(library: Library) -> None:
    base, thing = (read(library, library.classes[f"Lib.{name}"]) for name in ("Base", "Thing"))
    assert [element.name for element in base.elements] == ["v", "u", "big", "hidden"]
    v, u, big, hidden = base.elements
    assert (v.role, v.type, v.dimensions, v.default, v.description) == (
        "parameter",
        "Wind",
        "[2]",
        "{1, 2}",
        "Speed, per side",
    )
    assert (v.attribute("max"), u.attribute("unit"), u.attribute("start"), u.attribute("min")) == (
        "3",
        "K",
        "300",
        "273.15",
    )
    assert (big.default, hidden.protected, u.protected) == ("only if v[1] > 0", True, False)
    assert (thing.bases, thing.description) == (("Base",), 'Extends "Base"')
    assert [element.name for element in thing.elements] == ["part"]
    assert thing.info == ""
    assert "Lib.Ghost" not in library.classes
    assert [element.role for element in read(library, library.classes["Lib.f"]).elements] == ["input", "output"]
    assert read(library, library.classes["Lib"]).description == 'Things & "others"'


def test_units_come_from_types_of_types_and_entities_become_letters(library: Library, tmp_path: Path) -> None:
    site = write_site(library, tmp_path / "out")
    assert site.problems == ()
    assert rows(tmp_path / "out" / "Lib.Base.html")["v[2]"] == ["Wind", "m/s", "{1, 2} (max 3)", "Speed, per side"]
    text = "".join(ElementTree.parse(tmp_path / "out" / "Lib.Base.html").getroot().itertext())
    assert "T1 ≥ 1 & café, Thing" in text


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        ("<p>open", "no well-formed XHTML"),
        ("<p>a & b</p>", "no well-formed XHTML"),
        ('<p><a href=\\"modelica://Lib.Nowhere\\">x</a></p>', "links to modelica://Lib.Nowhere, which does not exist"),
        ('<p><a href=\\"Thing.html\\">x</a></p>', "links to 'Thing.html', which is no modelica:// or web address"),
    ],
)
def test_wrong_documentation_is_named_and_leaves_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], info: str, problem: str
) -> None:
    file = tmp_path / "Lib.mo"
    file.write_text(
        SOURCE.replace("<p>inner</p>", "<p>fine</p>").replace("<p>T<sub>1</sub>", f"{info}<p>T<sub>1</sub>")
    )
    assert main(["docs", "--library", str(file), "--out", str(tmp_path / "out")]) == 1
    errors = capsys.readouterr().err
    assert "heatsim: Lib.Base: its documentation" in errors
    assert problem in errors
    for page in (tmp_path / "out").glob("*.html"):
        ElementTree.parse(page)


def test_one_class_or_package_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "HeatReuse.Pipes.Pipe", "--out", str(tmp_path)]) == 0
    assert "wrote 2 pages" in capsys.readouterr().out
    assert (tmp_path / "HeatReuse.Pipes.Pipe.html").is_file()
    with pytest.raises(UsageError, match=r"no class or package 'Pipes\.Pip' .*did you mean 'HeatReuse\.Pipes\.Pipe'"):
        write_site(default_library(), tmp_path, "Pipes.Pip")


HEADINGS = ["Equations", "Assumptions", "Source"]


def components() -> list[str]:
    """Models that stand in plants: not partial, and no connector, plant, example or validation model."""
    library = default_library()
    apart = ("Interfaces", "Plants", "Examples", "Validation")
    return [name for name in library.models() if name.split(".")[1] not in apart]


def test_every_component_says_equations_assumptions_and_source() -> None:
    library = default_library()
    missing = {}
    for name in components():
        found = re.findall(r"<h4>(.*?)</h4>", read(library, library.classes[name]).info)
        if found != HEADINGS:
            missing[name] = found
    assert missing == {}, f"the headings have to be {HEADINGS}"
