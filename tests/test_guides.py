"""Each guide holds every fact of its source, nothing of the other's, and none of its sentences."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from corpus.build_playbook import SOURCE, build_playbook, read_source

ROOT = Path(__file__).parent.parent
ROADMAP = ROOT / "corpus" / "guides" / "roadmap.md"
PLAYBOOK = ROOT / "corpus" / "guides" / "playbook.pdf"
SOURCES = ROOT.parent / "shared" / "sources"  # the texts that the guides were written from; not part of the repository

ROADMAP_FACTS = {
    "R-1": ["takes education, practical experience", "rewarding", "demanding"],
    "R1-1": ["linear algebra, calculus and probability theory", "to understand how machine learning algorithms work"],
    "R1-2": ["numpy, pandas and matplotlib"],
    "R1-3": ["the mean", "the median", "the mode", "standard deviation", "hypothesis testing"],
    "R2-1": ["bachelor's degree in computer science, mathematics or engineering", "not mandatory"],
    "R2-2": ["coursera, edx and udacity are online platforms"],
    "R2-3": ["andrew ng's machine learning, which is hosted on coursera"],
    "R2-4": [
        "pattern recognition and machine learning, written by christopher bishop",
        "deep learning, written by ian goodfellow",
    ],
    "R3-1": ["proficient in python", "manipulating data, visualizing data and writing scripts"],
    "R4-1": ["introductory courses", "basic concepts", "algorithms", "techniques"],
    "R5-1": [
        "neural networks",
        "convolutional neural networks (cnns)",
        "recurrent neural networks (rnns)",
        "tensorflow and pytorch",
    ],
    "R5-2": ["natural language processing (nlp) is about working with text"],
    "R5-3": ["reinforcement learning is used in robotics and in playing games"],
    "R6-1": ["start with simple projects, then move on to more complex ones"],
    "R6-2": [
        "kaggle competitions give you real-world experience",
        "collaborating with others on data science projects",
    ],
    "R7-1": ["gather datasets and to clean them", "data types, missing data and outliers"],
    "R7-2": ["extracting, transforming and selecting the relevant features"],
    "R8-1": ["knowing the various machine learning algorithms and when"],
    "R8-2": ["accuracy, precision, recall and f1-score"],
    "R9-1": ["docker is used for containerization", "packages a machine learning model"],
    "R9-2": ["aws, azure and google cloud", "scalable"],
    "R10-1": ["moves fast", "latest research papers, conferences and trends"],
    "R10-2": ["computer vision, reinforcement learning or generative models"],
    "R11-1": ["online forums, meetups and machine learning communities"],
    "R11-2": ["open-source projects", "diverse experience"],
    "R12-1": ["github profile", "your projects, your code and your contributions"],
    "R12-2": ["personal website or a blog", "expertise", "insights"],
    "R13-1": ["internships or junior roles"],
    "R13-2": ["tailor your resume (cv) and cover letter", "job postings that are relevant"],
    "R13-3": ["technical interviews, practice coding challenges and review machine learning concepts"],
    "R14-1": ["peers and mentors for feedback"],
    "R14-2": ["certifications in machine learning from reputable organizations"],
    "R14-3": ["dedication", "adapt the roadmap", "interests and goals", "discourage", "curious and persistent"],
    "WD-0": ["creates and deploys machine learning models that solve real-world problems"],
    "WD-1": ["databases, apis, web scraping or data labeling"],
    "WD-2": ["cleaning and formatting data", "missing values", "removing outliers", "suitable format"],
    "WD-3": ["meaningful features from raw data", "domain knowledge and creativity"],
    "WD-4": ["problem and its requirements", "type, volume and complexity of the data"],
    "WD-5": ["training and testing sets", "setting hyperparameters", "iteratively"],
    "WD-6": ["settings that affect how a model learns", "learning rates, tree depth and batch sizes"],
    "WD-7": ["f1-score, rmse or custom criteria"],
    "WD-8": ["into production", "building apis", "into applications", "inference services in the cloud"],
    "WD-9": ["large-scale data and high traffic", "parallelization and distributed computing"],
    "WD-10": ["logging", "performance and health", "detect issues and respond to them promptly"],
    "WD-11": ["retraining the model with fresh data", "degrades", "version control", "automated retraining pipelines"],
    "WD-12": [
        "data scientists, data engineers, software developers and domain experts",
        "business objectives",
        "end-to-end solutions",
    ],
    "WD-13": ["bias and fairness", "privacy regulations", "best practice"],
    "WD-14": ["documents code, data, models", "share knowledge", "improve it later"],
    "WD-15": ["research papers, attending conferences and taking online courses"],
    "WD-16": ["responsible for the entire pipeline from end to end", "automate tasks, make predictions", "insights"],
    "RR-1": ["databases, apis and external datasets", "characteristics", "quality", "features it might offer"],
    "RR-2": [
        "missing values, outliers and inconsistencies",
        "encoding categorical variables",
        "scaling numerical features",
    ],
    "RR-3": ["relevant and informative", "domain knowledge"],
    "RR-4": ["classification, regression or clustering", "characteristics of the data", "different algorithms"],
    "RR-5": [
        "tensorflow, pytorch, scikit-learn or other libraries",
        "a training set, a validation set and a test set",
        "cross-validation",
    ],
    "RR-6": ["grid search, random search or bayesian optimization", "generalizes"],
    "RR-7": ["accuracy, precision, recall, f1-score, rmse", "interprets the results", "business impact"],
    "RR-8": ["cloud services, web applications and iot devices", "real-time predictions", "apis"],
    "RR-9": ["large datasets and high traffic", "using few resources"],
    "RR-10": ["data drift", "automated retraining pipelines"],
    "RR-11": ["cross-functional teams", "translates business objectives into machine learning solutions"],
    "RR-12": ["bias and fairness", "mitigate", "data protection standards"],
    "RR-13": ["documents code, data, models and processes", "replicate"],
    "RR-14": ["stays up to date by reading research papers"],
    "RR-15": ["creatively and iteratively", "innovative answers to business challenges"],
    "RR-16": ["from end to end", "bridges two disciplines: data science and software engineering"],
    "HL-0": ["starting point", "prior knowledge and experience", "how fast you progress"],
    "HL-1": [
        "strong base in computer science, mathematics and programming",
        "more quickly",
        "from scratch need longer",
    ],
    "HL-2": ["bachelor's degree takes about 3 to 4 years"],
    "HL-3": ["master's degree or phd adds another 1 to 5 years or more", "program and its research requirements"],
    "HL-4": ["differs from person to person"],
    "HL-5": ["self-study depends on how deep the material goes and how much time", "supplement their formal education"],
    "HL-6": ["portfolio projects take depends on how complex they are and how much time"],
    "HL-7": ["speeds up the path", "entry-level data roles", "a few months to a year or more"],
    "HL-8": ["lengthens the path", "research and specialized careers"],
    "HL-9": ["several months to several years", "technical background", "gradually", "relevant coursework"],
    "HL-10": ["goes on learning after getting the job"],
    "SAL-0": [
        "depends on location, experience, education, and the industry or company",
        "specialized",
        "demand for them is high",
    ],
    "SAL-1": [
        "$70,000 to $120,000 or more a year",
        "little to no professional experience",
        "silicon valley",
        "metropolitan areas",
    ],
    "SAL-2": [
        "$100,000 to $160,000 or more",
        "a few years of experience",
        "proven record of developing and deploying models",
    ],
    "SAL-3": ["$150,000 to $250,000 or higher", "top senior engineers earn even more", "competitive markets"],
    "SAL-4": [
        "san francisco, seattle, new york city and boston",
        "cost of living is higher",
        "lower in smaller cities",
    ],
    "SAL-5": ["higher starting salary", "advancement"],
    "SAL-6": ["finance, healthcare and tech companies may pay", "non-tech industries"],
    "SAL-7": ["health insurance, retirement contributions and bonuses", "performance", "profitable the company"],
    "SAL-8": ["approximate", "market conditions and individual negotiation", "stay competitive and may rise"],
    "ND-0": ["without a degree", "self-directed and strategic path", "practical skills and experience as much as"],
    "ND-1": ["linear algebra, calculus, statistics and data structures", "numpy, pandas and scikit-learn"],
    "ND-2": [
        "some online courses and tutorials are free and others are paid",
        "coursera, edx, udacity and khan academy",
    ],
    "ND-3": [
        "andrew ng's machine learning on coursera",
        "more advanced courses on deep learning and specialized areas",
    ],
    "ND-4": ["hands-on practice", "simple ones first", "on github", "potential employers"],
    "ND-5": ["stack overflow", "r/machinelearning", "reddit", "linkedin", "discussions", "guidance"],
    "ND-6": ["textbooks and research papers give you a deeper insight", "christopher bishop", "ian goodfellow"],
    "ND-7": ["nanodegrees from coursera, udacity and edx", "hands-on experience and a certificate"],
    "ND-8": ["kaggle competitions let you solve real-world", "practical experience and build a portfolio"],
    "ND-9": ["meetups, conferences and webinars", "jobs and collaborations", "locally and online"],
    "ND-10": ["unpaid or low-paid internship or freelance project", "insights and references"],
    "ND-11": ["courses and workshops on job searching, resume building and interview preparation"],
    "ND-12": ["update your portfolio continuously"],
    "ND-13": [
        "internships and entry-level positions in machine learning",
        "your skills, your projects and your dedication to self-learning",
    ],
    "ND-14": ["coding challenges and machine learning concepts"],
    "ND-15": ["research papers, industry blogs and advanced courses"],
    "ND-16": ["a degree opens doors, but a strong portfolio", "be persistent", "online resources and communities"],
    "QU-0": ["combination of education, technical skills and practical experience", "vary by employer and role"],
    "QU-1": [
        "computer science, mathematics, statistics, engineering or physics",
        "programming, mathematics and problem-solving",
    ],
    "QU-2": [
        "optional",
        "not always required",
        "senior or research roles",
        "deep understanding",
        "opens further career doors",
    ],
    "QU-3": ["python is the most prevalent", "tensorflow, pytorch, scikit-learn and keras", "crucial"],
    "QU-4": ["linear algebra, calculus, probability and statistics is required"],
    "QU-5": [
        "supervised learning, unsupervised learning, reinforcement learning and deep learning",
        "apply such algorithms to real-world problems",
    ],
    "QU-6": ["data preprocessing, feature engineering and data visualization"],
    "QU-7": ["version control, debugging, and writing clean and efficient code", "scalable and maintainable"],
    "QU-8": [
        "range of concepts and applications",
        "kaggle competitions, open-source contributions and internships",
    ],
    "QU-9": [
        "communication, problem-solving, critical thinking, teamwork, adaptability and a strong work ethic",
        "cross-functional teams",
        "non-technical stakeholders",
    ],
    "QU-10": ["read research papers, attend conferences, and take part in online courses and communities"],
    "QU-11": ["healthcare and finance", "medical terminology and healthcare data regulations"],
    "QU-12": ["job description closely", "tailor your application", "networking", "mentorship"],
    "F1": ["subfield of ai (artificial intelligence)", "learn from data", "without being explicitly programmed"],
    "F2": [
        "machine learning is the broader field, and deep learning is a subset of machine learning",
        "neural networks that have many layers",
        "image recognition and speech recognition",
    ],
    "F3": [
        "python is the most popular",
        "tensorflow, pytorch and scikit-learn",
        "r is also used",
        "statistical modeling and analysis",
    ],
    "F4": [
        "linear regression, decision trees, support vector machines, k-nearest neighbors and k-means clustering",
        "convolutional neural networks (cnns), recurrent neural networks (rnns) and transformers",
    ],
    "F5": [
        "learn the mathematics and the programming",
        "online courses or enter a formal education",
        "projects and enter competitions",
        "join communities, and network",
    ],
    "F6": [
        "no strict prerequisites",
        "beneficial",
        "linear algebra and calculus",
        "python are helpful",
        "basic knowledge of statistics",
    ],
    "F7": ["data is the fuel", "high-quality and diverse datasets", "preprocessing, cleaning and feature engineering"],
    "F8": [
        "image and video",
        "analyzing text and translating languages",
        "finance and healthcare",
        "autonomous vehicles and robotics",
        "fraud",
        "cybersecurity",
        "recommendation systems",
        "personalized content",
    ],
    "F9": [
        "deploying a trained model means packaging it",
        "aws, azure or google cloud",
        "docker",
        "web apis",
        "real-time predictions",
    ],
    "F10": [
        "promising",
        "deep learning, reinforcement learning and natural language processing advance",
        "healthcare, finance and autonomous systems",
        "innovation and automation",
    ],
}

PLAYBOOK_FACTS = {
    "P0-1": [
        "reshaping the world",
        "at the heart",
        "learn, predict and act",
        "fascinated by",
        "knack for software development",
    ],
    "PW-1": [
        "data scientist analyzes data",
        "software engineer builds applications",
        "does the work of both a data scientist and a software engineer",
        "and more",
    ],
    "PW-2": [
        "bridges data science and software engineering",
        "theoretical models",
        "robust, scalable and production-ready",
    ],
    "PW-3": ["designs, builds and deploys machine learning systems", "real-world data", "value to a business"],
    "PW-4": [
        "designing and building ml systems and the infrastructure",
        "preprocessing data and verifying",
        "training machine learning models and fine-tuning",
        "deploying models into production",
        "accurate and perform well over time",
        "mlops is the practice of monitoring and maintaining",
    ],
    "PK-0": ["computer science, mathematics and data expertise"],
    "PK1-1": ["non-negotiable", "python is king", "simple and has many libraries"],
    "PK1-2": ["tensorflow, pytorch and scikit-learn", "pandas and numpy"],
    "PK1-3": [
        "data structures, algorithms, object-oriented programming and system design",
        "clean, efficient and maintainable",
    ],
    "PK2-0": ["does not have to be a pure mathematician", "solid grasp", "how models work on the inside"],
    "PK2-1": ["linear algebra explains how data is represented", "vectors and matrices", "deep learning"],
    "PK2-2": ["calculus is the basis of optimization", "gradient descent", "trains most machine learning models"],
    "PK2-3": [
        "bedrock",
        "probability distributions, hypothesis testing and statistical measures",
        "build models and evaluate",
    ],
    "PK3-1": [
        "supervised learning, unsupervised learning and reinforcement learning",
        "regression and classification are examples of supervised learning",
        "clustering is an example of unsupervised learning",
    ],
    "PK3-2": [
        "(cnns) for image processing",
        "(rnns) for sequence data",
        "deep learning and its neural networks is in high demand",
    ],
    "PK3-3": ["natural language processing (nlp) and computer vision", "more valuable candidate"],
    "PK4-0": ["data engineering and mlops", "top-tier", "deploy and manage a model, not just build"],
    "PK4-1": ["both sql and nosql databases", "source and manage"],
    "PK4-2": [
        "amazon web services (aws), google cloud platform (gcp) and microsoft azure",
        "most machine learning workloads run in the cloud",
    ],
    "PK4-3": [
        "docker is used for containerization",
        "kubernetes is used for orchestration",
        "ci/cd pipelines are used for automation",
    ],
    "PP1": [
        "bachelor's degree in computer science, statistics or another quantitative field",
        "most common",
        "not the only path",
        "self-taught or come from bootcamps",
        "skill that you can demonstrate",
    ],
    "PP2": [
        "programming languages, the mathematics and the ml frameworks",
        "coursera, edx and fast.ai",
        "learn why it works",
    ],
    "PP3-1": [
        "arguably the most important step",
        "proves your skill",
        "on-the-job experience",
        "unique and built from scratch",
        "tutorials",
    ],
    "PP3-2": [
        "kaggle",
        "from end to end",
        "clean the data and train a model",
        "web app with flask or fastapi",
        "predictions",
    ],
    "PP3-3": ["github", "clear documentation", "communicate your work"],
    "PP4": ["internships, freelance projects and contributions to open-source ml", "resume", "collaborate in a team"],
    "PP5-0": ["notoriously tough"],
    "PP5-1": ["leetcode-style questions about data structures and algorithms"],
    "PP5-2": ["youtube recommendation engine or a spam detector"],
    "PP5-3": ["discuss your projects and explain in detail why you made your design choices"],
    "PO-1": ["keeps surging", "no sign of slowing"],
    "PO-2": ["careers in tech", "intellectually stimulating, and financially rewarding"],
    "PO-3": ["dedication, continuous learning and a passion for solving problems"],
    "PO-4": ["marathon rather than a sprint", "solid foundation", "hands-on projects", "never stop learning"],
}

# Patterns over normalised text, for what only one of the two sources says.
PLAYBOOK_ONLY = [
    r"sql\b", r"kubernetes", r"orchestrat", r"ci/cd", r"mlops", r"gradient descent", r"object-oriented", r"fast\.ai",
    r"boot ?camp", r"self-taught", r"flask", r"fastapi", r"leetcode", r"system design", r"behaviou?ral", r"youtube",
    r"spam", r"\bgcp\b", r"google cloud platform", r"marathon", r"vectors", r"top-tier", r"simplilearn", r"2024",
]  # fmt: skip
ROADMAP_ONLY = [
    r"\$ ?\d", r"salar", r"\bmonths?\b", r"\byears?\b", r"bishop", r"goodfellow", r"andrew ng", r"udacity", r"khan",
    r"nanodegree", r"keras", r"matplotlib", r"\br is\b", r"rmse", r"drift", r"cross-validation", r"grid search",
    r"random search", r"bayesian", r"\biot\b", r"transformer", r"stack overflow", r"reddit", r"linkedin", r"\bbias",
    r"fairness", r"ethic", r"privacy", r"domain knowledge", r"soft skill", r"critical thinking", r"teamwork",
    r"certif", r"\bfaq\b", r"website", r"\bblog", r"web scraping", r"recall", r"f1", r"meetup", r"phd", r"physics",
]  # fmt: skip


def normalised(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def roadmap_text() -> str:
    _, body = read_source(ROADMAP)
    return normalised(re.sub(r"\*\*|^#+ |^- ", "", body, flags=re.MULTILINE))


def playbook_text() -> str:
    """The pages without their running header and footer, and without the marks of lists."""
    pages = (page.extract_text().splitlines() for page in PdfReader(PLAYBOOK).pages)
    running = re.compile(r"Page \d+|Machine Learning Career Guide")
    lines = (line for page in pages for line in page if not running.fullmatch(line))
    return normalised(" ".join(line.removeprefix("• ") for line in lines))


def sentences(markdown: str) -> list[str]:
    """Every sentence and list item; not the headings, which ask what readers ask, in the readers' words."""
    tokens = MarkdownIt().parse(markdown)
    inlines = [
        token.content.replace("**", "")
        for before, token in pairwise(tokens)
        if token.type == "inline" and before.type != "heading_open"
    ]
    return [part for inline in inlines for part in re.split(r"(?<=[.!?:]) ", inline)]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9$]+", text.lower())


