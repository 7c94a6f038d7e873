"""Which lines of a scraped page are noise, and which only look like it."""

from __future__ import annotations

import pytest

from corpus.loaders.noise import find_noise

BODY = [
    "How to Keep Bees",
    "Bees need flowers within two miles of the hive.",
    "A hive holds up to sixty thousand bees in summer.",
    "Check the hive once a week from April to August.",
]


def kept(lines: list[str]) -> list[str]:
    noise = find_noise(lines)
    return [line for position, line in enumerate(lines) if position not in noise.positions]


@pytest.mark.parametrize(
    "line",
    [
        "300x250 ad",
        "728 x 90 banner",
        "970*90",
        "Advertisement",
        "— ADVERTISEMENT —",
        "Sponsored content",
        "12 Min Read",
        "Reading time: 4 minutes",
        "3 minute read",
        "Click here",
        "More Tips – Click Here",
        "Latest Jobs Notification – CLICK HERE",
        "bees and honey more posts - click here",
        "Read more »",
        "Continue reading →",
        "Also Read: The best hives of the year",
        "You may also like",
        "Related Posts",
        "Share This Article",
        "Share on Facebook",
        "Facebook Twitter WhatsApp",
        "Leave a Reply",
        "Leave a comment",
        "3 Comments",
        "Skip to content",
        "Back to top",
        "Subscribe to our newsletter",
        "Follow us on Instagram",
        "Next Post: Why bees dance",
        "We use cookies to improve your visit.",
        "© 2024 Bee Weekly",
        "All rights reserved.",
        "Introduction ........... 3",
    ],
)
def test_noise_is_left_out(line: str) -> None:
    assert kept([*BODY[:3], line, *BODY[3:]]) == BODY


@pytest.mark.parametrize(
    "line",
    [
        "Share your honey with the neighbours.",
        "Share your projects on platforms like GitHub to show your skills.",
        "Click here to open the file.",
        "Read more books on bees in the winter.",
        "Comments are welcome at the yearly meeting.",
        "Follow the bees for a mile.",
        "Next: the Queen",
        "What do bees read?",
        "The room is 300 x 250 cm wide.",
        "It is a five minute read of the hive scale.",
        "Print the labels",
        "Source: a survey of 300 keepers",
        "Search engines send few visitors to bee keepers.",
        "Advertisements paid for the hall.",
        "Recommended Reading",
        "Views: how members voted",
    ],
)
def test_words_that_only_look_like_noise_stay(line: str) -> None:
    assert line in kept([*BODY[:3], line, *BODY[3:]])


def test_caption_repeated_beside_itself_is_left_out() -> None:
    caption = "A hive in spring"
    assert kept([BODY[0], caption, caption, *BODY[1:3], caption, caption, BODY[3]]) == [BODY[0], caption, *BODY[1:]]


def test_title_repeated_through_the_text_stays_once() -> None:
    lines = [BODY[0], "How to keep bees :", BODY[1], BODY[0], BODY[2], BODY[0].upper(), BODY[3]]
    assert kept(lines) == BODY


def test_refrain_stays() -> None:
    refrain = "The bees come home"
    poem = [BODY[0], "First verse of the song", refrain, "Second verse of the song", refrain, "Third verse", refrain]
    assert kept(poem) == poem


def test_heading_that_recurs_stays() -> None:
    lines = [BODY[0]]
    for bee in ("Queens", "Drones", "Workers"):
        lines += [bee, "What they eat:", f"{bee} eat honey.", "Where they live:", f"{bee} live in the hive."]
    assert kept(lines) == lines


def test_list_items_that_recur_stay() -> None:
    lines = [BODY[0], "- one cup", "- one cup", "- one cup"]
    assert find_noise(lines, frozenset({1, 2, 3})).positions == frozenset()


def test_account_name_beside_the_reading_time_is_left_out() -> None:
    assert kept([BODY[0], "beekeeper_joe", "7 min read", *BODY[1:]]) == BODY


def test_byline_becomes_the_author() -> None:
    noise = find_noise([BODY[0], "By Maria Lopez", *BODY[1:]])
    assert noise.author == "Maria Lopez"
    assert noise.positions == frozenset({1})


@pytest.mark.parametrize(
    "line",
    [
        "Source: https://bees.example/keep",
        "source - https://bees.example/keep",
        "Originally published at https://bees.example/keep",
        "Source: <https://bees.example/keep>.",
    ],
)
def test_address_of_the_source_is_taken_from_its_line(line: str) -> None:
    noise = find_noise([*BODY, line])
    assert noise.source == "https://bees.example/keep"
    assert noise.positions == frozenset({len(BODY)})


def test_titles_of_other_pages_in_another_script_are_left_out_of_the_end() -> None:
    tail = "सेहत के लिए कमाल है यह सब्जी मिलेंगे आपको फायदे Love Shayari प्यार भरी शायरी ग़ालिब की"
    assert kept([*BODY, "Leave a comment", tail]) == BODY


def test_closing_sentence_in_another_script_stays() -> None:
    closing = "मधुमक्खियों को फूल चाहिए।"
    assert kept([*BODY, closing]) == [*BODY, closing]


def test_text_in_another_script_throughout_stays() -> None:
    lines = ["मधुमक्खी पालन", "मधुमक्खियों को फूल चाहिए।", "छत्ते को हर हफ्ते देखें", "गर्मी में साठ हजार मधुमक्खियाँ होती हैं"]
    assert kept(lines) == lines


def test_nothing_is_noise_in_nothing() -> None:
    assert find_noise([]).positions == frozenset()
