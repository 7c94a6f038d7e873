"""Conversations, feedback and claimed deliveries, in SQLite or any database that SQLAlchemy speaks to."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine

from assistant.answer import Answer
from assistant.errors import StoreError

LEASE = timedelta(minutes=2)  # how long a claim holds before another worker may take it over; longer than any answer

_tables = sa.MetaData()
_conversations = sa.Table(
    "conversations",
    _tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False, index=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
_turns = sa.Table(
    "turns",
    _tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.UniqueConstraint("conversation", "position"),
)
_feedback = sa.Table(
    "feedback",
    _tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("answer_key", sa.String(200), nullable=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("history", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("given", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("owner", "answer_key"),
)
_preferences = sa.Table(
    "preferences",
    _tables,
    sa.Column("owner", sa.String(200), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
_deliveries = sa.Table(
    "deliveries",
    _tables,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("worker", sa.String(200), nullable=False),
    sa.Column("claimed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)


_DAMAGED = ("malformed", "not a database", "Could not decode")  # as SQLite says it
_SMALLEST_FILE = 512  # bytes: the smallest page of a SQLite file
_IF_DAMAGED = " Its file is damaged: restore it from a backup, or move it away to begin anew (docs/operations.md)."


@dataclass(frozen=True)
class SavedConversation:
    """A conversation in a list of them; `updated` is in UTC."""

    id: str
    title: str
    updated: datetime


@dataclass(frozen=True)
class Turn:
    """A question and its answer in a conversation."""

    id: str
    question: str
    answer: Answer


@dataclass(frozen=True)
class Feedback:
    """What someone thought of an answer; `history` holds the user's earlier questions, oldest first."""

    owner: str
    helpful: bool
    reason: str
    question: str
    history: tuple[str, ...]
    answer: Answer
    given: datetime