def outline_entries(reader: PdfReader) -> list[tuple[int, str, int]]:
    """Depth (1 outermost), title and 1-based page of every bookmark, in order."""

    def entries(outline: list, depth: int) -> Iterator[tuple[int, str, int]]:
        for entry in outline:
            if isinstance(entry, list):
                yield from entries(entry, depth + 1)
            else:
                yield depth, entry.title, (reader.get_destination_page_number(entry) or 0) + 1

    return list(entries(reader.outline, 1))


@pytest.mark.parametrize("fact", ROADMAP_FACTS)
def test_roadmap_holds_fact(fact: str) -> None:
    text = roadmap_text()
    assert [string for string in ROADMAP_FACTS[fact] if string not in text] == []


@pytest.mark.parametrize("fact", PLAYBOOK_FACTS)
def test_playbook_holds_fact(fact: str) -> None:
    text = playbook_text()
    assert [string for string in PLAYBOOK_FACTS[fact] if string not in text] == []


def test_every_listed_fact_has_its_strings() -> None:
    facts = SOURCES / "facts.md"
    if not facts.exists():
        pytest.skip("the list of facts is not beside the repository")
    listed = re.findall(r"^([A-Z]+[0-9]*(?:-[0-9]+)?) ", facts.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(listed) == set(ROADMAP_FACTS) | set(PLAYBOOK_FACTS)


def test_every_roadmap_figure_comes_from_a_fact() -> None:
    stated = set(re.findall(r"\$[\d,]+\d", roadmap_text()))
    ranges = {"$70,000", "$120,000", "$100,000", "$160,000", "$150,000", "$250,000"}
    apart = {"$30,000", "$80,000"}  # 100,000 - 70,000 and 150,000 - 70,000: how far the ranges' lower ends lie apart
    assert stated == ranges | apart


@pytest.mark.parametrize("pattern", PLAYBOOK_ONLY)
def test_roadmap_lacks_what_only_the_playbook_says(pattern: str) -> None:
    assert re.search(pattern, ROADMAP.read_text(encoding="utf-8").lower()) is None
    assert re.search(pattern, playbook_text()) is not None


@pytest.mark.parametrize("pattern", ROADMAP_ONLY)
def test_playbook_lacks_what_only_the_roadmap_says(pattern: str) -> None:
    assert re.search(pattern, playbook_text()) is None
    assert re.search(pattern, roadmap_text()) is not None


@pytest.mark.parametrize("guide", [ROADMAP, SOURCE], ids=["roadmap", "playbook"])
def test_no_sentence_is_copied_from_a_source(guide: Path) -> None:
    if not SOURCES.exists():
        pytest.skip("the sources are not beside the repository")
    sources = [" ".join(words(path.read_text(encoding="utf-8"))) for path in sorted(SOURCES.glob("*.txt"))]
    ours = [" ".join(words(sentence)) for sentence in sentences(read_source(guide)[1])]
    long_enough = [sentence for sentence in ours if len(sentence.split()) >= 8]
    assert len(long_enough) > 50
    assert [sentence for sentence in long_enough if any(sentence in source for source in sources)] == []


@pytest.mark.parametrize("guide", [ROADMAP, SOURCE], ids=["roadmap", "playbook"])
def test_every_heading_is_followed_by_text(guide: Path) -> None:
    tokens = MarkdownIt().parse(read_source(guide)[1])
    bare = [
        before.tag
        for before, after in pairwise(tokens)
        if (before.type, after.type) == ("heading_close", "heading_open")
    ]
    assert len(bare) <= 2  # the roadmap's title and its frequently asked questions have sections only


def test_playbook_pdf_is_what_the_script_makes(tmp_path: Path) -> None:
    made, shipped = PdfReader(build_playbook(tmp_path / "made.pdf")), PdfReader(PLAYBOOK)
    assert [page.extract_text() for page in made.pages] == [page.extract_text() for page in shipped.pages]
    assert made.metadata == shipped.metadata
    assert made.page_labels == shipped.page_labels
    assert outline_entries(made) == outline_entries(shipped)


def test_playbook_pdf_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = build_playbook(tmp_path / "first.pdf"), build_playbook(tmp_path / "second.pdf")
    assert first.read_bytes() == second.read_bytes()


def test_playbook_pdf_has_pages_labels_and_metadata() -> None:
    reader = PdfReader(PLAYBOOK)
    assert len(reader.pages) > 3
    assert reader.page_labels == [str(number + 1) for number in range(len(reader.pages))]
    assert [page.extract_text().splitlines()[-1] for page in reader.pages] == [f"Page {n}" for n in reader.page_labels]
    assert reader.metadata is not None
    assert reader.metadata.title == "Machine Learning Career Guide: A Playbook for Becoming a Machine Learning Engineer"
    for field in (reader.metadata.subject, reader.metadata.keywords):
        assert "https://www.simplilearn.com/machine-learning-career-guide-pdf" in (field or "")
        assert "2024" in (field or "")


def test_playbook_outline_names_every_heading_on_its_page() -> None:
    reader = PdfReader(PLAYBOOK)
    tokens = MarkdownIt().parse(read_source(SOURCE)[1])
    headings = [
        (int(token.tag[1]) - 1, tokens[number + 1].content)
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    entries = outline_entries(reader)
    assert [(depth, title) for depth, title, _ in entries] == headings
    assert {depth for depth, _ in headings} == {1, 2}
    for _, title, page in entries:
        assert title in reader.pages[page - 1].extract_text().splitlines()


def test_playbook_breaks_no_word_and_sets_no_ligature() -> None:
    lines = [line for page in PdfReader(PLAYBOOK).pages for line in page.extract_text().splitlines()]
    assert [line for line in lines if line.endswith("-") or re.search("[\ufb00-\ufb06\u00ad]", line)] == []
