"""Does the support check see what recall alone cannot?"""

import numpy as np
import pytest

from assistant.grounding import GUARDS, split_sentences, support
from assistant.grounding.entailment import entailment, pair_of
from assistant.grounding.likeness import likeness
from assistant.grounding.matching import Case
from assistant.grounding.parsing import parse, read
from assistant.grounding.terms import Sentence
from index.embedding import default_encoder

SALARY = (
    "An entry-level engineer earns about $70,000 to $120,000 or more a year, with little to no experience. "
    "A mid-level engineer earns about $100,000 to $160,000 or more a year. "
    "Pay is higher in San Francisco and Boston. Salaries are lower in smaller cities."
)
DEGREE = (
    "A bachelor's degree is very useful, but it is not mandatory. It takes about 3 to 4 years. "
    "Many tech employers value practical skills as much as a degree."
)
TOOLS = "Docker is used for containerization. Kubernetes is used for orchestration. CI/CD pipelines are for automation."
HEAT = "Convection carries heat by the movement of a fluid. The Sun warms the Earth by radiation."
POLICY = "Equipment is paid for by the company, furniture is not."
BEANS = "Arabica has a milder taste. Robusta contains more caffeine and is cheaper to grow."
LEARNING = "Machine learning is the broader field, and deep learning is a subset of machine learning."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("An entry-level engineer earns about $70,000 to $120,000 or more a year.", SALARY),
        ("Entry-level engineers earn from $70k to $120k a year.", SALARY),
        ("Boston pays more because pay is higher there.", SALARY),
        ("A bachelor's degree takes about three to four years.", DEGREE),
        ("A degree is optional.", DEGREE),
        ("Docker handles containerisation and Kubernetes orchestration.", TOOLS),
        ("DL is a subset of ML.", LEARNING),
        ("It is radiation from the Sun that warms the Earth.", HEAT),
        ("The proton is heavier than the electron.", "The electron is lighter than the proton."),
        ("Many employers in tech value practical skills. [1]", DEGREE),
        ("Eastport was beaten by Norvale in the final.", "Norvale beat Eastport in the final."),
        ("Arabica contains less caffeine than robusta.", BEANS),
        ("A panel lasts longer than an inverter.", "A panel lasts 25 years, an inverter only 12."),
        ("No animal on land is as tall as the giraffe.", "The giraffe is the tallest animal on land."),
        ("Inflation fell below expectations.", "Inflation was lower than expected."),
        (
            "The flat is above the shop.",
            "The shop is on the ground floor and the flat is upstairs. The shop pays higher rent than the flat.",
        ),
    ],
)
def test_an_honest_claim_is_supported(claim, evidence):
    assert support(claim, [evidence]).supported


@pytest.mark.parametrize(
    ("claim", "evidence", "guard"),
    [
        ("An entry-level engineer earns about $80,000 to $120,000 a year.", SALARY, "number"),
        ("A mid-level engineer earns about $70,000 to $120,000 a year.", SALARY, "number"),
        ("A bachelor's degree takes about 3 to 4 months.", DEGREE, "number"),
        ("An entry-level engineer earns at most $120,000.", SALARY, "number"),
        ("Docker is used for orchestration.", TOOLS, "role"),
        ("Kubernetes is used for containerization.", TOOLS, "role"),
        ("Machine learning is a subset of deep learning.", "Deep learning is a subset of machine learning.", "role"),
        ("The Sun warms the Earth by convection.", HEAT, "swap"),
        ("Furniture is paid for by the company.", POLICY, "swap"),
        ("Books cannot be renewed.", "Books can be renewed twice, films cannot be renewed.", "negation"),
        ("A bachelor's degree is mandatory.", DEGREE, "negation"),
        ("Pay is lower in San Francisco and Boston.", SALARY, "negation"),
        ("Docker is not used for containerization.", TOOLS, "negation"),
        ("All tech employers value practical skills as much as a degree.", DEGREE, "quantifier"),
        ("Docker is the only tool used for containerization.", TOOLS, "quantifier"),
        ("Eastport beat Norvale in the final.", "Norvale beat Eastport in the final.", "order"),
        ("Norvale was beaten by Eastport.", "Norvale has beaten Eastport.", "order"),
        ("Arabica contains more caffeine than robusta.", BEANS, "comparison"),
        ("Inflation stayed above expectations.", "Inflation was lower than expected.", "comparison"),
        (
            "The flat above the bakery is larger than the shop.",
            "The flat above the bakery is smaller than the shop.",
            "comparison",
        ),
        ("A panel lasts shorter than an inverter.", "A panel lasts 25 years, an inverter only 12.", "comparison"),
        ("The snake grows 2 feet long.", "The snake grows 2 metres long.", "number"),
        ("The bridge was built in 1998.", "The bridge was built in 1962 and last repaired in 1998.", "bound"),
        ("A degree must be completed.", "A degree is helpful and may be completed.", "quantifier"),
    ],
)
def test_a_changed_claim_is_caught_by_its_guard(claim, evidence, guard):
    verdict = support(claim, [evidence])
    assert not verdict.supported
    assert guard in verdict.doubts