class Store:
    """Safe to share between threads, processes and, with a database server, hosts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with self._connect() as connection:
            if engine.dialect.name == "sqlite" and (found := _damage(connection)):
                raise StoreError(
                    f"The store at {engine.url.database} is damaged ({found}). Restore it from a backup, or move it "
                    "away: conversations and feedback then begin anew (docs/operations.md)."
                )
            _tables.create_all(connection)

    @classmethod
    def open(cls, address: str | Path) -> Store:
        """The store at an address: a folder (SQLite in it), or a SQLAlchemy URL such as `postgresql+psycopg://…`.

        Raises:
            StoreError: If it cannot be opened; the message holds no password.
        """
        if isinstance(address, Path) or "://" not in address:
            folder = Path(address)
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"The store's folder {folder} cannot be made: {error.strerror}.") from error
            file = folder / "store.sqlite3"
            if file.is_file() and 0 < file.stat().st_size < _SMALLEST_FILE:  # SQLite would take it for a new one
                raise StoreError(f"The store at {file} has lost nearly all of its bytes.{_IF_DAMAGED}")
            address = f"sqlite:///{file}"
        try:
            engine = sa.create_engine(str(address), pool_pre_ping=True)
        except (exc.SQLAlchemyError, ImportError) as error:
            raise StoreError(
                f"The store cannot be opened: {type(error).__name__}. ASSISTANT_STORE takes a SQLAlchemy URL; for "
                "PostgreSQL run `pip install 'ml-career-assistant[postgres]'` and use `postgresql+psycopg://…`."
            ) from error
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _tune_sqlite)
        return cls(engine)

    def new_conversation(self, owner: str, *, title: str = "") -> str:
        """The id of a new, empty conversation."""
        id = str(uuid.uuid4())
        with self._connect() as connection:
            connection.execute(_conversations.insert().values(id=id, owner=owner, title=title[:200], updated=_now()))
        return id

    def conversations(self, owner: str) -> list[SavedConversation]:
        """An owner's conversations, last used first."""
        query = (
            sa.select(_conversations).where(_conversations.c.owner == owner).order_by(_conversations.c.updated.desc())
        )
        with self._connect() as connection:
            return [SavedConversation(row.id, row.title, _utc(row.updated)) for row in connection.execute(query)]

    def delete_conversation(self, owner: str, conversation: str) -> None:
        """Forget a conversation, if it is the owner's."""
        with self._connect() as connection:
            if self._owns(connection, owner, conversation):
                connection.execute(_turns.delete().where(_turns.c.conversation == conversation))
                connection.execute(_conversations.delete().where(_conversations.c.id == conversation))

    def rename_conversation(self, owner: str, conversation: str, title: str) -> None:
        """Give a conversation another title, if it is the owner's."""
        with self._connect() as connection:
            connection.execute(
                _conversations.update()
                .where(_conversations.c.id == conversation, _conversations.c.owner == owner)
                .values(title=title[:200])
            )

    def add_turn(self, owner: str, conversation: str, answer: Answer) -> str:
        """Append an answered question; the id of the turn.

        Raises:
            StoreError: If the conversation is not there, or is somebody else's.
        """
        id = str(uuid.uuid4())
        with self._connect() as connection:
            if not self._owns(connection, owner, conversation):
                raise StoreError("There is no such conversation. Start a new one.")
            last = connection.scalar(
                sa.select(sa.func.max(_turns.c.position)).where(_turns.c.conversation == conversation)
            )
            connection.execute(
                _turns.insert().values(
                    id=id,
                    conversation=conversation,
                    position=0 if last is None else last + 1,
                    question=answer.question,
                    answer=_dump(answer),
                )
            )
            change = {"updated": _now()}
            if last is None:
                connection.execute(
                    _conversations.update()
                    .where(_conversations.c.id == conversation, _conversations.c.title == "")
                    .values(title=answer.question[:200])
                )
            connection.execute(_conversations.update().where(_conversations.c.id == conversation).values(**change))
        return id

    def turns(self, owner: str, conversation: str) -> list[Turn]:
        """The turns of a conversation, oldest first; none if it is not the owner's."""
        query = sa.select(_turns).where(_turns.c.conversation == conversation).order_by(_turns.c.position)
        with self._connect() as connection:
            if not self._owns(connection, owner, conversation):
                return []
            return [Turn(row.id, row.question, _load(row.answer)) for row in connection.execute(query)]

    def drop_turns(self, owner: str, conversation: str, *, keep: int) -> None:
        """Keep the first turns of a conversation and forget the rest (a retry or an edit)."""
        with self._connect() as connection:
            if self._owns(connection, owner, conversation):
                connection.execute(
                    _turns.delete().where(_turns.c.conversation == conversation, _turns.c.position >= keep)
                )

    def give_feedback(
        self,
        owner: str,
        answer: Answer,
        *,
        answer_key: str,
        helpful: bool,
        reason: str = "",
        history: Sequence[str] = (),
    ) -> None:
        """Keep what an owner thinks of an answer; a second word on the same `answer_key` replaces the first."""
        with self._connect() as connection:
            connection.execute(
                _feedback.delete().where(_feedback.c.owner == owner, _feedback.c.answer_key == answer_key)
            )
            connection.execute(
                _feedback.insert().values(
                    id=str(uuid.uuid4()),
                    owner=owner,
                    answer_key=answer_key,
                    helpful=helpful,
                    reason=reason[:2000],
                    question=answer.question,
                    history=json.dumps(list(history)),
                    answer=_dump(answer),
                    given=_now(),
                )
            )

    def feedback_of(self, owner: str, answer_keys: Sequence[str]) -> dict[str, tuple[bool, str]]:
        """(helpful, reason) by answer key, for those of the keys that the owner said something about."""
        query = sa.select(_feedback.c.answer_key, _feedback.c.helpful, _feedback.c.reason).where(
            _feedback.c.owner == owner, _feedback.c.answer_key.in_(answer_keys)
        )
        with self._connect() as connection:
            return {row.answer_key: (row.helpful, row.reason) for row in connection.execute(query)}

    def withdraw_feedback(self, owner: str, answer_key: str) -> None:
        """Forget what an owner said about an answer."""
        with self._connect() as connection:
            connection.execute(
                _feedback.delete().where(_feedback.c.owner == owner, _feedback.c.answer_key == answer_key)
            )

    def feedback(self) -> list[Feedback]:
        """All feedback, oldest first."""
        with self._connect() as connection:
            rows = connection.execute(sa.select(_feedback).order_by(_feedback.c.given)).all()
        return [
            Feedback(
                row.owner, row.helpful, row.reason, row.question, tuple(json.loads(row.history)), _load(row.answer),
                _utc(row.given),
            )
            for row in rows
        ]  # fmt: skip

    def preference(self, owner: str, name: str) -> str | None:
        """What an owner has chosen under a name, or None."""
        query = sa.select(_preferences.c.value).where(_preferences.c.owner == owner, _preferences.c.name == name)
        with self._connect() as connection:
            value: str | None = connection.scalar(query)
            return value

    def prefer(self, owner: str, name: str, value: str) -> None:
        """Keep what an owner chose under a name."""
        with self._connect() as connection:
            connection.execute(_preferences.delete().where(_preferences.c.owner == owner, _preferences.c.name == name))
            connection.execute(_preferences.insert().values(owner=owner, name=name, value=value))

    def claim(self, key: str, *, worker: str, lease: timedelta = LEASE) -> bool:
        """Whether this worker may handle a delivery: true once, and again only if the first claim was left to lapse."""
        now = _now()
        with self._connect() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(_deliveries.insert().values(key=key, worker=worker, claimed=now, done=False))
                return True
            except exc.IntegrityError:
                taken = connection.execute(
                    _deliveries.update()
                    .where(_deliveries.c.key == key, _deliveries.c.done.is_(False), _deliveries.c.claimed < now - lease)
                    .values(worker=worker, claimed=now)
                )
                return taken.rowcount == 1

    def finish(self, key: str) -> None:
        """Mark a claimed delivery as handled."""
        with self._connect() as connection:
            connection.execute(_deliveries.update().where(_deliveries.c.key == key).values(done=True))

    def unfinished(self, *, lease: timedelta = LEASE) -> list[str]:
        """Keys of deliveries whose claim lapsed before they were handled."""
        query = sa.select(_deliveries.c.key).where(
            _deliveries.c.done.is_(False), _deliveries.c.claimed < _now() - lease
        )
        with self._connect() as connection:
            return list(connection.scalars(query))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None)
            detail = str(cause).splitlines()[0] if cause else type(error).__name__
            detail = detail.partition(" with text ")[0]  # SQLite quotes the row that it cannot decode
            raise StoreError(
                f"The store at {self._engine.url.render_as_string(hide_password=True)} failed: {detail}. "
                "Check that it can be reached and written to (ASSISTANT_STORE, ASSISTANT_DATA_DIR)."
                + (_IF_DAMAGED if any(sign in detail for sign in _DAMAGED) else "")
            ) from error

    @staticmethod
    def _owns(connection: Connection, owner: str, conversation: str) -> bool:
        query = sa.select(_conversations.c.id).where(
            _conversations.c.id == conversation, _conversations.c.owner == owner
        )
        return connection.scalar(query) is not None


def _damage(connection: Connection) -> str:
    """What SQLite finds wrong with its file, or "". It reads the whole file: 100 MB take about 0.2 s."""
    found = connection.scalar(sa.text("PRAGMA quick_check(1)"))
    return "" if found == "ok" else " ".join(str(found).split())[:200]


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait for a writer
    cursor.execute("PRAGMA busy_timeout=10000")  # milliseconds a writer waits for another
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite keeps no time zone


def _dump(answer: Answer) -> str:
    return json.dumps(answer.to_dict(), ensure_ascii=False)


def _load(text: str) -> Answer:
    try:
        return Answer.from_dict(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreError(
            "The store holds an answer that is damaged. Delete its conversation, or restore the store from a backup."
        ) from error
