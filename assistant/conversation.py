"""A follow-up to a question that stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.antecedents import (
    between_levels,
    can_be_meant,
    join,
    of_thing_named,
    other_level,
    resolve_one,
    resolve_ordinal,
    resolve_part,
    resolve_pronoun,
    subject_of,
)
from assistant.placing import Embed, is_new_term, put_in_place
from assistant.question import understand
from assistant.topics import content, phrases
from assistant.utterance import (
    CLAUSE,
    CONDITION,
    CONSEQUENCE,
    COURTESY,
    LEAD,
    NEW_SUBJECT,
    PRONOUN,
    WHAT_ABOUT,
    Turn,
    is_complete,
    is_only_said,
    without_courtesy,
)

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chain import Assistant

Message = Mapping[str, str]
TURNS = 8  # earlier turns read; people refer to the last few only


def standalone_question(question: str, history: Sequence[Message], *, embed: Embed | None = None) -> str:
    """The question with what it takes from the conversation put into words.

    A complete question comes back as it is, but for courtesies before it. A term in the place of an earlier one
    ("and Kubernetes?") is put into the earlier question; a pronoun is replaced by what it stands for, where one phrase
    fits; otherwise the earlier question goes before the new one.

    Args:
        question: As asked.
        history: Earlier messages, oldest first, each with `role` and `content`.
        embed: Texts to unit vectors, to find the term that a new one takes the place of.
    """
    turns: list[Turn] = []
    passed_over = False
    for message in history[-2 * TURNS :]:
        role, text = message.get("role"), (message.get("content") or "").strip()
        if role == "user":
            passed_over = not content(COURTESY.sub("", text, count=1)) or is_only_said(text, turns)
            if not passed_over:
                turns.append(Turn(_stand_alone(text, turns, embed), text))
        elif role == "assistant" and turns and not passed_over:
            turns[-1] = replace(turns[-1], answer=text)
    return _stand_alone(question, turns, embed)


@dataclass
class Conversation:
    """Keeps the history for a caller who does not want to."""

    assistant: Assistant
    messages: tuple[dict[str, str], ...] = ()

    def ask(self, question: str) -> Answer:
        """The answer to a question in this conversation, which remembers both."""
        answer = self.assistant.ask(question, history=self.messages)
        self.remember(question, answer.text)
        return answer

    def remember(self, question: str, text: str) -> None:
        """Add a turn that was answered elsewhere."""
        self.messages += ({"role": "user", "content": question}, {"role": "assistant", "content": text})


def user_turns(turns: Iterable[str]) -> list[dict[str, str]]:
    """Messages of a user's earlier questions alone."""
    return [{"role": "user", "content": turn} for turn in turns]


def _stand_alone(question: str, turns: Sequence[Turn], embed: Embed | None) -> str:
    if not turns:
        return question
    moved = NEW_SUBJECT.match(question)
    rest = question[moved.end() :].strip() if moved else ""
    if moved and (not moved["dropped"] or (is_complete(LEAD.sub("", rest)) and not PRONOUN.search(rest))):
        return rest
    asked = without_courtesy(question)
    about = WHAT_ABOUT.match(asked)
    bare = asked[about.end() :] if about else LEAD.sub("", asked)
    bare = bare.strip() or asked
    previous = turns[-1]
    leads = bare != asked
    if not about and is_complete(bare) and (not leads or CLAUSE.search(bare) or CONSEQUENCE.search(bare)):
        return question if bare == asked == question.strip() else bare
    if about or leads:
        of_thing = of_thing_named(bare)
        if of_thing:
            return join(subject_of(turns), of_thing)
    between = between_levels(bare, turns) or other_level(bare, previous)
    if between:
        return between
    ordinal = resolve_ordinal(bare, turns)
    if ordinal:
        return ordinal
    indefinite = resolve_one(bare, turns)
    if indefinite:
        return indefinite
    if about or not (CLAUSE.search(bare) or (CONDITION.match(bare) and CONSEQUENCE.search(bare))):
        placed = put_in_place(bare, previous, embed, about=bool(about))
        if not placed and about and is_new_term(bare, previous.question, embed):
            return asked
        return placed or join(previous.question, asked)
    resolved = resolve_pronoun(bare, turns) or resolve_part(asked, turns)
    if not resolved and _asks_another_figure(bare, subject_of(turns)):
        return bare
    return resolved or join(subject_of(turns), asked)


def _asks_another_figure(question: str, earlier: str) -> bool:
    """Whether pay is asked for after a duration, or the like, and nothing was named that could be meant.

    "How long will it take me without a degree?", "and how much would that pay?": the earlier question would mislead.
    """
    asked, before = understand(question), understand(earlier)
    if not (asked.of_figures and before.of_figures) or asked.kinds[0] == before.kinds[0]:
        return False
    return not any(not phrase.preposition and can_be_meant(phrase) for phrase in phrases(earlier))
