"""Text files in every encoding and none, each with what must become of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attack.odd import EITHER, Odd, Says, refused

SAID = "Bees need sun and water."
PROSE = f"{SAID} A hive stands best on a dry slope that faces south.\n\n" * 8
GERMAN = "Bienen brauchen Sonne, Wasser und Schutz für die Flügel; größere Völker brauchen mehr.\n\n" * 6
RUSSIAN = "Пчёлам нужны солнце, вода и защита от ветра. Улей лучше ставить на сухом склоне.\n\n" * 6
GREEK = "Οι μέλισσες χρειάζονται ήλιο και νερό. Η κυψέλη στέκεται σε στεγνή πλαγιά.\n\n" * 6
JAPANESE = "蜂は太陽と水を必要とします。巣箱は乾いた南向きの斜面に置くのが一番です。\n\n" * 6
CHINESE = "蜜蜂需要阳光和水。蜂箱最好放在朝南的干燥斜坡上。\n\n" * 6
KOREAN = "꿀벌은 태양과 물이 필요합니다. 벌통은 남쪽을 향한 마른 비탈에 두는 것이 가장 좋습니다.\n\n" * 6
ARABIC = "النحل يحتاج إلى الشمس والماء. من الأفضل وضع الخلية على منحدر جاف.\n\n" * 6
HEBREW = "דבורים זקוקות לשמש ולמים. הכוורת עומדת הכי טוב על מדרון יבש.\n\n" * 6
THAI = "ผึ้งต้องการแสงแดดและน้ำ รังผึ้งควรอยู่บนเนินแห้ง\n\n" * 6
POLISH = "Pszczoły potrzebują słońca, wody i schronienia przed wiatrem. Ul najlepiej stoi na suchym zboczu.\n\n" * 6


def odd_texts() -> Iterator[Odd]:
    """Each file with its name, its bytes, and what must become of it."""
    for name, data, outcome in (*_encodings(), *_bytes(), *_shapes()):
        yield Odd(name if "." in name else f"{name}.txt", data, outcome)


def _encodings() -> Iterator[tuple[str, bytes, Says]]:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        for language, text in (("German", GERMAN), ("Russian", RUSSIAN), ("Japanese", JAPANESE), ("Arabic", ARABIC)):
            yield f"{language} in {encoding}", text.encode(encoding), _first(text)
    for marked, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\0\0\xfe\xff", "utf-32-be")):
        yield f"Greek in {encoding} with its mark", marked + GREEK.encode(encoding), _first(GREEK)
    for language, text, encodings in (
        ("German", GERMAN, ("cp1252", "latin-1", "cp850", "mac-roman")),
        ("Russian", RUSSIAN, ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")),
        ("Greek", GREEK, ("cp1253", "iso8859-7")),
        ("Japanese", JAPANESE, ("cp932", "euc-jp", "iso2022-jp")),
        ("Chinese", CHINESE, ("gb18030", "gbk", "hz")),
        ("Korean", KOREAN, ("euc-kr", "cp949")),
        ("Arabic", ARABIC, ("cp1256", "iso8859-6")),
        ("Hebrew", HEBREW, ("cp1255", "iso8859-8")),
        ("Thai", THAI, ("tis-620", "cp874")),
        ("Polish", POLISH, ("cp1250", "iso8859-2")),
    ):
        for encoding in encodings:
            yield f"{language} in {encoding}", text.encode(encoding, "replace"), EITHER
    yield "Japanese of a mail", JAPANESE.encode("iso2022-jp"), _first(JAPANESE)
    yield "utf-7", "Bees & hens – naïve".encode("utf-7") * 9, EITHER
    yield "ebcdic", PROSE.encode("cp037"), EITHER
    yield "utf-16 of odd length", PROSE.encode("utf-16") + b"x", SAID
    yield "utf-16 mark and nothing", b"\xff\xfe", refused("empty")
    yield "utf-16 mark on utf-8", b"\xff\xfe" + PROSE.encode(), EITHER
    yield "utf-8 mark on utf-16", b"\xef\xbb\xbf" + PROSE.encode("utf-16-le"), EITHER
    yield "two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + PROSE.encode(), SAID
    yield "a mark within", PROSE.encode() + b"\xef\xbb\xbf" + PROSE.encode(), SAID
    yield "mixed encodings", PROSE.encode() + GERMAN.encode("cp1252") + GERMAN.encode(), EITHER
    yield "utf-8 encoded twice", GERMAN.encode().decode("latin-1").encode(), EITHER
    yield "utf-8 with one broken byte", GERMAN.encode() + b"\xff" + GERMAN.encode(), _first(GERMAN)
    yield "utf-8 cut in a character", (PROSE + "ü").encode()[:-1], SAID
    yield "lone surrogates", (PROSE + "\ud800 \udfff").encode("utf-8", "surrogatepass"), SAID
    yield "lone surrogates in utf-16", (PROSE + "\ud800 \udfff").encode("utf-16", "surrogatepass"), SAID
    yield "five byte characters", b"\xf8\x88\x80\x80\x80" * 9 + PROSE.encode(), EITHER


def _first(text: str) -> str:
    return text.split("\n")[0]


def _bytes() -> Iterator[tuple[str, bytes, Says]]:
    yield "nulls between lines", PROSE.replace("\n\n", "\n\0\n").encode(), EITHER
    yield "nulls at the end", PROSE.encode() + bytes(4_096), EITHER
    yield "nulls at the start", bytes(64) + PROSE.encode(), EITHER
    yield "only controls", bytes(range(1, 9)) * 50, EITHER
    yield "delete and shift", b"\x7f\x0e\x0f".join([PROSE.encode()] * 3), SAID
    yield (
        "colours of a terminal",
        b"\x1b[1;31mBees\x1b[0m need \x1b[4msun\x1b[24m and water.\n\n" + PROSE.encode(),
        "Bees need sun and water.",
    )
    only_coloured = "\n\n".join(f"\x1b[3{n}mKeeper {n}\x1b[0m checks \x1b[1mhive {n}\x1b[22m." for n in range(6))
    yield "colours on every line", only_coloured.encode(), "Keeper 3 checks hive 3."
    yield "title of a terminal", b"\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x07\x1bP+q\x1b\\" + PROSE.encode(), SAID
    yield "escape never closed", b"\x1b]0;" + PROSE.encode(), EITHER
    yield "escapes alone", b"\x1b" * 100_000 + PROSE.encode(), SAID
    yield "parameters without end", b"\x1b[" + b"1;" * 200_000 + b"m" + PROSE.encode(), SAID
    bold = "".join(f"{letter}\b{letter}" if letter.isalpha() else letter for letter in SAID)
    yield "struck twice", f"{bold}\n\n{bold}\n".encode(), SAID
    under = "".join(f"_\b{letter}" if letter.isalpha() else letter for letter in SAID)
    yield "underlined by backspaces", f"{under}\n\n{under}\n".encode(), SAID
    yield "a million backspaces", b"x\b" * 1_000_000 + PROSE.encode(), SAID
    yield "backspaces alone", b"\b" * 1_000_000 + PROSE.encode(), SAID
    yield "carriage returns alone", PROSE.replace("\n", "\r").encode(), SAID
    yield "all line ends mixed", "\r\n\x85\u2028\u2029\x0b\x0c\r".join([SAID] * 20).encode(), SAID
    yield "a stranger's overlong slash", b"\xc0\xaf" * 50 + PROSE.encode(), EITHER
    yield "private characters", ("\ue000\uf8ff\U000f0000 " + PROSE).encode(), SAID
    yield "characters of no kind", ("\ufdd0\ufffe\U0001ffff\U00030000 " + PROSE).encode(), SAID
    yield "a hundred thousand accents", ("e" + "\u0301" * 100_000 + " " + PROSE).encode(), SAID
    yield "one letter in eighteen", ("\ufdfa" * 50_000 + " " + PROSE).encode(), EITHER
    yield "a hundred thousand joiners", ("\u200d" * 100_000 + PROSE).encode(), SAID
    yield "a hundred thousand overrides", ("\u202e" * 100_000 + PROSE).encode(), SAID
    yield "jamo", ("\u1112\u1161\u11ab" * 100_000 + " " + PROSE).encode(), SAID


def _shapes() -> Iterator[tuple[str, bytes, Says]]:
    yield "fifty megabytes in a line", b"bees " * 9_999_999, refused("characters")
    yield "five million letters in a word", b"x" * 4_999_999, EITHER
    yield "four megabytes in a line", b"bees " * 800_000, EITHER
    yield "thirty thousand lines", b"bees\n" * 30_000, EITHER
    yield "two million empty lines", b"\n" * 2_000_000 + PROSE.encode(), SAID
    yield "ten thousand numbers", b"".join(b"%d.\n" % n for n in range(10_000)), EITHER
    yield "numbered lines", b"".join(b"%d. Bees\n" % n for n in range(8_000)), EITHER
    yield "a long number", b"1." * 200_000 + b" Bees\n\n" + PROSE.encode(), EITHER
    yield "ten thousand blanks before each line", (" " * 10_000 + SAID + "\n").encode() * 100, SAID
    yield "tabs", b"\t" * 200_000 + PROSE.encode(), SAID
    yield "form feeds", b"\f" * 100_000 + PROSE.encode(), SAID
    yield "a thousand pages", "\f".join(f"Page {n}\n\n{SAID} Fact {n}.\n" for n in range(1_000)).encode(), "Fact 500."
    yield "questions alone", b"Why?\n\n" * 10_000, EITHER
    yield "rules alone", b"=====\n" * 100_000, EITHER
    yield "addresses alone", b"http://outside.example/a?b=c\n" * 5_000, EITHER
    yield "mail of a thousand headers", b"X: y\n" * 30_000 + b"\n" + PROSE.encode(), EITHER
    yield "table of bars", b"| a | b |\n|---|---|\n" + b"| 1 | 2 |\n" * 10_000, EITHER
    yield "json of one line", b'{"a": [' + b'{"b": "bees need sun"}, ' * 50_000 + b"{}]}", EITHER
    yield "base64", b"QmVlcyBuZWVkIHN1biBhbmQgd2F0ZXIu" * 50_000, EITHER
    yield "links.md", b"[a](" * 5_000 + PROSE.encode(), EITHER
    yield "pictures.md", b"![" * 4_000 + PROSE.encode(), EITHER
    yield "emphasis.md", b"**_" * 20_000 + PROSE.encode(), EITHER
    yield "quotes.md", b">" * 50_000 + PROSE.encode(), EITHER
    yield "items.md", b"- " * 50_000 + PROSE.encode(), EITHER
    yield "entities.md", b"&amp;" * 40_000 + PROSE.encode(), EITHER
    yield "code never closed.md", b"```\n" + PROSE.encode() * 50, EITHER
    yield "angles.md", b"<a " * 50_000 + PROSE.encode(), EITHER
    yield "definitions.md", b"[a]: b\n" * 8_000 + PROSE.encode(), EITHER
    yield (
        "table.md",
        b"|a" * 2_000 + b"\n" + b"|-" * 2_000 + b"\n" + (b"|x" * 2_000 + b"\n") * 10 + PROSE.encode(),
        EITHER,
    )
    yield "footnotes.md", b"[^1]: x [^1]\n\n" * 4_000 + PROSE.encode(), EITHER
    yield "front matter of nonsense.md", b"---\n: : :\n- [\n\t{\n---\n" + PROSE.encode(), SAID
    yield "long front matter.md", b"---\n" + b"a: b\n" * 60_000 + b"---\n" + PROSE.encode(), EITHER
    yield (
        "front matter of dates.md",
        b"---\ntitle: 2026-13-99\nyear: 99999999999999999999999\n---\n" + PROSE.encode(),
        SAID,
    )
