"""A file to a Document, by what it is: one file a format, and one way in."""

from corpus.loaders.limits import Limits
from corpus.loaders.loading import LoadedGuides, load_document, load_guides
from corpus.loaders.registry import LOADERS

__all__ = ["LOADERS", "Limits", "LoadedGuides", "load_document", "load_guides"]
