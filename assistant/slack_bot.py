"""What the Slack listeners share: claim a message once, answer it in its thread, keep what people thought of it."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from assistant.answer import Answer
from assistant.errors import AssistantError
from assistant.slack_blocks import escape, to_slack
from assistant.slack_thread import Thread, question_in, read_thread
from assistant.slack_writer import SlackWriter
from assistant.store import LEASE, Store

if TYPE_CHECKING:
    from assistant.chain import Assistant

log = logging.getLogger(__name__)

WORKERS = 8  # answers written at once; an extractive one takes a fraction of a second
PASSING_ERRORS = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})
CHANNEL_MEMORY = 600.0  # seconds for which it is remembered whether a channel is public


@dataclass(frozen=True)
class Asked:
    """A message to answer; `thread` is the timestamp of its thread's root, its own if it begins one."""

    team: str
    channel: str
    ts: str
    thread: str
    user: str
    text: str

    @property
    def key(self) -> str:
        """What is claimed in the store: the message, whatever event brought it."""
        return json.dumps(["slack", self.team, self.channel, self.ts])


class SlackBot:
    """Answers messages on worker threads; each message once, on all the processes that share the store."""

    def __init__(
        self, assistant: Assistant, store: Store, client: Any, *, team: str, bot_user: str, lease: timedelta = LEASE
    ) -> None:
        self.assistant = assistant
        self.bot_user = bot_user
        self.team = team
        self._store = store
        self._client = client
        self._lease = lease
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack")
        self._public: dict[str, tuple[float, bool]] = {}
        self._closed = threading.Event()
        self._marked = any("public" in document.metadata for document in assistant.documents)

    def submit(self, asked: Asked) -> bool:
        """Claim a message and answer it on a worker; False if it is claimed already."""
        if not self._store.claim(asked.key, worker=self._name, lease=self._lease):
            return False
        self._pool.submit(self._handle, asked)
        return True

    def takes_part(self, asked: Asked) -> bool:
        """Whether the assistant has written in the thread of a message."""
        if asked.thread == asked.ts:
            return False
        return self._thread(asked).joined

    def answer(self, question: str, *, channel: str) -> Answer:
        """The answer to a question asked in a channel, from the guides that may be quoted there."""
        return self.assistant.ask(question_in(question, self.bot_user), where=self._where(channel))

    def is_public(self, channel: str) -> bool:
        """Whether everyone in the workspace can read a channel; if Slack does not say, it counts as public."""
        known = self._public.get(channel)
        if known and known[0] > time.monotonic():
            return known[1]
        try:
            info = self._client.conversations_info(channel=channel)["channel"]
            public = not (info.get("is_private") or info.get("is_im") or info.get("is_mpim") or info.get("is_group"))
        except SlackApiError as error:
            log.warning("channel %s cannot be looked up (%s); taken for public", channel, error.response.get("error"))
            return True
        self._public[channel] = (time.monotonic() + CHANNEL_MEMORY, public)
        return public

    def keep(self, answer: Answer, *, owner: str) -> str:
        """Keep an answer for the buttons beneath it; what they carry."""
        conversation = self._store.new_conversation(owner)
        turn = self._store.add_turn(owner, conversation, answer)
        return json.dumps([owner, conversation, turn])

    def kept(self, key: str) -> Answer | None:
        """The answer that a button carries, or None if it is gone."""
        try:
            owner, conversation, turn = json.loads(key)
        except ValueError:
            return None
        return next((saved.answer for saved in self._store.turns(owner, conversation) if saved.id == turn), None)

    def give_feedback(self, key: str, *, user: str, helpful: bool, reason: str = "") -> None:
        """Keep what a user thinks of the answer that a button carries."""
        answer = self.kept(key)
        if answer is None:
            raise AssistantError("This answer is no longer kept, so there is nothing to rate.")
        self._store.give_feedback(f"slack:{user}", answer, answer_key=key[:200], helpful=helpful, reason=reason)

    def sweep(self) -> int:
        """Take over messages whose worker died before it answered; how many."""
        taken = 0
        for key in self._store.unfinished(lease=self._lease):
            asked = self._look_up(key)
            if asked is None:
                self._store.finish(key)
            elif self.submit(asked):
                taken += 1
        return taken

    def keep_sweeping(self, *, every: float) -> None:
        """Sweep now and then, every so many seconds, until closed."""

        def run() -> None:
            while not self._closed.is_set():
                try:
                    self.sweep()
                except (AssistantError, SlackApiError, OSError):
                    log.exception("lapsed messages could not be looked through")
                self._closed.wait(every)

        threading.Thread(target=run, name="slack-sweep", daemon=True).start()

    def close(self) -> None:
        """Finish what was begun, and stop."""
        self._closed.set()
        self._pool.shutdown(wait=True)

    def _handle(self, asked: Asked) -> None:
        try:
            self._status(asked, "is looking through the guides…")
            self._respond(asked)
        except AssistantError as error:
            self._say(asked, str(error))
        except SlackApiError as error:
            log.error("Slack refused the answer to %s: %s", asked.key, error.response.get("error"))
            if error.response.get("error") in PASSING_ERRORS:
                return  # the claim lapses, and a sweep tries again
        except OSError:
            log.exception("Slack could not be reached for %s", asked.key)
            return
        except Exception:
            log.exception("no answer to %s", asked.key)
            self._say(asked, "Something went wrong here, and it was logged. Please ask again.")
        self._store.finish(asked.key)

    def _respond(self, asked: Asked) -> None:
        question = question_in(asked.text, self.bot_user)
        history = self._thread(asked).history
        writer = SlackWriter(self._client, channel=asked.channel, thread=asked.thread, team=asked.team, user=asked.user)
        for piece in self.assistant.stream(question, history, where=self._where(asked.channel)):
            if isinstance(piece, str):
                writer.write(piece)
            else:
                key = self.keep(piece, owner=f"slack:{asked.team}/{asked.channel}/{asked.thread}")
                writer.finish(to_slack(piece, key=key))

    def _where(self, channel: str) -> dict[str, bool] | None:
        return {"public": True} if self._marked and self.is_public(channel) else None

    def _say(self, asked: Asked, text: str) -> None:
        try:
            self._client.chat_postMessage(
                channel=asked.channel, thread_ts=asked.thread, text=escape(text), unfurl_links=False, unfurl_media=False
            )
        except SlackApiError as error:
            log.error("Slack refused a message: %s", error.response.get("error"))

    def _status(self, asked: Asked, status: str) -> None:
        try:
            self._client.assistant_threads_setStatus(channel_id=asked.channel, thread_ts=asked.thread, status=status)
        except SlackApiError as error:
            log.debug("no status shown: %s", error.response.get("error"))

    def _thread(self, asked: Asked) -> Thread:
        return read_thread(
            self._client, channel=asked.channel, thread=asked.thread, before=asked.ts, bot_user=self.bot_user
        )

    def _look_up(self, key: str) -> Asked | None:
        try:
            kind, team, channel, ts = json.loads(key)
        except ValueError:
            return None
        if kind != "slack" or team != self.team:
            return None
        found: Mapping[str, Any] = self._client.conversations_replies(channel=channel, ts=ts, limit=1)
        for message in found.get("messages", []):
            if message["ts"] == ts:
                thread = message.get("thread_ts", ts)
                return Asked(team, channel, ts, thread, message.get("user", ""), message.get("text", ""))
        return None
