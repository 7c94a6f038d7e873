"""One answer over all its attempts: how often the model was asked, what was shown, and why it failed."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.generative.draft import Draft
from assistant.generative.language import in_another_language
from assistant.generative.orders import evidence_of
from assistant.models import failure_of
from assistant.prompts import REMINDERS, passages_block
from assistant.reader import ReaderResult
from index.passage import Hit

ATTEMPTS = 3  # requests for one answer at most, not counting those with fewer passages
BACKOFF = 0.5  # seconds before the second attempt, doubled before the third; the server's own wish goes first


class Reading:
    """What one question has come to: how often it was asked, what was shown, and why it failed."""

    def __init__(
        self, question: str, hits: Sequence[Hit], *, drop_unsupported: bool, deadline: float, attempts: int
    ) -> None:
        self._question = question
        self._drop = drop_unsupported
        self._deadline = deadline
        self._attempts = attempts
        self._until = time.monotonic() + deadline
        self._passages = [hit.passage for hit in hits]
        self._shown = len(self._passages)
        self._attempt = 0
        self._reminder = ""
        self._visible = ""
        self._silent = False
        self._usage: Counter[str] = Counter()
        self.result: ReaderResult | None = None
        self.reason = ""

    @property
    def inputs(self) -> dict[str, str]:
        passages = self._passages[: self._shown]
        texts = [evidence_of(passage) for passage in passages]
        block = passages_block(passages, [re.sub(r"[ \t]{2,}", " ", text) for text in texts])
        return {"passages": block, "question": self._question, "reminder": self._reminder}

    def remaining(self) -> float:
        return self._until - time.monotonic()

    def begin(self) -> Draft:
        self._attempt += 1
        self._silent = bool(self._visible)
        return Draft(self._passages[: self._shown], self._drop)

    def show(self, text: str) -> str:
        if self._silent:
            return ""
        self._visible += text
        return text

    def accept(self, draft: Draft) -> None:
        """Keep what a draft came to.

        Raises:
            Unfit: If it cannot be used.
        """
        if not draft.written.strip():
            raise Unfit("empty", "the model's answer was empty")
        if not draft.refused and in_another_language(draft.written, self._passages):
            raise Unfit("language", "the model answered in another language than the guides")
        if draft.broken and self._attempt < min(2, self._attempts):
            raise Unfit("broken", "the connection broke off in the middle of the answer")
        self._usage.update(draft.usage)
        result = replace(draft.result(), usage=dict(self._usage))
        if self._shown < len(self._passages):
            note = f"The model read {self._shown} of {len(self._passages)} passages; more did not fit."
            result = replace(result, notes=(*result.notes, note))
        self.result = result

    def wait_after(self, error: Exception, draft: Draft) -> float | None:
        """Seconds to wait before asking again, or None if that is of no use; `reason` then says why."""
        self._usage.update(draft.usage)
        if self.remaining() <= 0:
            self.reason = f"no answer within {self._deadline:g} s"
            return None
        if isinstance(error, Unfit):
            self.reason = str(error)
            self._reminder = REMINDERS.get(error.kind, "")
            return 0.0 if self._attempt < min(2, self._attempts) else None
        failure = failure_of(error)
        self.reason = failure.reason
        if failure.again and draft.written:
            self.reason = "the connection broke off in the middle of the answer"
        if failure.too_long and self._shown > 1:
            self._shown //= 2
            self._attempt -= 1
            return 0.0
        if not failure.again or self._attempt >= self._attempts:
            return None
        backoff = BACKOFF * 2 ** (self._attempt - 1) * random.uniform(0.8, 1.2)
        wait = failure.wait if failure.wait is not None else backoff
        return wait if wait < self.remaining() else None


class Unfit(Exception):  # noqa: N818 - not an error of ours: a reason to ask again
    """The model answered, but not so that it can be used."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
