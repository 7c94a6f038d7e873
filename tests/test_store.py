"""Conversations, feedback and claims are kept, apart for each owner, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, Claim
from assistant.errors import StoreError
from assistant.store import Store
from index.passage import Hit, Passage

PASSAGE = Passage(
    id="p", text="Docker packages models.", title="Roadmap", section=("Deploying",), metadata={"year": 2024}
)
ANSWER = Answer(
    question="What is Docker for?",
    text="Docker packages models. [1]",
    claims=(Claim("Docker packages models.", (1,), True, 1.0),),
    citations=(Citation(1, PASSAGE.text, 0, len(PASSAGE.text), PASSAGE),),
    hits=(Hit(PASSAGE, 0.9),),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = tmp_path if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Store.open(address)
    yield opened
    opened.close()


def test_turns_come_back_in_order_and_whole(store: Store) -> None:
    conversation = store.new_conversation("ann")
    store.add_turn("ann", conversation, ANSWER)
    store.add_turn("ann", conversation, Answer(question="And Kubernetes?", text="…"))
    first, second = store.turns("ann", conversation)
    assert first.answer == ANSWER
    assert second.question == "And Kubernetes?"
    assert store.conversations("ann")[0].title == ANSWER.question


def test_somebody_elses_conversation_is_out_of_reach(store: Store) -> None:
    conversation = store.new_conversation("bob")
    store.add_turn("bob", conversation, ANSWER)
    assert store.turns("eve", conversation) == []
    assert conversation not in [saved.id for saved in store.conversations("eve")]
    store.delete_conversation("eve", conversation)
    store.drop_turns("eve", conversation, keep=0)
    with pytest.raises(StoreError, match="no such conversation"):
        store.add_turn("eve", conversation, ANSWER)
    assert len(store.turns("bob", conversation)) == 1


def test_a_deleted_conversation_is_gone_with_its_turns(store: Store) -> None:
    conversation = store.new_conversation("cid")
    store.add_turn("cid", conversation, ANSWER)
    store.delete_conversation("cid", conversation)
    assert store.turns("cid", conversation) == []
    assert store.conversations("cid") == []


def test_dropping_turns_keeps_the_first(store: Store) -> None:
    conversation = store.new_conversation("dot")
    for number in range(3):
        store.add_turn("dot", conversation, Answer(question=f"question {number}", text=""))
    store.drop_turns("dot", conversation, keep=1)
    store.add_turn("dot", conversation, Answer(question="question 9", text=""))
    assert [turn.question for turn in store.turns("dot", conversation)] == ["question 0", "question 9"]


def test_a_second_word_of_feedback_replaces_the_first(store: Store) -> None:
    for helpful, reason in ((True, ""), (False, "too long")):
        store.give_feedback("fay", ANSWER, answer_key="turn-1", helpful=helpful, reason=reason, history=["Hello?"])
    given = [feedback for feedback in store.feedback() if feedback.owner == "fay"]
    assert [(one.helpful, one.reason, one.history, one.answer) for one in given] == [
        (False, "too long", ("Hello?",), ANSWER)
    ]


def test_a_delivery_is_claimed_once_among_many_workers(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda worker: store.claim("T/C/1.0", worker=str(worker)), range(24)))
    assert sum(claimed) == 1


def test_a_claim_left_to_lapse_may_be_taken_over_once(store: Store) -> None:
    assert store.claim("T/C/2.0", worker="crashed")
    assert not store.claim("T/C/2.0", worker="early")
    assert "T/C/2.0" in store.unfinished(lease=timedelta(0))
    assert store.claim("T/C/2.0", worker="later", lease=timedelta(0))


def test_a_finished_delivery_is_never_claimed_again(store: Store) -> None:
    store.claim("T/C/3.0", worker="one")
    store.finish("T/C/3.0")
    assert not store.claim("T/C/3.0", worker="two", lease=timedelta(0))
    assert "T/C/3.0" not in store.unfinished(lease=timedelta(0))


def test_an_unreachable_database_is_explained_without_the_password() -> None:
    with pytest.raises(StoreError, match="ASSISTANT_STORE") as caught:
        Store.open("postgresql+psycopg://user:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


def test_an_address_of_no_known_database_is_explained() -> None:
    with pytest.raises(StoreError, match="SQLAlchemy URL"):
        Store.open("nosuchdb://here")
