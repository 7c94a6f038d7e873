"""The Slack bot against a local Slack: once and only once, always in the thread, over HTTP and Socket Mode."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from assistant import Assistant
from assistant.errors import AssistantError, SettingsError
from assistant.settings import Settings
from assistant.slack import REASON_VIEW, build, http_app, manifest, serve
from assistant.slack_bot import Asked, SlackBot
from assistant.slack_writer import SlackWriter
from assistant.store import Store
from tests.slack_server import BOT, TEAM, SlackServer, slack_server

SECRET = "not-a-real-secret"
SETTINGS = Settings(slack_bot_token="xoxb-test", slack_app_token="xapp-test", slack_signing_secret=SECRET)
DOCKER = "What is Docker used for in MLOps?"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


class Bench:
    """The bot behind HTTP mode, and the local Slack that talks to it."""

    def __init__(self, assistant: Assistant, store: Store, slack: SlackServer) -> None:
        self.slack, self.store = slack, store
        self.app, self.bot = build(assistant, store, settings=SETTINGS, base_url=slack.api)
        self.http = TestClient(http_app(self.app))

    def post(self, body: str, *, form: bool = False, secret: str = SECRET, age: int = 0) -> int:
        timestamp = str(int(time.time()) - age)
        signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature or "",
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        }
        return self.http.post("/slack/events", content=body, headers=headers).status_code

    def event(self, event: dict[str, Any], *, id: str = "Ev1", kind: str | None = None) -> int:
        event = {**event, "type": kind or event["type"]}
        return self.post(json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": id, "event": event}))

    def form(self, payload: dict[str, Any]) -> int:
        from urllib.parse import urlencode

        return self.post(urlencode(payload), form=True)

    def posted(self, count: int = 1) -> list[dict[str, Any]]:
        self.slack.wait_for(lambda: len(self.slack.called("chat.postMessage")) >= count)
        return self.slack.called("chat.postMessage")

    def settle(self) -> None:
        time.sleep(0.4)


@pytest.fixture
def bench(assistant: Assistant, store: Store, slack: SlackServer) -> Iterator[Bench]:
    opened = Bench(assistant, store, slack)
    yield opened
    opened.bot.close()


def test_a_mention_is_answered_in_its_thread_with_sources_and_buttons(bench: Bench) -> None:
    event = bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    assert bench.event(event, kind="app_mention") == 200
    (message,) = bench.posted()
    assert message["thread_ts"] == event["ts"]
    assert "container" in message["text"]
    assert message["unfurl_links"] in (False, "0", 0)
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds[:2] == ["markdown", "context"]
    assert kinds[-1] == "actions"
    assert bench.slack.called("assistant.threads.setStatus")


def test_a_retry_storm_gets_one_answer(bench: Bench) -> None:
    event = bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    for number in range(6):  # redelivered under other event ids, and as a message event beside the mention
        bench.event(event, id=f"Ev{number}", kind="app_mention" if number % 2 else "message")
    bench.posted()
    bench.settle()
    assert len(bench.slack.called("chat.postMessage")) == 1


def test_two_processes_on_one_postgres_answer_once(assistant: Assistant, postgres_url: str, slack: SlackServer) -> None:
    stores = [Store.open(postgres_url) for _ in range(2)]
    benches = [Bench(assistant, store, slack) for store in stores]
    event = slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    for bench in benches * 3:
        bench.event(event, kind="app_mention")
    benches[0].posted()
    benches[0].settle()
    for bench, store in zip(benches, stores, strict=True):
        bench.bot.close()
        store.close()
    assert len(slack.called("chat.postMessage")) == 1


def test_a_direct_message_is_answered_without_a_mention(bench: Bench) -> None:
    bench.event({**bench.slack.say("D1", "U1", DOCKER), "channel_type": "im"})
    assert "container" in bench.posted()[0]["text"]


def test_a_follow_up_in_the_thread_needs_no_mention_and_knows_the_thread(bench: Bench) -> None:
    root = bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    bench.event(root, kind="app_mention")
    bench.posted()
    bench.event(bench.slack.say("C1", "U2", "and kubernetes?", thread=root["ts"]), id="Ev2")
    second = bench.posted(2)[1]
    assert second["thread_ts"] == root["ts"]
    assert "orchestrat" in second["text"].lower()


def test_a_thread_it_takes_no_part_in_is_left_alone(bench: Bench) -> None:
    root = bench.slack.say("C1", "U1", "Lunch?")
    bench.event(bench.slack.say("C1", "U2", "Which books should I read?", thread=root["ts"]))
    bench.event(bench.slack.say("C1", "U2", "Which books should I read?"))
    bench.settle()
    assert not bench.slack.called("chat.postMessage")


@pytest.mark.parametrize(
    "mark",
    [{"bot_id": "B9"}, {"subtype": "message_changed"}, {"edited": {"user": "U1"}}, {"user": BOT}, {"hidden": True}],
    ids=lambda mark: next(iter(mark)),
)
def test_own_bot_and_edited_messages_are_ignored(bench: Bench, mark: dict[str, Any]) -> None:
    bench.event({**bench.slack.say("D1", "U1", DOCKER), "channel_type": "im", **mark})
    bench.settle()
    assert not bench.slack.called("chat.postMessage")


@pytest.mark.parametrize(("secret", "age"), [("another-secret", 0), (SECRET, 3600)], ids=["forged", "replayed"])
def test_a_request_with_a_bad_signature_is_refused(bench: Bench, secret: str, age: int) -> None:
    event = bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    body = json.dumps(
        {"type": "event_callback", "team_id": TEAM, "event_id": "E", "event": {**event, "type": "app_mention"}}
    )
    assert bench.post(body, secret=secret, age=age) == 401
    bench.settle()
    assert not bench.slack.called("chat.postMessage")


def test_the_slash_command_answers_only_its_asker_and_can_be_shared(bench: Bench) -> None:
    command = {"command": "/ask", "text": DOCKER, "channel_id": "C1", "team_id": TEAM, "user_id": "U1"}
    assert bench.form({**command, "response_url": f"{bench.slack.address}/respond", "trigger_id": "1"}) == 200
    (reply,) = bench.slack.wait_for(lambda: bench.slack.called("response_url"))
    assert reply["response_type"] == "ephemeral"
    share = next(
        e for b in reply["blocks"] if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "share"
    )
    assert press(bench, share) == 200
    question, answer = bench.posted(2)
    assert DOCKER in question["text"]
    assert answer["thread_ts"]
    assert "container" in answer["text"]


def press(bench: Bench, element: dict[str, Any], **more: Any) -> int:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U7"},
        "channel": {"id": "C1"},
        "trigger_id": "T.1",
        "response_url": f"{bench.slack.address}/respond",
        "actions": [{"type": "button", "block_id": "b", "action_ts": "1", **element}],
        **more,
    }
    return bench.form({"payload": json.dumps(payload)})


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return {element["action_id"]: element for row in rows for element in row}


def test_a_thumb_down_asks_why_and_keeps_the_reason(bench: Bench) -> None:
    bench.event(bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}"), kind="app_mention")
    down = buttons(bench.posted()[0])["feedback_down"]
    assert press(bench, down) == 200
    (opened,) = bench.slack.wait_for(lambda: bench.slack.called("views.open"))
    assert [(one.helpful, one.reason) for one in bench.store.feedback()] == [(False, "")]
    view = {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": "U7"},
        "view": {
            **opened["view"],
            "id": "V1",
            "callback_id": REASON_VIEW,
            "state": {"values": {"reason": {"text": {"value": "It is about pods."}}}},
        },
    }
    assert bench.form({"payload": json.dumps(view)}) == 200
    bench.slack.wait_for(lambda: [one.reason for one in bench.store.feedback()] == ["It is about pods."])
    assert bench.store.feedback()[0].question == DOCKER


def test_a_suggestion_is_asked_in_the_thread(bench: Bench) -> None:
    root = bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    element = {"action_id": "suggestion_0", "value": "What is Kubernetes used for?"}
    assert press(bench, element, message={"ts": root["ts"]}) == 200
    question, answer = bench.posted(2)
    assert question["thread_ts"] == answer["thread_ts"] == root["ts"]
    assert "orchestrat" in answer["text"].lower()


def test_a_rate_limit_is_waited_out(bench: Bench) -> None:
    bench.slack.refuse["chat.postMessage"] = [(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})]
    started = time.monotonic()
    bench.event(bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}"), kind="app_mention")
    bench.posted(2)
    assert time.monotonic() - started >= 1.0


def test_a_refused_status_does_not_keep_the_answer_back(bench: Bench) -> None:
    bench.slack.refuse["assistant.threads.setStatus"] = [(200, {"ok": False, "error": "missing_scope"}, {})]
    bench.event(bench.slack.say("C1", "U1", f"<@{BOT}> {DOCKER}"), kind="app_mention")
    assert "container" in bench.posted()[0]["text"]


def test_a_message_claimed_by_a_crashed_worker_is_answered_by_a_sweep(
    assistant: Assistant, store: Store, slack: SlackServer
) -> None:
    event = slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
    asked = Asked(TEAM, "C1", event["ts"], event["ts"], "U1", event["text"])
    store.claim(asked.key, worker="crashed")
    _, bot = build(assistant, store, settings=SETTINGS, base_url=slack.api)
    assert bot.sweep() == 0  # the claim still holds
    patient = SlackBot(assistant, store, bot._client, team=TEAM, bot_user=BOT, lease=timedelta(0))
    assert patient.sweep() == 1
    slack.wait_for(lambda: slack.called("chat.postMessage"))
    patient.close()
    bot.close()
    assert store.unfinished(lease=timedelta(0)) == []


def test_an_empty_mention_gets_a_clear_word(bench: Bench) -> None:
    bench.event(bench.slack.say("C1", "U1", f"<@{BOT}>"), kind="app_mention")
    assert "question is empty" in bench.posted()[0]["text"]


def test_public_channels_hear_only_public_guides(tmp_path: Path, store: Store, slack: SlackServer) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    for name, public, hours in (("open", "true", "nine"), ("secret", "false", "three")):
        front = f"---\ntitle: {name}\npublic: {public}\n---\n\n"
        text = f"## When does the {name} office open?\n\nThe {name} office opens at {hours}.\n"
        (guides / f"{name}.md").write_text(front + text)
    slack.private.add("C2")
    with Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()) as marked:
        _, bot = build(marked, store, settings=SETTINGS, base_url=slack.api)
        public = bot.answer("When does the secret office open?", channel="C1")
        private = bot.answer("When does the secret office open?", channel="C2")
        bot.close()
    assert "three" not in public.text
    assert all(hit.passage.title == "open" for hit in public.hits)
    assert "three" in private.text


def test_a_slow_answer_is_streamed_and_then_put_right(slack: SlackServer, bench: Bench) -> None:
    from assistant.slack_blocks import SlackMessage

    place = {"channel": "C1", "thread": "1.0", "team": TEAM, "user": "U1"}
    writer = SlackWriter(bench.bot._client, **place, patience=0.0)
    writer.write("One sentence that is long enough. " * 10)
    writer.write("Another one, for <!here>. " * 10)
    final = SlackMessage("final", ({"type": "markdown", "text": "final"},))
    writer.finish([final, replace(final, text="and more")])
    assert slack.called("chat.startStream")[0]["recipient_user_id"] == "U1"
    assert slack.called("chat.stopStream")
    streamed = json.dumps([arguments for name, arguments in slack.calls if "Stream" in name])
    assert "<!here>" not in streamed
    assert slack.called("chat.update")[0]["text"] == "final"
    assert [call["text"] for call in slack.called("chat.postMessage")] == ["and more"]


def test_where_streaming_is_refused_one_message_is_updated_politely(slack: SlackServer, bench: Bench) -> None:
    from assistant.slack_blocks import SlackMessage

    now = [0.0]
    slack.refuse["chat.startStream"] = [(200, {"ok": False, "error": "channel_type_not_supported"}, {})]
    writer = SlackWriter(
        bench.bot._client, channel="C1", thread="1.0", team=TEAM, user="U1", patience=0.0, clock=lambda: now[0]
    )
    for _ in range(40):  # a piece every tenth of a second, for four seconds
        writer.write("word " * 60)
        now[0] += 0.1
    writer.finish([SlackMessage("final", ())])
    assert len(slack.called("chat.postMessage")) == 1
    assert 2 <= len(slack.called("chat.update")) <= 5
    assert slack.called("chat.update")[-1]["text"] == "final"


def test_socket_mode_answers_acknowledges_first_and_reconnects(
    assistant: Assistant, store: Store, slack: SlackServer
) -> None:
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    app, bot = build(assistant, store, settings=replace(SETTINGS, slack_signing_secret=None), base_url=slack.api)
    handler = SocketModeHandler(app, "xapp-test", ping_interval=1)
    handler.client.web_client.base_url = slack.api
    handler.connect()
    try:
        for number in (1, 2):
            event = slack.say("C1", "U1", f"<@{BOT}> {DOCKER}")
            payload = {
                "type": "event_callback",
                "team_id": TEAM,
                "event_id": "E",
                "event": {**event, "type": "app_mention"},
            }
            envelope = {"type": "events_api", "envelope_id": f"env-{number}", "payload": payload}
            slack.deliver(envelope)
            slack.wait_for(lambda: len(slack.called("chat.postMessage")) == number)  # noqa: B023
            assert f"env-{number}" in slack.acknowledged
            if number == 1:
                before = len(slack.called("apps.connections.open"))
                slack.deliver({"type": "disconnect", "reason": "refresh_requested"})
                slack.wait_for(lambda: len(slack.called("apps.connections.open")) > before)  # noqa: B023
                slack.wait_for(lambda: slack.sockets)
    finally:
        handler.close()
        bot.close()


def test_a_missing_token_is_named() -> None:
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        serve(settings=Settings())
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        serve(settings=Settings(slack_bot_token="xoxb-1"))


def test_a_refused_token_is_explained_without_being_shown(
    assistant: Assistant, store: Store, slack: SlackServer
) -> None:
    slack.refuse["auth.test"] = [(200, {"ok": False, "error": "invalid_auth"}, {})]
    with pytest.raises(AssistantError, match="invalid_auth") as caught:
        build(assistant, store, settings=SETTINGS, base_url=slack.api)
    assert "xoxb-test" not in str(caught.value)
    assert "xoxb-test" not in repr(SETTINGS)


def test_the_manifest_asks_for_what_the_listeners_need_and_no_more() -> None:
    app = manifest()
    assert set(app["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
    }
    scopes = set(app["oauth_config"]["scopes"]["bot"])
    assert "chat:write" in scopes
    assert not {scope for scope in scopes if "admin" in scope or scope.startswith(("files", "users"))}
