"""What can go wrong, from the root down.

    AssistantError                  the root: front ends catch this and show its message
    ├── DocumentError               a guide cannot be read           (corpus)
    │   ├── UnsupportedDocument     no loader reads this kind of file
    │   ├── UnreadableDocument      damaged, mislabelled, or vanished while being read
    │   ├── EncryptedDocument       asks for a password
    │   ├── EmptyDocument           holds no text (a scan, say)
    │   └── DocumentTooLarge        over a limit on bytes, pages, characters or time
    ├── PassageIndexError           the index cannot be opened or changed (index.errors)
    ├── QuestionError               a question that cannot be asked  (assistant.errors)
    ├── ModelError                  a language model failed          (assistant.errors)
    └── SettingsError               a setting has a wrong value      (assistant.errors)

Every message says what was found, what was expected, and what mends it.
"""

from __future__ import annotations

from pathlib import Path


def printable(text: str) -> str:
    """`text` with U+FFFD for what no screen shows: a file name may hold terminal escapes, or bytes that are no text."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


class AssistantError(Exception):
    """The root of everything this project raises on purpose."""


class DocumentError(AssistantError):
    """A guide cannot be read. `path` names the file, `cause` says why, `mend` says what to do."""

    def __init__(self, path: str | Path, cause: str, mend: str) -> None:
        self.path = str(path)
        self.cause = cause
        self.mend = mend
        super().__init__(printable(f"{Path(path).name}: {cause}. {mend}"))


class UnsupportedDocument(DocumentError):  # noqa: N818 - named for what was found
    """No loader reads this kind of file."""


class UnreadableDocument(DocumentError):  # noqa: N818 - named for what was found
    """The file is damaged, is not what its name says, or vanished while being read."""


class EncryptedDocument(DocumentError):  # noqa: N818 - named for what was found
    """The file asks for a password."""


class EmptyDocument(DocumentError):  # noqa: N818 - named for what was found
    """The file holds no text, as a scanned PDF does."""


class DocumentTooLarge(DocumentError):  # noqa: N818 - named for what was found
    """The file is over a limit on bytes, pages, characters, decompressed size or time."""
