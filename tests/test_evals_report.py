"""What a run is shown as: the terminal, JSON, JUnit, TREC files, and a page that escapes and loads nothing."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import ir_measures
import pytest
from rich.console import Console

from assistant.answer import Answer, Citation, Claim
from evals.cases import Case
from evals.citing import ClaimJudgement
from evals.gates import Floor, check_floors
from evals.html import render_html
from evals.metrics import METRICS
from evals.plots import plot_confidence, plot_latency, plot_outcomes, plot_risk_coverage
from evals.report import print_report, show_figure, write_json, write_junit, write_markdown, write_trec
from evals.result import CaseResult, Report, Setup, Turn
from evals.scores import score_report
from evals.selective import risk_coverage
from index.passage import Hit, Passage

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7+7}}\x00\x1b[31m\u202e]]>"


def make_report(text: str = "plain") -> Report:
    """A run in which every string that comes from outside is the text."""
    passage = Passage(id=text, text=f"Before {text} after", title=text, section=(text, text), page=3, document=text)
    case = Case(
        id=text,
        kind=text,
        question=text,
        answerable=True,
        must=((text, "never said"), ("missing",)),
        must_not=(text,),
        expected=[{"document": text, "section": text}],  # type: ignore[list-item]  # pydantic makes it one
    )
    answer = Answer(
        question=text,
        text=f"**{text}** {text} [1] and [2](#psg-2)",
        claims=(Claim(text, (1,), supported=False), Claim(text)),
        citations=(Citation(1, text, 7, 7 + len(text), passage), Citation(2, text, 0, 3, passage)),
        hits=(Hit(passage, 0.75),),
        searched_for=f"{text}, again",
        confidence=0.5,
        reason=text,
        notes=(text,),
        timings={"retrieve": 0.01, "total": 0.1},
        usage={"input_tokens": 7},
    )
    results = (
        CaseResult(case, answer, 0.1, (Turn(text, text),), (ClaimJudgement(False, (False,)), ClaimJudgement(False))),
        CaseResult(
            Case(id="none", kind="offtopic", question="Cake?", answerable=False),
            Answer("Cake?", "The guides don't say.", abstained=True, confidence=0.1),
            0.2,
        ),
    )
    setup = Setup(version="1", guides="g", cases="c", embedder=text, reader=text, settings={"passages": text})
    return Report(results, setup, "2026-01-02T03:04:05+00:00", 1.0)


def render(report: Report) -> str:
    floors = (Floor("passed", 0.5), Floor("passed", 0.9), Floor("output_tokens", 1))
    return render_html(report, score_report(report), gates=check_floors(report, floors))


class Elements(HTMLParser):
    """What stands on a page: its elements with their attributes, and its text outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.text += data


class TestPage:
    def test_hostile_text_makes_no_elements(self) -> None:
        plain, hostile = Elements(render(make_report())), Elements(render(make_report(HOSTILE)))
        assert [tag for tag, _ in plain.elements] == [tag for tag, _ in hostile.elements]
        assert not [name for _, attributes in hostile.elements for name in attributes if name.startswith("on")]
        assert "<script>alert(1)</script>" in hostile.text
        assert "{{7+7}}" in hostile.text

    def test_nothing_is_loaded_from_anywhere(self) -> None:
        page = render(make_report())
        assert "://" not in page
        assert not re.search(r"url\(|@import", page)
        loading = {"src", "href", "srcset", "action", "data", "poster"}
        assert not [name for _, attributes in Elements(page).elements for name in attributes if name in loading]
        assert "default-src 'none'" in page

    def test_quotes_are_marked_in_answer_and_passage(self) -> None:
        page = render(make_report("Python"))
        assert "Before <mark>Python</mark> after" in page
        assert "<strong>Python</strong>" in page
        assert "<sup>1</sup>" in page
        assert "<sup>2</sup>" in page

    def test_case_tells_what_was_expected_and_what_went_wrong(self) -> None:
        text = Elements(render(make_report("Python"))).text
        for told in (
            "Python, again",
            "misses 'missing'",
            "says 'Python', which is forbidden",
            "quote [2] does not stand at its offsets",
            "not at its offsets",
            "cites nothing: 'Python'",
            "Python or never said",
            "found at 1",
            "Claims shown as not supported",
            "retrieve 10 ms",
            "7 input tokens",
            "2 January 2026",
            "held",
            "fell short",
            "unscored",
        ):
            assert told in text, told

    def test_filters_offer_every_kind_and_outcome(self) -> None:
        elements = Elements(render(make_report("Python"))).elements
        cases = [attributes for tag, attributes in elements if tag == "details"]
        assert [case["data-kind"] for case in cases] == ["Python", "offtopic"]
        assert [case["data-outcome"] for case in cases] == ["wrong answer", "right"]

    def test_page_is_the_same_for_the_same_run(self) -> None:
        assert render(make_report()) == render(make_report())

    def test_every_metric_is_defined_on_it(self) -> None:
        text = Elements(render(make_report())).text
        for metric in METRICS.values():
            assert metric.definition in text


