"""The editors' admin of sources, and what every admin of the house is made of (base, inlines)."""

from . import sources

__all__ = ["sources"]