def test_above_as_a_place_hides_no_comparison() -> None:
    assert "comparison" in support("As noted above, arabica has more caffeine than robusta.", [BEANS]).doubts


@pytest.mark.parametrize(
    ("evidence", "honest", "false"),
    [
        (
            "The garden is closed on Mondays, and dogs have to stay outside.",
            "You may not bring a pet along.",
            "Pets are welcome.",
        ),
        (
            "Guests who arrive after ten find their key in a box by the door.",
            "Someone who comes late at night can still get in.",
            "Nobody can get in late at night.",
        ),
    ],
)
def test_the_pair_model_tells_a_paraphrase_from_its_opposite(evidence, honest, false):
    assert logit(honest, evidence) > logit(false, evidence)


def logit(claim, evidence):
    case = Case(parse(claim), [Sentence(0, *found) for found in read(evidence)], [])
    return entailment(case, likeness(case))


def test_a_claim_is_read_with_the_sentences_nearest_to_it_in_their_order():
    evidence = f"{TOOLS} {HEAT} {POLICY}"
    claim = "Kubernetes is used for orchestration, and equipment is paid for by the company."
    case = Case(parse(claim), [Sentence(0, *found) for found in read(evidence)], [])
    said, sentences = pair_of(case, likeness(case))
    assert said == claim
    assert sentences.index("Kubernetes is used for orchestration.") < sentences.index(POLICY)
    assert HEAT not in sentences


def test_an_abbreviation_is_read_as_the_words_that_the_evidence_has_for_it():
    case = Case(parse("DL is a subset of ML."), [Sentence(0, *found) for found in read(LEARNING)], [])
    assert pair_of(case, likeness(case))[0] == "deep learning is a subset of Machine learning."


def test_two_texts_are_encoded_with_the_separator_between_them():
    encoder = default_encoder()
    together = encoder.encode([("One text.", "Another.")])
    np.testing.assert_allclose(together, encoder.encode(["One text. [SEP] Another."]), atol=1e-6)


def test_years_that_lie_so_far_apart_bear_out_a_number_of_years():
    evidence = ["The canal was built between 1859 and 1869."]
    assert "number" not in support("The canal was built in ten years.", evidence).doubts
    assert "number" in support("The canal was built in twenty years.", evidence).doubts


def test_the_right_words_in_no_order_are_unsupported():
    verdict = support(
        "Experience Boston engineer cities year San entry-level Francisco salaries earns mid-level.", [SALARY]
    )
    assert not verdict.supported
    assert "salad" in verdict.doubts


def test_evidence_on_another_matter_supports_nothing():
    verdict = support("Docker is used for containerization.", [SALARY])
    assert not verdict.supported
    assert verdict.score < 0.05