@pytest.mark.browser
def test_filters_work_in_a_browser(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    page_file = tmp_path / "report.html"
    page_file.write_text(render(make_report("Python")), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        chromium = Path("/usr/bin/chromium")
        if not chromium.exists():
            pytest.skip("no Chromium here")
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(page_file.as_uri())
        assert page.inner_text("#count") == "2 of 2 cases"
        page.select_option("#outcome", "not right")
        assert page.inner_text("#count") == "1 of 2 cases"
        page.select_option("#kind", "offtopic")
        assert page.inner_text("#count") == "0 of 2 cases"
        page.select_option("#outcome", "")
        page.fill("#words", "cake")
        assert page.inner_text("#count") == "1 of 2 cases"
        page.click("#open")
        assert page.locator(".case[open]").count() == 1
        assert complaints == []
        browser.close()


class TestPlots:
    def test_bars_are_as_long_as_their_shares(self) -> None:
        svg = plot_outcomes({"fact": {"right": 3, "wrong answer": 1}, "list": {"right": 1}})
        right, wrong, whole = (float(width) for width in re.findall(r'width="([\d.]+)"', svg))
        # Two units are left between bars.
        assert (right + 2) / (wrong + 2) == pytest.approx(3, abs=0.01)
        assert whole + 2 == pytest.approx(right + 2 + wrong + 2, abs=0.2)
        assert "fact: 1 of 4 wrong answer" in svg

    def test_names_are_escaped(self) -> None:
        assert "<script>" not in plot_outcomes({"<script>": {"right": 1}})

    def test_curve_ends_at_full_coverage_and_marks_where_the_assistant_stands(self) -> None:
        curve = risk_coverage([0.9, 0.8], [False, True])
        assert curve is not None
        svg = plot_risk_coverage(curve, coverage=0.5, risk=0.0)
        assert len(re.findall(r"[\d.]+,[\d.]+", svg.split("polyline")[1])) == 2
        assert "answers 50%, of which 0% are wrong" in svg

    @pytest.mark.parametrize("values", [[], [0.0, 1.0], [0.5] * 7])
    def test_confidences_at_the_ends_are_drawn(self, values: list[float]) -> None:
        assert plot_confidence(values, []).count("<rect") == 20

    @pytest.mark.parametrize("seconds", [[0.0], [0.0001, 3.0], [0.05] * 3])
    def test_latency_curve_stays_inside_its_frame(self, seconds: list[float]) -> None:
        svg = plot_latency(seconds)
        points = re.findall(r"([\d.]+),([\d.]+)", svg.split('class="curve"')[1])
        assert all(40 <= float(x) <= 510 and 20 <= float(y) <= 210 for x, y in points)


class TestFiles:
    def test_json_holds_figures_outcomes_and_problems(self, tmp_path: Path) -> None:
        report = make_report("Python")
        write_json(report, score_report(report), tmp_path / "deep" / "run.json")
        data = json.loads((tmp_path / "deep" / "run.json").read_text())
        assert data["scores"]["passed"] == {"value": 0.5, "cases": 2, "low": 0.0, "high": 1.0}
        assert data["scores"]["output_tokens"]["value"] is None
        assert data["kinds"]["offtopic"]["passed"]["value"] == 1.0
        assert data["results"][0]["outcome"] == "wrong answer"
        assert "misses 'missing'" in data["results"][0]["problems"]
        assert Report.from_dict(data) == report

    def test_markdown_has_the_main_figures_and_every_kind(self, tmp_path: Path) -> None:
        report = make_report("a|b")
        write_markdown(report, score_report(report), tmp_path / "table.md")
        rows = (tmp_path / "table.md").read_text().splitlines()
        assert "| `answerable_passed` | 0.000 |  |" in rows
        assert any(row.startswith("| offtopic | 1 | 1.000 |") for row in rows)
        kinds = rows[rows.index("") + 1 :]
        assert len({row.count("|") for row in kinds}) == 1

    def test_junit_is_xml_with_a_failure_for_what_is_not_right(self, tmp_path: Path) -> None:
        write_junit(make_report(HOSTILE), tmp_path / "run.xml")
        root = ElementTree.parse(tmp_path / "run.xml").getroot()
        assert (root.get("tests"), root.get("failures")) == ("2", "1")
        first, second = root.iter("testcase")
        failure = first.find("failure")
        assert failure is not None
        assert "misses 'missing'" in (failure.text or "")
        assert second.find("failure") is None

    def test_trec_files_score_as_the_report_does(self, tmp_path: Path) -> None:
        report = make_report("two words")
        write_trec(report, tmp_path)
        qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")))
        run = list(ir_measures.read_trec_run(str(tmp_path / "run.txt")))
        found = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.RR @ 10], qrels, run)
        assert found[ir_measures.nDCG @ 10] == METRICS["nDCG@10"].score(report.results) == 1.0
        assert found[ir_measures.RR @ 10] == METRICS["MRR@10"].score(report.results)


class TestTerminal:
    def shown(self, report: Report) -> str:
        out = io.StringIO()
        console = Console(file=out, width=100, no_color=True)
        gates = check_floors(report, (Floor("passed", 0.9), Floor("words", 99, "offtopic")))
        print_report(report, score_report(report), console, gates=gates)
        return out.getvalue()

    def test_metrics_kinds_failures_and_floors_are_shown(self) -> None:
        shown = self.shown(make_report("Python"))
        assert re.search(r"passed +0\.500 +0\.000 – 1\.000 +2", shown)
        assert re.search(r"output_tokens ↓ +unscored", shown)
        assert re.search(r"offtopic +1 +1\.000", shown)
        assert "misses 'missing'" in shown
        assert "searched for: Python, again" in shown
        assert "fell short  passed ≥ 0.900: 0.500" in shown
        assert "unscored  words (offtopic) ≤ 99: unscored" in shown

    def test_markup_in_questions_is_no_markup(self) -> None:
        assert "[bold]no[/bold]" in self.shown(make_report("[bold]no[/bold]"))


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("passed", None, "unscored"),
        ("passed", 0.12345, "0.123"),
        ("latency_p50", 0.0123, "12 ms"),
        ("latency_p50", 12.0, "12.0 s"),
        ("words", 41.6, "42"),
    ],
)
def test_figures_are_shown_with_their_unit(metric: str, value: float | None, shown: str) -> None:
    assert show_figure(metric, value) == shown
