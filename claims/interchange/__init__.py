"""Formats of others, one module each: nothing else in the house spells them."""
