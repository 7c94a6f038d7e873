"""A question's typing errors, put right by the index's own words and a dictionary of English by frequency.

A word is left alone unless there is reason to think it wrong: it is unknown to the passages, to the dictionary (82,765
words with British and Indian spellings, from symspellpy) and to a list of names and slang; it is all small letters; it
is no part of code, an address or a number; the question is in English; and a known word lies so near that a slip of
the finger or of the ear explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from math import log10

import numpy as np

from index.arrays import Array

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CHUNK = re.compile(r"\S+")
# What no word of a sentence holds, but code, an address or a number does.
_CODE = re.compile(r"[@_=\\/#$<>{}\[\]|~^*`%&+\d]|\w[.(:-]+\w|\b-|--")
_PLAIN = re.compile(r"[a-z]+")
_LETTERS = range(ord("a"), ord("z") + 1)

# Costs of reading a word as another, in units of one slip. All fitted by hand on the questions in the tests.
_BY_EAR = 0.45  # two words that sound alike ("metrix", "metrics"), besides any slip between their sounds
_OTHER_START = 0.6  # the first letter is seldom wrong
_UNKNOWN_TO_PASSAGES = 0.55  # the guides are more likely to be asked about than not
_RARITY = 0.17  # for each power of ten by which a word is rarer than the commonest
_SHORT = 3  # letters; so short a word is an abbreviation more often than a slip, and needs a neighbour that fits
_PAIR_SEEN = 3_000_000  # times two words stand together in the corpus of the pair list, for the neighbour to fit
_WEIGHT = 3_000_000  # times a word stands in general English, that once in the passages is worth
_NEIGHBOUR = 0.5  # for each power of ten by which a pair is commoner than that
_MOST_BY_NEIGHBOUR = 1.5
_TRIED = 1500  # words compared at most, the likeliest first: 30 milliseconds
_COMMONEST = 2.3e10  # "the", in the dictionary

_NAMES_AND_SLANG = frozenset(
    """
    abt aight ain aint bhai dev devs nowt owt skint summat yaar yar
    airbnb airflow aka alexnet algoexpert alphago amirite andrew anthropic apis arent arxiv asap
    autoencoder autoencoders automl azure backend backprop bday bedrock bert bigquery bioinformatics blockchain
    bootcamp bootcamps brb bro bruh btech btw bw caffe cant catboost cgpa chatbot chatbots chatgpt chennai
    clickhouse cnns colab cos coulda couldnt coursera coz ctc cuda cuz cv cvs cybersecurity dagster dashboarding
    databricks datacamp dataframe dataframes datalake dataops dataset datasets dbt deepmind devops didnt dob docker
    dockerfile doesnt dont dr dunno dvc edtech elasticsearch eli5 embeddings eval evals explainability faang fastapi
    fasttext fave finetune finetuned finetuning finna fintech flask fluentd fomo freecodecamp freelancing frontend
    fullstack fwiw gcp gemini genai geospatial gimme github gitlab glassdoor golang gonna google gotcha gotta gpt
    gpus grafana gurgaon hackathon hackathons hackerrank hadoop hafta hasnt havent healthtech hella helm heroku heya
    hiya howdy hows hr hrly hrs huggingface hyderabad hyperparameter hyperparameters idk ifs iit iits ikr ima imho
    imma imo infosys innit inr internshala interpretability ipynb irl isnt ive jee jk jupyter kafka kaggle keras
    kinda kpi kpis kubectl kubeflow kubernetes langchain langgraph leetcode lemme lightgbm linkedin llama llamaindex
    llm llmops llms lmao lmk lol lotsa lpa lpas lstm lstms matplotlib mb mba mca meh microservice microservices
    mighta mistral mle mlflow mlops mnc mncs mongodb mooc moocs msg mtech mths multimodal multithreading mysql nah
    naukri neurips ngl ngo nit nlp nltk noida nope numpy nvidia nvm okay okie okr okrs ollama omg onboarding onnx
    oops openai opencv oughta outta overfit overfits overfitting pandas perceptron perplexity phd phds pinecone
    plotly pls plz postgres postgresql ppl precompute preprocess preprocessing probs prolly prometheus psu pune
    pyspark pytest python pytorch qol quora rds reddit redis redshift regex repo repos resnet rest rlhf rly rn rnns
    roadmap roadmaps roc rofl roi rois sagemaker scala scikit scipy sde sdes seaborn serverless shoulda shouldnt
    sklearn snowflake sop sorta spacy spark splunk sql sqlite stackoverflow startup startups streamlit substack sudo
    sup superset swe tableau tbf tbh tcs tensorboard tensorflow terraform thanx thats thnx tho thru thx til
    timeseries tl tldr tnc tokenization tokenizer toolchain torchvision tryna ty tysm uae udacity udemy uk underfit
    underfits underfitting unsupervised upskill upskilled upskilling upto ur usa vectorizer vercel vertex vibe vibes
    vscode wandb wanna wasnt weaviate webdev wfh wfo whatcha whats wheres whos wipro wont workflow workflows woulda
    wouldnt wtf xgboost yall yaml yea yeah yep yoe yolo youll youre youtube yrs yup zerodha zomato
    """.split()  # noqa: SIM905 - names in a table
)
# Words that English has not or hardly; two of them make a question one in another language.
_OTHER_LANGUAGES = frozenset(
    """
    wie viel ist und der das ein eine einen mit ich für fuer nicht welche welcher warum kann sind werden verdient
    quel quelle quels combien comment pourquoi est les une des pour dans avec gagne je puis suis être qui faut cómo
    como cuánto cuanto cuál cual qué que los las una para por con gana ser puedo necesito donde quanto quali perché
    perche che cosa sono della per guadagna fare posso quais uma são sao fazer ganha preciso hoeveel hoe wat een het
    voor zijn kan waarom mujhe ek mera mere meri tum aap hum batao sunao bhai kya hai kaise kare karna karne mein
    kitna kitni ki ka ke liye aur chahiye hota hoti nahi
    """.split()  # noqa: SIM905 - likewise
)


class Spelling:
    """Corrects questions by the words of some passages."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Know words.

        Args:
            counts: How often each word, in small letters, stands in the passages.
        """
        self._counts = {word: count for word, count in counts.items() if _PLAIN.fullmatch(word)}
        self._corrected = lru_cache(maxsize=4096)(self._correct_word)

    def correct(self, question: str) -> str:
        """The question with its typing errors put right; the same text where there are none."""
        words = list(_words(question))
        unknown = [match for match in words if not self._is_known(match.group())]
        if not unknown or _is_foreign([match.group().lower() for match in words]):
            return question
        pieces, done = [], 0
        for number, match in enumerate(words):
            if match not in unknown:
                continue
            before = words[number - 1].group().lower() if number else ""
            after = words[number + 1].group().lower() if number + 1 < len(words) else ""
            pieces += [question[done : match.start()], self._corrected(match.group(), before, after)]
            done = match.end()
        return "".join([*pieces, question[done:]])

    def _is_known(self, word: str) -> bool:
        if not _PLAIN.fullmatch(word):  # a capital, an accent, an apostrophe: a name, another language, a short form
            return True
        forms = _forms(word)
        return len(word) < 3 or any(
            form in self._counts or form in _dictionary() or form in _NAMES_AND_SLANG for form in forms
        )

    def _correct_word(self, word: str, before: str, after: str) -> str:
        best, lowest = word, _most(word)
        helped = _MOST_BY_NEIGHBOUR if len(word) <= _SHORT else 0.0
        for vocabulary, priors in ((self._own, self._own_priors), (_english(), self._english_priors)):
            for number, least in vocabulary.near(word, priors, lowest + helped):
                if least >= lowest + helped:
                    break
                candidate = vocabulary.words[number]
                cost = float(priors[number]) + _slips(word, candidate)
                if not _is_clear(word, candidate in self._counts):
                    seen = _seen(before, candidate, after)
                    if seen < _PAIR_SEEN:
                        continue
                    cost -= min(_NEIGHBOUR * log10(seen / _PAIR_SEEN), helped)
                if cost < lowest:
                    best, lowest = candidate, cost
        return best

    @cached_property
    def _own(self) -> _Vocabulary:
        return _Vocabulary(list(self._counts))

    @cached_property
    def _own_priors(self) -> Array:
        known = _dictionary()
        frequencies = [max(known.get(word, 0), count * _WEIGHT) for word, count in self._counts.items()]
        return _rarity(frequencies)

    @cached_property
    def _english_priors(self) -> Array:
        return _rarity(list(_dictionary().values())) + _UNKNOWN_TO_PASSAGES


class _Vocabulary:
    """Words, and how often each holds each letter: what tells at once which may be near to another."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        letters = np.array([word.encode() for word in words] or [b" "], dtype=bytes)
        table = letters.view(np.uint8).reshape(len(letters), -1)
        self._counts = np.stack([(table == letter).sum(axis=1) for letter in _LETTERS], axis=1).astype(np.int8)
        self._lengths = self._counts.sum(axis=1)

    def near(self, word: str, priors: Array, limit: float) -> Iterator[tuple[int, float]]:
        """(number, least cost) of the words whose cost may be below a limit, the least first."""
        counts = np.array([word.count(chr(letter)) for letter in _LETTERS], dtype=np.int8)
        apart = np.abs(self._counts - counts).sum(axis=1)
        slips = np.maximum(np.abs(self._lengths - len(word)), (apart + 1) // 2)
        least = priors[: len(self.words)] + np.where(slips <= 3, np.minimum(slips, _BY_EAR), 9.0)
        found = np.flatnonzero((least < limit) & (self._lengths > 2))
        order = found[np.argsort(least[found])][:_TRIED]
        return ((int(number), float(least[number])) for number in order)


def _slips(word: str, candidate: str) -> float:
    """How many slips of the finger or the ear lie between two words."""
    start = _OTHER_START if word[0] != candidate[0] else 0.0
    if {word[0], candidate[0]} == {"k", "c"} or word[:2] == candidate[1::-1]:
        start = 0.0  # they sound alike, or the first two letters changed places
    slips = _distance(word, candidate)
    heard = _distance(_sound(word), _sound(candidate))
    by_ear = heard + _BY_EAR if heard <= 1 and slips <= 3 else 9.0
    return start + min(float(slips) if slips <= 2 else 9.0, by_ear)


def _distance(word: str, other: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        older, before, row = before, row, [i]
        for j, target in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == target:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _rarity(frequencies: Sequence[int]) -> Array:
    return np.asarray(_RARITY * np.log10(np.maximum(_COMMONEST / np.maximum(frequencies, 1), 1)))


def _words(question: str) -> Iterator[re.Match[str]]:
    """The words of a question, but for those that are part of code, an address, a number or a compound."""
    for chunk in _CHUNK.finditer(question):
        text = chunk.group()
        if not _CODE.search(text) and text.count("(") == text.count(")"):
            yield from _WORD.finditer(question, chunk.start(), chunk.end())


def _most(word: str) -> float:
    """The highest cost at which a word is read as another: more for a long word, where there is more to go by."""
    return 2.15 if len(word) <= 4 else 2.6 if len(word) <= 5 else 3.1


def _is_clear(word: str, own: bool) -> bool:
    """Whether the word is long enough to be judged without its neighbours."""
    return len(word) > (_SHORT if own else _SHORT + 2)


def _seen(before: str, word: str, after: str) -> int:
    """How often a word stands beside its neighbours. "In usd" names a currency: what follows "in" proves nothing."""
    if before in {"in", "to", "per", "of"}:
        return 0
    return max(_pairs().get(f"{before} {word}", 0), _pairs().get(f"{word} {after}", 0))


def _is_foreign(words: list[str]) -> bool:
    if any(not word.isascii() for word in words):
        return True
    return len({word for word in words if word in _OTHER_LANGUAGES and _dictionary().get(word, 0) < 50_000_000}) >= 2


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    """The word as it sounds, roughly."""
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return re.sub(r"(.)\1", r"\1", word)


_SOUNDS = tuple(
    pair.split(">")
    for pair in "x>ks ck>k ce>se ci>si cy>si ph>f qu>kw q>k c>k z>s y>i ea>e ie>i ei>i gh> wh>w".split()  # noqa: SIM905
)


# British and American, one way and back.
_SPELLINGS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"is(e[ds]?|ers?|ing|ations?)$", r"iz\1"),
        (r"(?<!v)iz(e[ds]?|ers?|ing|ations?)$", r"is\1"),
        (r"ys(e[ds]?|ers?|ing)$", r"yz\1"),
        (r"yz(e[ds]?|ers?|ing)$", r"ys\1"),
        (r"([lbvmni])our", r"\1or"),
        (r"([lbvmni])or", r"\1our"),
        (r"([tb])re(d?)$", r"\1er\2"),
        (r"([tb])er(e?d?)$", r"\1re\2"),
        (r"ll(ed|ers?|ing)$", r"l\1"),
        (r"(?<!l)l(ed|ers?|ing)$", r"ll\1"),
        (r"ogue", "og"),
        (r"og$", "ogue"),
        (r"ence", "ense"),
        (r"ense", "ence"),
    )
]


def _forms(word: str) -> list[str]:
    """The word and what it may be a form of: a plural, a past, what is of a place."""
    forms = [word, f"{word}s"]
    forms += [pattern.sub(replacement, word) for pattern, replacement in _SPELLINGS]
    for ending, base in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            forms.append(word[: -len(ending)] + base)
    if word.endswith("i") and len(word) > 7:
        forms.append(word[:-1])  # of a place: Hyderabadi
    for prefix in ("un", "re", "non", "pre", "multi", "micro", "hyper", "auto", "meta", "data"):
        if word.startswith(prefix) and len(word) - len(prefix) > 4:
            forms.append(word[len(prefix) :])
    return forms


@cache
def _english() -> _Vocabulary:
    return _Vocabulary(list(_dictionary()))


@cache
def _dictionary() -> dict[str, int]:
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return {word: int(count) for word, count in map(str.split, text.splitlines()) if _PLAIN.fullmatch(word)}


@cache
def _pairs() -> dict[str, int]:
    text = (files("symspellpy") / "frequency_bigramdictionary_en_243_342.txt").read_text("utf-8-sig")
    return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in text.splitlines()}