DEPENDS = "Bonuses depend on performance and on how profitable the company is."


@pytest.mark.parametrize("claim", [DEPENDS, f"{DEPENDS} [1]", DEPENDS.lower().rstrip(".")])
def test_a_whole_sentence_of_the_evidence_is_supported(claim):
    found = support(claim, [f"{SALARY} {DEPENDS}"])
    assert found.supported
    assert found.score == 1.0
    assert found.spans == ((0, len(SALARY) + 1, len(SALARY) + 1 + len(DEPENDS)),)


def test_a_part_of_a_sentence_is_not_taken_for_the_sentence():
    assert support("Furniture is paid for by the company.", [POLICY]).score < 1.0
    assert not support("It is mandatory.", [DEGREE]).supported


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [("", ["text"]), ("claim", []), ("claim", [""]), ("…", ["text"]), ("Yes.", ["text"]), ("[1]", ["text 1"])],
)
def test_nothing_said_or_nothing_cited_is_unsupported(claim, evidence):
    verdict = support(claim, evidence)
    assert (verdict.score, verdict.supported, verdict.spans) == (0.0, False, ())


def test_spans_are_the_sentences_that_say_it():
    evidence = ["Nothing of the kind.", TOOLS]
    (index, start, end), *_ = support("Kubernetes is used for orchestration.", evidence).spans
    assert evidence[index][start:end] == "Kubernetes is used for orchestration."


def test_two_sentences_are_quoted_for_a_claim_that_merges_them():
    verdict = support("Docker is for containerization and Kubernetes for orchestration.", [TOOLS])
    assert verdict.supported
    assert [TOOLS[start:end] for _, start, end in verdict.spans] == [
        "Docker is used for containerization.",
        "Kubernetes is used for orchestration.",
    ]


def test_a_heading_counts_as_known_and_is_not_quoted():
    claim, text = "An entry-level engineer earns $70,000.", "It earns about $70,000 a year."
    headed = support(claim, [text], headings=["Entry-level engineer"])
    assert headed.supported
    assert headed.score > support(claim, [text]).score
    assert headed.spans == ((0, 0, len(text)),)


def test_offsets_hold_behind_letters_of_two_code_units():
    text = "😀 Übung macht den Meister. Docker packages models."
    (_, start, end), *_ = support("Docker packages models.", [text]).spans
    assert text[start:end] == "Docker packages models."


def test_claim_in_another_script_is_unsupported_and_its_own_is_supported():
    text = "機械学習は人工知能の一分野です。Dockerはコンテナ化に使われます。"
    assert support("機械学習は人工知能の一分野です。", [text]).supported
    assert not support("機械学習は人工知能の一分野です。", [TOOLS]).supported


def test_every_guard_can_be_left_out():
    claim = "A bachelor's degree is mandatory."
    assert support(claim, [DEGREE]).score < support(claim, [DEGREE], without=["negation"]).score
    assert support(claim, [DEGREE], without=list(GUARDS)).doubts in ((), ("recall",))


def test_score_stays_within_bounds_on_hostile_text():
    for claim in ("a" * 20_000, "[" * 5_000, "$" * 5_000, "not " * 3_000, "1,1,1," * 3_000, "\x00\ud800"):
        assert 0 <= support(claim, [claim[:5_000], SALARY]).score <= 1


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Use e.g. Docker. It works.", ["Use e.g. Docker.", "It works."]),
        ("It takes 3.5 years. Then more.", ["It takes 3.5 years.", "Then more."]),
        ("Steps:\n\n1. Learn\n2. Build", ["Steps:", "Learn", "Build"]),
        ("- a thing\n- another", ["a thing", "another"]),
        ("wrapped\nline goes on. Next", ["wrapped\nline goes on.", "Next"]),
        ("  ", []),
    ],
)
def test_sentences_and_list_items_are_told_apart(text, sentences):
    assert [text[start:end] for start, end in split_sentences(text)] == sentences
