"""The command `python -m evals grounding`: how well the support check tells borne-out claims from the rest."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.grounding import GUARDS, THRESHOLD, support
from evals.errors import CaseError
from evals.selective import auroc

CLAIMS = Path(__file__).parent / "claims" / "claims.jsonl"
FLOOR_MISSED = 1


@dataclass(frozen=True)
class LabelledClaim:
    """A claim, the text it cites, and whether a person says that the text bears it out."""

    id: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool
    kind: str = ""
    split: str = ""


@dataclass(frozen=True)
class Judgement:
    """What the check says of a labelled claim."""

    case: LabelledClaim
    score: float
    supported: bool
    doubts: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.supported == self.case.supported


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of one label, in [0, 1]; `count` is how many claims have it."""

    precision: float
    recall: float
    f1: float
    count: int


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 1 if `--floor` was not reached.

    Raises:
        CaseError: If the file cannot be read; the message names the line.
    """
    arguments = _parser().parse_args(argv)
    cases = load_claims(arguments.file or CLAIMS)
    if arguments.split:
        cases = [case for case in cases if case.split == arguments.split]
        if not cases:
            raise CaseError(f"{arguments.file or CLAIMS}: no claim has the split “{arguments.split}”.")
    started = time.perf_counter()
    judgements = judge(cases)
    summary = summarize(judgements, seconds=time.perf_counter() - started)
    print(_report(arguments.file or CLAIMS, judgements, summary, failures=arguments.failures))
    if arguments.ablation:
        summary["ablation"] = ablation(cases)
        print(_ablation_table(summary["ablation"]))
    if arguments.json:
        summary["judgements"] = [{**asdict(found), "right": found.right} for found in judgements]
        Path(arguments.json).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return FLOOR_MISSED if arguments.floor is not None and summary["macro_f1"] < arguments.floor else 0


def load_claims(path: str | Path) -> list[LabelledClaim]:
    """Labelled claims from JSON lines `{"claim", "evidence", "supported"}`; `id`, `kind` and `split` may be left out.

    Raises:
        CaseError: If a line is not such a claim, or there is none.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise CaseError(f"{path} cannot be read: {error.strerror}. Give a file of JSON lines.") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"{path} is not UTF-8 text ({error.reason}). Convert it.") from error
    cases = [_claim(line, f"{path}, line {number}", number) for number, line in enumerate(lines, 1) if line.strip()]
    if not cases:
        raise CaseError(f"{path} holds no claim. Each line is an object with claim, evidence and supported.")
    return cases


def judge(cases: Iterable[LabelledClaim], *, without: Sequence[str] = ()) -> list[Judgement]:
    """What the check says of each claim, in order; `without` names guards to leave out."""
    judgements = []
    for case in cases:
        verdict = support(case.claim, case.evidence, without=without)
        judgements.append(Judgement(case, verdict.score, verdict.supported, verdict.doubts))
    return judgements


def summarize(judgements: Sequence[Judgement], *, seconds: float = 0.0) -> dict[str, Any]:
    """The figures of a run as plain JSON values; shares in [0, 1], macro-F1 the plain mean of both classes' F1."""
    labels = [found.case.supported for found in judgements]
    said = [found.supported for found in judgements]
    classes = {name: class_scores(labels, said, label) for name, label in (("supported", True), ("unsupported", False))}
    kinds: dict[str, list[bool]] = defaultdict(list)
    for found in judgements:
        kinds[found.case.kind or "-"].append(found.right)
    threshold, best = _hindsight(judgements)
    return {
        "count": len(judgements),
        "accuracy": sum(found.right for found in judgements) / len(judgements),
        "macro_f1": macro_f1(labels, said),
        "auroc": auroc([found.score for found in judgements], labels),
        "threshold": THRESHOLD,
        "classes": {name: asdict(scores) for name, scores in classes.items()},
        "kinds": {kind: {"right": sum(right), "count": len(right)} for kind, right in sorted(kinds.items())},
        "ms_per_claim": 1000 * seconds / len(judgements),
        "hindsight": {"threshold": threshold, "macro_f1": best},
    }


def class_scores(labels: Sequence[bool], said: Sequence[bool], label: bool) -> ClassScores:
    """Precision, recall and F1 of one label; 0 where there is nothing to divide by."""
    hits = sum(a == label and b == label for a, b in zip(labels, said, strict=True))
    precision = hits / max(1, sum(b == label for b in said))
    recall = hits / max(1, sum(a == label for a in labels))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return ClassScores(precision, recall, f1, sum(a == label for a in labels))


def macro_f1(labels: Sequence[bool], said: Sequence[bool]) -> float:
    """The mean of the F1 of both labels."""
    return (class_scores(labels, said, True).f1 + class_scores(labels, said, False).f1) / 2


