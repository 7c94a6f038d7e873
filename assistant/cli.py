"""The command `ml-career-assistant`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import AssistantError

if TYPE_CHECKING:
    from assistant.chain import Assistant
    from assistant.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0, or 1 after a message, or 2 for wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        return code
    except AssistantError as error:
        print(_safe(f"ml-career-assistant: {error}"), file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ml-career-assistant", description="Ask guides a question and get an answer whose every sentence is cited."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--guides", action="append", metavar="PATH", help="a file or folder, once for each; default: those that ship"
    )
    common.add_argument("--data-dir", metavar="DIR", help="where the index lies; default: your data folder")
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--llm", metavar="MODEL", help="provider:model, gguf:PATH; default: no language model")

    ask = commands.add_parser("ask", parents=[common, model], help="answer one question")
    ask.add_argument("question", nargs="+")
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    ask.set_defaults(run=_ask)

    chat = commands.add_parser("chat", parents=[common, model], help="ask in a conversation, in the terminal")
    chat.set_defaults(run=_chat)

    web = commands.add_parser("web", parents=[common, model], help="open the chat page")
    web.add_argument("--host", help="address to listen on; default 127.0.0.1")
    web.add_argument("--port", type=int, help="default 7860")
    web.add_argument("--no-browser", action="store_true", help="do not open a browser")
    web.set_defaults(run=_web)

    sync = commands.add_parser("sync", parents=[common], help="bring the index up to date with guides")
    sync.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; default: the guides that ship")
    sync.add_argument("--rebuild", action="store_true", help="embed and write everything anew")
    sync.add_argument("--allow-removal", action="store_true", help="let all or most of the guides go at once")
    sync.set_defaults(run=_sync)

    verify = commands.add_parser("verify", parents=[common], help="check a saved answer against the guides of today")
    verify.add_argument("answer", metavar="ANSWER.json", help="what `ask --json` printed, or - for standard input")
    verify.set_defaults(run=_verify)

    feedback = commands.add_parser("feedback", help="what people thought of the answers")
    feedback.add_argument("action", choices=["export"], help="print it as draft eval cases, JSON lines")
    feedback.add_argument("--data-dir", metavar="DIR", help="where the store lies; default: your data folder")
    feedback.set_defaults(run=_feedback)

    slack = commands.add_parser("slack", parents=[common, model], help="answer in Slack")
    slack.add_argument("--manifest", action="store_true", help="print the app manifest to paste into Slack, and end")
    slack.set_defaults(run=_slack)

    doctor = commands.add_parser("doctor", parents=[common, model], help="what is set up, what is wrong, what mends it")
    doctor.set_defaults(run=_doctor)
    return parser


def _ask(arguments: argparse.Namespace) -> int:
    from assistant.render import to_text

    with _open(arguments) as assistant:
        answer = assistant.ask(" ".join(arguments.question))
    print(_json(answer.to_dict(), indent=2) if arguments.json else to_text(answer).rstrip())
    return 0


def _chat(arguments: argparse.Namespace) -> int:
    from assistant.conversation import Conversation
    from assistant.render import to_text

    with _open(arguments) as assistant:
        conversation = Conversation(assistant)
        print("Ask a question; an empty line ends the conversation.")
        while True:
            try:
                question = input("\n> ").strip()
            except EOFError:
                return 0
            if not question:
                return 0
            try:
                print("\n" + to_text(conversation.ask(question)), end="")
            except AssistantError as error:
                print(_safe(str(error)), file=sys.stderr)


def _web(arguments: argparse.Namespace) -> int:
    import app
    from assistant.settings import Settings

    settings, problem = Settings.load_usable(
        llm=arguments.llm, data_dir=arguments.data_dir, host=arguments.host, port=arguments.port
    )
    guides = _guides(arguments, settings)
    app.serve(guides=guides, settings=settings, problem=problem, open_browser=not arguments.no_browser)
    return 0


def _sync(arguments: argparse.Namespace) -> int:
    if arguments.paths:
        arguments.guides = [*(arguments.guides or []), *arguments.paths]
    with _open(arguments, rebuild=arguments.rebuild, allow_removal=arguments.allow_removal) as assistant:
        report = assistant.report
        for document in assistant.documents:
            print(_safe(f"  {document.title} ({len(document.sections)} sections)"))
        print(
            f"{len(assistant.documents)} guides: {report.added} passages added, {report.removed} removed, "
            f"{report.unchanged} unchanged."
        )
        return 1 if assistant.failures else 0


def _verify(arguments: argparse.Namespace) -> int:
    from assistant.answer import Answer
    from assistant.verify import Verdict, verify
    from corpus.loaders import load_guides

    path = arguments.answer
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        answer = Answer.from_dict(json.loads(text))
    except OSError as error:
        raise AssistantError(f"{path} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise AssistantError(f"{path} is nested too deeply for a saved answer. Save one with `ask --json`.") from error
    except ValueError as error:
        cause = str(error).removeprefix("not a saved answer: ")
        raise AssistantError(f"{path} is not a saved answer: {cause}. Save one with `ask --json`.") from error
    findings = verify(answer, load_guides(_guides(arguments, _settings(arguments))).documents)
    for finding in findings:
        print(_safe(f"{finding.verdict:6} {finding.subject}: {finding.reason}"))
    bad = sum(finding.verdict in {Verdict.STALE, Verdict.FALSE} for finding in findings)
    print(f"{len(findings) - bad} of {len(findings)} hold.")
    return 1 if bad else 0


def _feedback(arguments: argparse.Namespace) -> int:
    from assistant.feedback import draft_cases
    from assistant.store import Store

    store = Store.open(_settings(arguments).store_address())
    try:
        for case in draft_cases(store.feedback()):
            print(_json(case))
    finally:
        store.close()
    return 0


def _slack(arguments: argparse.Namespace) -> int:
    from assistant.slack import manifest, serve

    if arguments.manifest:
        print(json.dumps(manifest(), indent=2))
        return 0
    settings = _settings(arguments)
    serve(guides=_guides(arguments, settings), settings=settings)
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from assistant.doctor import diagnose

    settings = _settings(arguments)
    findings = diagnose(settings, guides=_guides(arguments, settings))
    for finding in findings:
        print(_safe(str(finding)))
    return 0 if all(finding.ok for finding in findings) else 1


def _open(arguments: argparse.Namespace, *, rebuild: bool = False, allow_removal: bool = False) -> Assistant:
    from assistant.chain import Assistant

    settings = _settings(arguments)
    assistant = Assistant.open(
        guides=_guides(arguments, settings),
        data_dir=arguments.data_dir,
        settings=settings,
        progress=_progress,
        rebuild=rebuild,
        allow_removal=allow_removal,
    )
    for failure in assistant.failures:
        print(_safe(f"Not indexed: {failure}"), file=sys.stderr)
    return assistant


def _settings(arguments: argparse.Namespace, **overrides: Any) -> Settings:
    from assistant import logs
    from assistant.settings import Settings

    settings = Settings.load(llm=getattr(arguments, "llm", None), data_dir=arguments.data_dir, **overrides)
    logs.configure(settings.log_level)
    return settings


def _guides(arguments: argparse.Namespace, settings: Settings) -> list[str | Path] | None:
    return list(arguments.guides) if arguments.guides else settings.guide_paths()


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() or done == total:
        print(f"\rIndexing: {done} of {total} passages", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _json(content: Any, *, indent: int | None = None) -> str:
    """JSON that a person can read, with escapes for whatever a terminal would obey or a pipe refuse."""
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1] for character in text
    )


def _safe(text: str) -> str:
    from assistant.render import strip_controls

    return strip_controls(text)


if __name__ == "__main__":
    raise SystemExit(main())
