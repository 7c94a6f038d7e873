"""The Slack door: the listeners, in Socket Mode or over HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, SettingsError
from assistant.settings import Settings

if TYPE_CHECKING:
    from slack_bolt import App

    from assistant.chain import Assistant
    from assistant.slack_bot import SlackBot
    from assistant.store import Store

log = logging.getLogger(__name__)

SLACK_API = "https://slack.com/api/"
COMMAND = "/ask"
REASON_VIEW = "feedback_reason"
SWEEP_EVERY = 60.0  # seconds between two looks for messages that a crashed worker left unanswered
SLOWEST_RETRY = 3  # times a call is made again when Slack asks to wait (429 with Retry-After)


def serve(*, guides: Sequence[str | Path] | None = None, settings: Settings) -> None:
    """Answer in Slack until interrupted: over HTTP where a signing secret is set, else in Socket Mode.

    Raises:
        SettingsError: If a token is missing.
        AssistantError: If the guides, the index or the store cannot be opened, or Slack refuses the token.
    """
    _require(settings.slack_bot_token, "SLACK_BOT_TOKEN", "the bot token (xoxb-…) of your Slack app")
    if settings.slack_signing_secret is None:
        _require(settings.slack_app_token, "SLACK_APP_TOKEN", "the app token (xapp-…) with connections:write")
    from assistant.chain import Assistant
    from assistant.store import Store

    with Assistant.open(guides=list(guides) if guides else None, settings=settings) as assistant:
        store = Store.open(settings.store_address())
        app, bot = build(assistant, store, settings=settings)
        bot.keep_sweeping(every=SWEEP_EVERY)
        try:
            if settings.slack_signing_secret is not None:
                _serve_http(app, settings)
            else:
                from slack_bolt.adapter.socket_mode import SocketModeHandler

                SocketModeHandler(app, settings.slack_app_token).start()  # type: ignore[no-untyped-call]
        finally:
            bot.close()
            store.close()


def build(assistant: Assistant, store: Store, *, settings: Settings, base_url: str = SLACK_API) -> tuple[App, SlackBot]:
    """The Bolt app with its listeners, and the bot behind them.

    Args:
        assistant: What answers.
        store: Shared by every process that serves the same workspace.
        settings: Tokens and secret.
        base_url: Another Slack Web API, for tests.

    Raises:
        AssistantError: If slack-bolt is not installed, or Slack refuses the bot's token.
    """
    try:
        from slack_bolt import App
        from slack_sdk import WebClient
        from slack_sdk.errors import SlackApiError
        from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
    except ImportError as error:
        raise SettingsError("Slack needs a package: pip install 'ml-career-assistant[slack]'.") from error
    from assistant.slack_bot import SlackBot

    client = WebClient(settings.slack_bot_token, base_url=base_url)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=SLOWEST_RETRY))
    try:
        identity = client.auth_test()
    except SlackApiError as error:
        raise AssistantError(
            f"Slack refuses the bot token: {error.response.get('error')}. Check SLACK_BOT_TOKEN (docs/slack.md)."
        ) from error
    app = App(
        client=client,
        signing_secret=settings.slack_signing_secret or "",
        request_verification_enabled=settings.slack_signing_secret is not None,
    )
    bot = SlackBot(assistant, store, client, team=identity["team_id"], bot_user=identity["user_id"])
    _listen(app, bot)
    return app, bot


def http_app(app: App) -> Any:
    """The Starlette application that takes Slack's requests at `/slack/events`."""
    from slack_bolt.adapter.starlette import SlackRequestHandler
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    handler = SlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        response: Response = await handler.handle(request)
        return response

    return Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])


def _serve_http(app: App, settings: Settings) -> None:
    import uvicorn

    uvicorn.run(http_app(app), host=settings.host, port=settings.slack_port, log_level=settings.log_level.lower())