def ablation(cases: Sequence[LabelledClaim]) -> dict[str, dict[str, float]]:
    """What each guard earns: figures with all guards, without one at a time, and with none."""
    variants: dict[str, Sequence[str]] = {"all guards": (), **{f"without {name}": (name,) for name in GUARDS}}
    variants["no guards"] = tuple(GUARDS)
    rows = {}
    for name, without in variants.items():
        found = summarize(judge(cases, without=without))
        rows[name] = {
            "macro_f1": found["macro_f1"],
            "auroc": found["auroc"] if found["auroc"] is not None else math.nan,
            "hindsight": found["hindsight"]["macro_f1"],
        }
    return rows


def _claim(line: str, place: str, number: int) -> LabelledClaim:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise CaseError(f"{place}: not JSON ({error}).") from error
    if not isinstance(fields, Mapping):
        raise CaseError(f"{place}: expected an object, found {type(fields).__name__}.")
    missing = [name for name in ("claim", "evidence", "supported") if name not in fields]
    if missing:
        raise CaseError(f"{place}: {' and '.join(missing)} missing. A claim has claim, evidence and supported.")
    claim, evidence = fields["claim"], fields["evidence"]
    if not isinstance(claim, str) or not claim.strip():
        raise CaseError(f"{place}: claim is {claim!r}; expected a text.")
    texts = [evidence] if isinstance(evidence, str) else evidence
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise CaseError(f"{place}: evidence is neither a text nor a list of texts.")
    return LabelledClaim(
        id=str(fields.get("id", number)),
        claim=claim,
        evidence=tuple(texts),
        supported=_label(fields["supported"], place),
        kind=str(fields.get("kind", "")),
        split=str(fields.get("split", "")),
    )


_LABELS = {
    "true": True, "1": True, "yes": True, "supported": True, "attributable": True,
    "false": False, "0": False, "no": False, "unsupported": False, "not attributable": False, "not_attributable": False,
}  # fmt: skip


def _label(value: object, place: str) -> bool:
    found = _LABELS.get(str(value).strip().lower().removesuffix(".0"))
    if found is None:
        raise CaseError(f"{place}: supported is {value!r}; expected true or false, or 1 or 0.")
    return found


def _hindsight(judgements: Sequence[Judgement]) -> tuple[float, float]:
    labels = [found.case.supported for found in judgements]
    tried = {score: macro_f1(labels, [f.score >= score for f in judgements]) for score in {f.score for f in judgements}}
    threshold = max(tried, key=lambda score: tried[score])
    return threshold, tried[threshold]


def _report(path: str | Path, judgements: Sequence[Judgement], summary: Mapping[str, Any], *, failures: int) -> str:
    ranking = f"{100 * summary['auroc']:.1f}" if summary["auroc"] is not None else "not defined for one label"
    lines = [
        f"{Path(path).name}: {summary['count']} claims, {summary['ms_per_claim']:.2f} ms a claim",
        "",
        f"macro-F1  {100 * summary['macro_f1']:.1f}    (threshold {summary['threshold']:g}, fixed beforehand)",
        f"accuracy  {100 * summary['accuracy']:.1f}",
        f"AUROC     {ranking}",
        "",
        "label         precision  recall     F1  claims",
    ]
    lines += [
        f"{name:<13} {100 * scores['precision']:>9.1f} {100 * scores['recall']:>7.1f} {100 * scores['f1']:>6.1f} "
        f"{scores['count']:>7}"
        for name, scores in summary["classes"].items()
    ]
    lines += ["", "kind                 right"]
    lines += [f"{kind:<17} {found['right']:>4}/{found['count']}" for kind, found in summary["kinds"].items()]
    lines += [
        "",
        f"diagnostic only, chosen in hindsight on these very claims: threshold {summary['hindsight']['threshold']:.2f} "
        f"would give macro-F1 {100 * summary['hindsight']['macro_f1']:.1f}",
    ]
    wrong = [found for found in judgements if not found.right]
    if wrong and failures:
        lines += ["", f"failures ({len(wrong)}; label, score, what spoke against it):"]
        lines += [
            f"  {found.case.id}  {'supported' if found.case.supported else 'unsupported'}  {found.score:.2f}  "
            f"{', '.join(found.doubts) or '-'}  {found.case.claim}"
            for found in wrong[:failures]
        ]
        if len(wrong) > failures:
            lines.append(f"  … and {len(wrong) - failures} more")
    return "\n".join(lines)


def _ablation_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["", f"{'guards':<20} macro-F1   AUROC   macro-F1 in hindsight"]
    lines += [
        f"{name:<20} {100 * found['macro_f1']:>8.1f} {100 * found['auroc']:>7.1f} {100 * found['hindsight']:>8.1f}"
        for name, found in rows.items()
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals grounding", description=__doc__)
    parser.add_argument(
        "file", nargs="?", help="JSON lines with claim, evidence and supported; without it, our own claims"
    )
    parser.add_argument("--split", help="only claims of this split (our own have development and test)")
    parser.add_argument("--json", metavar="OUT", help="write figures and judgements to a file")
    parser.add_argument("--ablation", action="store_true", help="measure without each guard as well")
    parser.add_argument("--failures", type=int, default=50, metavar="N", help="list at most N failures (default 50)")
    parser.add_argument("--floor", type=float, metavar="SHARE", help="exit with 1 if macro-F1, in [0, 1], is lower")
    return parser
