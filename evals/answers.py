"""`python -m evals` itself: ask every case, report, and hold the floors."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evals.errors import EvalError

if TYPE_CHECKING:
    from assistant import Assistant
    from evals.cases import Case
    from evals.citing import Judge
    from evals.result import Report, Setup


def main(argv: Sequence[str]) -> int:
    """0 if every floor held, 1 if one fell short, 2 if none could be checked."""
    options = build_parser().parse_args(argv)
    from evals.cases import load_cases

    cases = load_cases(*options.cases, split=options.split)
    if options.kind:
        cases = tuple(case for case in cases if case.kind in options.kind)
    if options.limit:
        cases = spread(cases, options.limit)
    if options.matrix:
        from evals.matrix import run_matrix

        return run_matrix(options, cases)
    return report_run(measure(options, cases), options)


def main_report(argv: Sequence[str]) -> int:
    """Show a saved run again: the tables, or another file."""
    from evals.result import load_report

    parser = argparse.ArgumentParser(prog="python -m evals report", description="Show a saved run again.")
    parser.add_argument("run", metavar="RUN.json", help="a file made by `python -m evals --json FILE`")
    _add_outputs(parser)
    _add_gates(parser)
    options = parser.parse_args(argv)
    return report_run(load_report(options.run), options)


def main_metrics(argv: Sequence[str]) -> int:
    """Print the table of metrics, in Markdown."""
    argparse.ArgumentParser(prog="python -m evals metrics", description="Print what every metric means.").parse_args(
        argv
    )
    print(metrics_table(), end="")
    return 0


def metrics_table() -> str:
    """Every metric with its definition, as a Markdown table."""
    from evals.metrics import METRICS

    rows = ["| metric | of | definition |", "| --- | --- | --- |"]
    for name, metric in METRICS.items():
        source = f" *{metric.source}*" if metric.source else ""
        rows.append(
            f"| `{name}`{'' if metric.higher_is_better else ' ↓'} | {metric.group} | {metric.definition}{source} |"
        )
    return "\n".join(rows) + "\n"


def build_parser() -> argparse.ArgumentParser:
    """The options of `python -m evals`."""
    from evals.__main__ import SUBCOMMANDS

    commands = "\n".join(f"  python -m evals {name:<10} {does}" for name, (_, does) in SUBCOMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m evals",
        description="Ask every case, score the answers, and end with status 1 if a floor is missed.",
        epilog=f"other commands:\n{commands}\n\nexit status: 0 floors held, 1 one fell short, 2 could not run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cases", nargs="+", default=(), metavar="PATH", help="files or folders of cases; else ours")
    parser.add_argument("--split", choices=("development", "test"), help="only the cases of this split")
    parser.add_argument("--kind", action="append", metavar="KIND", help="only this kind of question (repeatable)")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N cases, spread over the file")
    parser.add_argument("--guides", nargs="+", metavar="PATH", help="files or folders; else the guides that ship")
    parser.add_argument("--data-dir", metavar="DIR", help="keep the index here; else it is made anew and thrown away")
    parser.add_argument("--llm", metavar="MODEL", help="the language model that answers, as provider:model")
    parser.add_argument("--judge", metavar="MODEL", help="a chat model to judge claims; else the project's own check")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting, by name")
    parser.add_argument(
        "--matrix", action="append", default=[], metavar="NAME=VALUE,VALUE", help="run every combination and rank them"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the confidence intervals (default 0)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    _add_outputs(parser)
    _add_gates(parser)
    return parser


def spread(cases: tuple[Case, ...], limit: int) -> tuple[Case, ...]:
    """At most `limit` of the cases, evenly spread, so that a small run still sees every kind."""
    if limit >= len(cases):
        return cases
    return tuple(cases[position * len(cases) // limit] for position in range(limit))


def measure(
    options: argparse.Namespace, cases: Sequence[Case], *, overrides: Mapping[str, str] | None = None
) -> Report:
    """A run of the cases under the options; `overrides` are settings by name that win over them."""
    from evals.run import run_evals
    from evals.variants import open_assistant

    values = {**_settings_given(options.set), **({"llm": options.llm} if options.llm else {}), **(overrides or {})}
    with ExitStack() as stack:
        folder = options.data_dir or stack.enter_context(TemporaryDirectory(prefix="evals-"))
        assistant = stack.enter_context(open_assistant(values, guides=options.guides, data_dir=folder))
        settings = assistant.settings
        return run_evals(
            assistant,
            cases,
            judge=_open_judge(options.judge),
            documents=assistant.documents,
            setup=_describe(assistant, options, values),
            with_model=bool(settings.llm or settings.llm_base_url),
            progress=stack.enter_context(_progress(quiet=options.quiet)),
        )


def report_run(report: Report, options: argparse.Namespace) -> int:
    """Print the run, write the files that were asked for, and check the floors: the exit status."""
    from rich.console import Console

    from evals.gates import FLOORS, check_floors, exit_status, load_floors
    from evals.report import print_report, write_json, write_junit, write_markdown, write_trec
    from evals.scores import score_report

    floors = () if options.no_gates else load_floors(options.floors or FLOORS)
    gates = check_floors(report, floors)
    scores = score_report(report)
    if options.json:
        write_json(report, scores, options.json)
    if options.junit:
        write_junit(report, options.junit)
    if options.markdown:
        write_markdown(report, scores, options.markdown)
    if options.trec:
        write_trec(report, options.trec)
    if options.html:
        from evals.html import write_html

        write_html(report, scores, options.html, gates=gates)
    print_report(report, scores, Console(), gates=gates, failures=options.failures)
    return exit_status(gates)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="write the whole run, for `compare` and `report`")
    parser.add_argument("--html", metavar="FILE", help="write one page to look at and to send on")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML, for CI")
    parser.add_argument("--markdown", metavar="FILE", help="write the main figures as tables, for a README")
    parser.add_argument("--trec", metavar="DIR", help="write a TREC run and its qrels")
    parser.add_argument("--failures", type=int, default=10, metavar="N", help="failures shown (default 10)")


def _add_gates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--floors", metavar="FILE", help="floors to hold; else the ones that ship")
    parser.add_argument("--no-gates", action="store_true", help="measure only: end with 0 whatever the figures")


def _settings_given(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise EvalError(f"--set {pair}: expected NAME=VALUE, such as passages=5")
        values[name] = value
    return values


def _open_judge(name: str | None) -> Judge:
    from evals.citing import model_judge, support_judge

    return model_judge(name) if name else support_judge()


def _describe(assistant: Assistant, options: argparse.Namespace, values: Mapping[str, str]) -> Setup:
    from evals.result import Setup, own_version

    settings = assistant.settings
    return Setup(
        version=own_version(),
        embedder=assistant.index.embedder.name,
        reader=settings.llm or settings.llm_base_url or "extractive",
        judge=options.judge or "support",
        seed=options.seed,
        settings={"passages": str(settings.passages), **{name: value for name, value in values.items() if value}},
    )


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    import sys

    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking")
        yield lambda done, total: bar.update(task, completed=done, total=total)