def _listen(app: App, bot: SlackBot) -> None:
    from assistant.slack_blocks import FEEDBACK_DOWN, FEEDBACK_UP, SHARE, SUGGESTION, to_slack
    from assistant.slack_bot import Asked

    def asked_in(body: Mapping[str, Any], event: Mapping[str, Any]) -> Asked | None:
        written_by_a_person = event.get("user") and not event.get("bot_id") and not event.get("app_id")
        changed = event.get("subtype") or event.get("edited") or event.get("hidden")
        if not written_by_a_person or changed or event["user"] == bot.bot_user or not event.get("text"):
            return None
        team = body.get("team_id") or event.get("team") or bot.team
        thread = event.get("thread_ts") or event["ts"]
        return Asked(team, event["channel"], event["ts"], thread, event["user"], event["text"])

    @app.event("app_mention")
    def mentioned(body: dict[str, Any], event: dict[str, Any]) -> None:
        asked = asked_in(body, event)
        if asked:
            bot.submit(asked)

    @app.event("message")
    def said(body: dict[str, Any], event: dict[str, Any]) -> None:
        asked = asked_in(body, event)
        if asked is None:
            return
        direct = event.get("channel_type") == "im"
        addressed = direct or f"<@{bot.bot_user}>" in asked.text
        if addressed or bot.takes_part(asked):
            bot.submit(asked)

    @app.command(COMMAND)
    def commanded(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        ack()
        try:
            answer = bot.answer(command.get("text", ""), channel=command["channel_id"])
        except AssistantError as error:
            respond(text=str(error), response_type="ephemeral")
            return
        key = bot.keep(answer, owner=f"slack:{command['team_id']}/{command['user_id']}")
        for message in to_slack(answer, key=key, share=True):
            respond(text=message.text, blocks=list(message.blocks), response_type="ephemeral", unfurl_links=False)

    @app.action(SHARE)
    def shared(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any, respond: Any) -> None:
        ack()
        answer = bot.kept(action["value"])
        if answer is None:
            respond(text="This answer is no longer kept. Ask again.", replace_original=False)
            return
        from assistant.slack_blocks import escape

        asker = f"<@{body['user']['id']}> asked: {escape(answer.question)}"
        posted = client.chat_postMessage(
            channel=body["channel"]["id"], text=asker, unfurl_links=False, unfurl_media=False
        )
        for message in to_slack(answer, key=action["value"]):
            client.chat_postMessage(
                channel=body["channel"]["id"],
                thread_ts=posted["ts"],
                text=message.text,
                blocks=list(message.blocks),
                unfurl_links=False,
                unfurl_media=False,
            )

    @app.action({"action_id": _beginning(SUGGESTION)})
    def suggested(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any) -> None:
        ack()
        from assistant.slack_blocks import escape

        message = body.get("message") or {}
        channel = (body.get("channel") or {}).get("id")
        if not channel or not message.get("ts"):
            return
        thread = message.get("thread_ts") or message["ts"]
        asker = f"<@{body['user']['id']}> asked: {escape(action['value'])}"
        posted = client.chat_postMessage(channel=channel, thread_ts=thread, text=asker, unfurl_links=False)
        team = (body.get("team") or {}).get("id") or bot.team
        bot.submit(Asked(team, channel, posted["ts"], thread, body["user"]["id"], action["value"]))

    @app.action(FEEDBACK_UP)
    def liked(ack: Any, body: dict[str, Any], action: dict[str, Any], respond: Any) -> None:
        ack()
        _thank(bot, respond, key=action["value"], user=body["user"]["id"], helpful=True)

    @app.action(FEEDBACK_DOWN)
    def disliked(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any, respond: Any) -> None:
        ack()
        _thank(bot, respond, key=action["value"], user=body["user"]["id"], helpful=False)
        client.views_open(trigger_id=body["trigger_id"], view=_reason_view(action["value"]))

    @app.view(REASON_VIEW)
    def explained(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        ack()
        reason = view["state"]["values"]["reason"]["text"].get("value") or ""
        bot.give_feedback(view["private_metadata"], user=body["user"]["id"], helpful=False, reason=reason)

    @app.error
    def failed(error: Exception) -> None:
        log.error("a Slack listener failed", exc_info=error)


def _thank(bot: SlackBot, respond: Any, *, key: str, user: str, helpful: bool) -> None:
    try:
        bot.give_feedback(key, user=user, helpful=helpful)
        text = "Thank you, that was noted."
    except AssistantError as error:
        text = str(error)
    respond(text=text, response_type="ephemeral", replace_original=False)


def _reason_view(key: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": REASON_VIEW,
        "private_metadata": key,
        "title": {"type": "plain_text", "text": "What was wrong?"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "optional": True,
                "label": {"type": "plain_text", "text": "What should the answer have said?"},
                "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 2000},
            }
        ],
    }


def _beginning(prefix: str) -> Any:
    import re

    return re.compile(f"^{re.escape(prefix)}")


def _require(value: str | None, name: str, what: str) -> None:
    if not value:
        raise SettingsError(f"{name} is not set: it takes {what}. docs/slack.md shows where to find it.")


def manifest() -> dict[str, Any]:
    """The app manifest to paste into Slack, with the least scopes that do the work."""
    path = Path(__file__).with_name("slack_manifest.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
