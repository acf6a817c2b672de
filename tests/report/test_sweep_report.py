"""Report of a sweep: one file that holds everything, says what failed and is missing, and whose numbers are those."""

from __future__ import annotations

import base64
import csv
import html.parser
import io
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from made_sweeps import GRID, PROVENANCE, Fails, made_sweep

from heatsim.cli import main
from heatsim.errors import UsageError
from heatsim.report import report
from heatsim.sweeps.collection.opening import open_sweep

VOID = ("meta", "img", "br", "link", "hr", "wbr")


class Page(html.parser.HTMLParser):
    """A page read by a parser that is not the one that wrote it: text, tables, pictures, links; tags must match."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.pictures, self.tables, self.words = [], [], [], [], []
        self.feed(content)
        assert not self.open, f"not closed: {self.open}"
        self.text = " ".join(" ".join(self.words).split())  # narrow spaces become plain ones

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "img":
            self.pictures.append(given)
        if tag == "a":
            self.links.append(given)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> without its beginning"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def table(self, head: str) -> list[list[str]]:
        """Return the rows of the first table whose head has a cell."""
        return next(rows[1:] for rows in self.tables if any(cell.startswith(head) for cell in rows[0]))


def page_of(folder, **options) -> Page:
    """Return a report, of one figure unless told otherwise, which is faster."""
    return Page(report(folder, **{"figures": ["cost_total"], **options}).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return made_sweep(tmp_path_factory.mktemp("finished")).path


@pytest.fixture(scope="module")
def content(finished):
    return report(finished).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(content):
    return Page(content)


def test_report_is_one_file_that_needs_no_network(content, page):
    assert all(link["href"].startswith(("#", "data:")) for link in page.links)
    assert all(picture["src"].startswith("data:image/") and picture["alt"] for picture in page.pictures)
    assert not re.search(r"<(script|link|iframe)|@import|url\(|src=\"(?!data:)", content)
    for target in (link["href"][1:] for link in page.links if link["href"].startswith("#")):
        assert f'id="{target}"' in content


def test_pictures_can_be_read(page):
    assert len(page.pictures) >= 6
    for picture in page.pictures:
        kind, data = picture["src"].removeprefix("data:image/").split(";base64,")
        assert kind == "svg+xml"
        assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")


def test_numbers_of_cases_are_told(page):
    assert "60 cases" in page.text
    assert "55 ended well" in page.text
    assert "5 cases failed (8.33 % of those that ended)" in page.text
    assert "not finished" not in page.text
    assert "not run yet" not in page.text


def test_best_cases_are_those_of_numpy(finished, page):
    ds = open_sweep(finished)
    rows = next(t[1:] for t in page.tables if t[0][0] == "" and any(cell.startswith("cost_total") for cell in t[0]))
    cost = ds["cost_total"].values.ravel()
    shown = [float(row[4].replace("\u202f", "")) for row in rows]
    np.testing.assert_allclose(shown, np.sort(cost[np.isfinite(cost)])[:10], atol=0.5)
    assert rows[0][1:4] == ["1\u202f000", "8", "1.0"]
    assert "30 000 EUR lowest cost_total: storage_volume = 1 000 m³, heat_capacity = 8 MW, gain = 1.0" in page.text
    assert "the first cost among the figures, as none was asked for by --best" in page.text


def test_failures_are_listed_with_reason_and_message_as_they_are(page):
    (group,) = page.table("cases")
    assert group[:3] == ["5", "solver", "the simulation failed"]
    assert group[3] == "heat_pump: <stopped> at t = 4000 s & not before"
    rows = next(t[1:] for t in page.tables if t[0][-1] == "case")
    assert len(rows) == 5
    assert page.text.count("Traceback <of>") == 1  # of the five equal ones the first
    assert f"Log of {rows[0][-1]} Traceback <of> solver of {rows[0][-1]}" in page.text
    assert {row[2] for row in rows} == {"2.0"}
    assert [row[1].replace("\u00a0", " ") for row in rows] == ["4 MW", "6 MW", "8 MW", "10 MW", "12 MW"]
    assert "All 5 failed cases have storage_volume = 0 m³; there 10 others ended well." in page.text.replace(
        "\u00a0", " "
    )


def test_choices_are_explained(page):
    assert "cost_gas: rises and falls with cost_total" in page.text
    assert "steps = 1 440" in page.text  # the same in all cases
    assert "Choose others by --figure NAME" in page.text


def test_table_inside_the_page_has_all_cases(finished, page):
    (link,) = (link for link in page.links if "download" in link)
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(link["href"].split(",")[1]).decode())))
    assert len(rows) == 60
    ds = open_sweep(finished)
    one = next(row for row in rows if row["storage_volume [m3]"] == "500.0" and row["heat_capacity [W]"] == "6000000.0")
    expected = ds["cost_total"].sel(storage_volume=500.0, heat_capacity=6e6, gain=float(one["gain"])).item()
    assert float(one["cost_total [EUR]"]) == expected


def test_report_of_equal_sweeps_differs_in_its_time_only(finished, content):
    again = report(finished).read_text(encoding="utf-8")
    plain = [re.sub(r"written [-\d: ]+UTC", "", text) for text in (content, again)]
    assert plain[0] == plain[1]


def test_constraints_take_cases_out_and_are_counted(finished):
    found = page_of(finished, best="co2_total", constraints=["cost_total <= 40000 EUR", "gain < 1.5"])
    ds = open_sweep(finished)
    met = (ds["cost_total"] <= 40e3) & (ds["gain"] < 1.5)
    counted = {row[0]: int(row[1]) for row in found.table("constraint")}
    good = ds["status"] == "ok"
    assert counted == {
        "cost_total <= 40000 EUR": int((good & ~(ds["cost_total"] <= 40e3)).sum()),
        "gain < 1.5": int((good & ~(ds["gain"] < 1.5)).sum()),
    }
    assert f"of the {int(met.sum())} of 55 cases that ended well and meet the constraints" in found.text
    best = ds["co2_total"].where(met).min().item()
    assert f"{best:.2f} t" in found.text
    assert "better ones may lie beyond" in found.text


def test_constraints_that_no_case_meets_are_said(tmp_path):
    made_sweep(tmp_path / "s", {"storage_volume": [200.0, 400.0, 800.0]})
    assert "No case meets them all" in page_of(tmp_path / "s", constraints=["cost_total < 1 EUR"]).text


def test_unfinished_sweep_says_so_first(tmp_path):
    made_sweep(tmp_path / "s", only=lambda number: number % 3 == 0)
    found = page_of(tmp_path / "s")
    assert "This sweep is not finished : 20 of 60 cases have ended" in found.text
    assert f"heatsim sweep --out {tmp_path / 's'} --resume" in found.text
    assert found.text.index("not finished") < found.text.index("What was swept")
    assert "lowest cost_total so far" in found.text


def test_sweep_without_any_case_says_what_it_would_be(tmp_path):
    made_sweep(tmp_path / "s", only=lambda number: False)
    found = page_of(tmp_path / "s", figures=[])
    assert "0 of 60 cases have ended" in found.text
    assert not found.pictures
    assert [row[0] for row in found.table("name")] == list(GRID)


def test_sweep_in_which_all_failed_shows_the_failures(tmp_path):
    def study(case):
        raise Fails("memory limit", f"took {case['storage_volume']} GB")

    made_sweep(tmp_path / "s", study=study)
    found = page_of(tmp_path / "s", figures=[])
    assert "60 cases failed (100 %" in found.text
    assert found.table("cases")[0][:2] == ["60", "memory limit"]
    assert "the first 50 of 60" in found.text
    assert not found.pictures


def test_cases_of_different_states_of_the_study_are_told(tmp_path):
    def provenance(number):
        return {**PROVENANCE, "fingerprint": {"plant.py": "aaaa" if number < 2 else "bbbb"}}

    made_sweep(tmp_path / "s", {"storage_volume": [200.0, 400.0, 800.0]}, provenance=provenance)
    found = page_of(tmp_path / "s").text
    assert "The study was changed during the sweep : its cases were run with 2 states" in found
    assert "(2, 1 cases)" in found


QUICK = [
    ({"storage_volume": "range(0m3,2000m3,6)"}, {}),
    ([{"storage_volume": 10.0 * i, "heat_capacity": 4e6 + i * i} for i in range(5)], {}),
    ({"storage_volume": (200.0, 2000.0), "gain": (0.5, 1.4)}, {"sample": "morris:4"}),
    ({"storage_volume": [200.0, 900.0, 1e3], **{name: [1.0, 2.0] for name in ("p", "q", "r")}}, {}),
]
OTHERS = [
    ({"storage_volume": [500.0, 900.0], "gain": [1.0]}, {}),
    ({"storage_volume": [200.0, 900.0, 1e3], "gain": [0.5, 1.0]}, {"constraints": ["storage_volume > 400 * gain"]}),
    ({"storage_volume": [1.0, 2.0, 3.0], "gain": [0.5, 1.0, 1.2]}, {"sample": "zip"}),
    ({"storage_volume": (200.0, 2000.0), "heat_capacity": (4e6, 9e6)}, {"sample": "lhs:80"}),
    ({"storage_volume": (200.0, 2000.0), "gain": (0.5, 1.4)}, {"sample": "sobol:8"}),
    ({"storage_volume": [200.0, 900.0], "method": ["jacobi", "monolithic"], "on": [True, False]}, {}),
    ({"storage_volume": [500.0]}, {}),
]


@pytest.mark.parametrize(("over", "options"), QUICK + [pytest.param(*one, marks=pytest.mark.slow) for one in OTHERS])
def test_every_design_has_a_report(tmp_path, over, options):
    folder = made_sweep(tmp_path / "s", over, **options).path
    found = page_of(folder)
    good = int((open_sweep(folder)["status"] == "ok").sum())
    assert found.text.split(" cases ")[1].split()[0] == str(good)
    assert "No case failed." in found.text
    varied = [row[0] for row in found.table("name") if row[-1] != "1"]
    if varied:
        assert any(
            picture["alt"].startswith(("Map of cost_total over", "cost_total over")) for picture in found.pictures
        )
    else:
        assert not found.pictures


def test_figures_of_any_kind_do_no_harm(tmp_path):
    def study(case):
        a = case["a"]
        return {
            "cop": np.nan if a < 3 else 4.0 + a,
            "far": np.inf if a == 1 else a,
            "word": "x",
            "on": bool(a > 2),
            "empty": np.nan,
            "a": 2.0 * a,
            "<b>": a * a,
        }

    made_sweep(tmp_path / "s", {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3]}, study)
    found = page_of(tmp_path / "s", figures=["cop", "far", "empty", "<b>", "a.result"])
    assert "No figure of this sweep is a cost" in found.text
    assert [picture["alt"].split(" over ")[0] for picture in found.pictures[:5]] == [
        f"Map of {name}" for name in ("cop", "far", "empty", "<b>", "a.result")
    ]


def test_claims_hold_of_small_values_and_of_figures_that_some_cases_have(tmp_path):
    def study(case):
        figures = {"cost": (case["k"] * 1e9 - 3.0) ** 2 + case["n"], "cop": math.inf if case["n"] == 2 else case["k"]}
        return figures | ({"once": 5.0} if case["n"] == 1 else {})

    over = {"k": [1e-9, 3e-9, 5e-9, 7e-9], "n": [1, 2, 3]}
    made_sweep(tmp_path / "s", over, study, settings={"T_supply": 348.15, "price": 1.23456e-8})
    found = page_of(tmp_path / "s", best="cost", figures=["cost"])
    assert "The best case has the lowest n (1) of the sweep" in found.text  # and not of k
    apart = re.search(r"Between the first and the last of this table lie [^(]*\((\d+) %\)", found.text)
    assert apart is not None
    assert int(apart[1]) > 100
    shared = {row[0]: row[1] for row in found.table("shared by all cases")}
    assert shared == {"T_supply": "348.15", "price": "1.23456e−8"}
    assert "once = 5 (in 4 of the 12 cases only)" in found.text
    found = page_of(tmp_path / "s", best="cop", largest=True, figures=["cop"])
    assert "4 of those that ended well have no finite cop." in found.text
    assert "7e−9 highest cop: k = 7e−9, n = 1" in found.text


def test_wrong_names_are_one_clear_line(finished, tmp_path, capsys):
    for arguments, said in (
        (["--figure", "cost_totl"], "did you mean 'cost_total'"),
        (["--best", "cost_totl"], "did you mean 'cost_total'"),
        (["--where", "cost_totl < 3"], "did you mean 'cost_total'"),
        (["--where", "cost_total < 3 MW"], "different quantities"),
        (["--largest"], "--best"),
        (["--out", str(tmp_path)], "is a folder"),
    ):
        assert main(["report", str(finished), *arguments]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_a_folder_that_is_no_sweep_is_said(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "holds no sweep" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no such folder"):
        report(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_command_writes_report_and_table(finished, tmp_path, capsys):
    files = [str(tmp_path / name) for name in ("r.html", "t.csv")]
    assert main(["report", str(finished), "--figure", "co2_total", "--out", files[0], "--csv", files[1]]) == 0
    assert capsys.readouterr().out == f"wrote {files[0]}\nwrote {files[1]}\n"
    assert "co2_total (asked for)" in Page((tmp_path / "r.html").read_text(encoding="utf-8")).text
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 61
