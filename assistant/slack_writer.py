"""Write an answer into a Slack thread as it comes: at once if it is quick, streamed if not."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError

from assistant.slack_blocks import MARKDOWN_LIMIT, SlackMessage, escape

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds to wait for the whole answer before any of it is shown; an extractive one takes a tenth
UPDATE_EVERY = 1.2  # seconds between two updates of one message; Slack allows about one a second in a channel
STREAM_BUFFER = 256  # characters gathered before they are sent on, as slack_sdk has it


class SlackWriter:
    """Writes one answer. Not shared between threads."""

    def __init__(
        self,
        client: Any,
        *,
        channel: str,
        thread: str,
        team: str,
        user: str,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._place = {"channel": channel, "thread_ts": thread}
        self._recipient = {"recipient_team_id": team, "recipient_user_id": user}
        self._clock = clock
        self._due = clock() + patience
        self._pending = ""
        self._shown = ""
        self._stream: Any = None
        self._may_stream = True
        self._ts: str | None = None

    def write(self, piece: str) -> None:
        """Take a piece of text, and show what there is if it is time."""
        self._pending += escape(piece)
        if self._clock() < self._due or not self._pending.strip():
            return
        if len(self._shown) + len(self._pending) > MARKDOWN_LIMIT:
            return  # the rest comes with `finish`, cut where Slack's limits want it
        if self._may_stream:
            self._append()
        if not self._may_stream:
            self._update()

    def finish(self, messages: Sequence[SlackMessage]) -> None:
        """Put the finished messages in place of what was shown."""
        self._stop()
        first, *rest = messages
        if self._ts:
            self._client.chat_update(
                channel=self._place["channel"], ts=self._ts, text=first.text, blocks=list(first.blocks)
            )
        else:
            self._post(first.text, list(first.blocks))
        for message in rest:
            self._post(message.text, list(message.blocks))

    def _append(self) -> None:
        try:
            if self._stream is None:
                self._stream = self._client.chat_stream(**self._place, **self._recipient, buffer_size=STREAM_BUFFER)
            self._stream.append(markdown_text=self._pending)
            self._ts = self._stream.ts or self._ts
            self._shown += self._pending
            self._pending = ""
        except SlackApiError as error:
            log.info("streaming is not to be had here (%s); updating one message", error.response.get("error"))
            self._may_stream = False
            self._stop()

    def _update(self) -> None:
        text = self._shown + self._pending
        if self._ts is None:
            self._ts = self._post(text + " …")
        else:
            self._client.chat_update(channel=self._place["channel"], ts=self._ts, text=text + " …")
        self._shown, self._pending = text, ""
        self._due = self._clock() + UPDATE_EVERY

    def _stop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            if self._ts or self._shown:
                stream.stop()
                self._ts = stream.ts or self._ts
        except SlackApiError as error:
            log.info("the stream could not be ended (%s)", error.response.get("error"))

    def _post(self, text: str, blocks: list[dict[str, Any]] | None = None) -> str:
        posted = self._client.chat_postMessage(
            **self._place, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
        )
        return str(posted["ts"])
