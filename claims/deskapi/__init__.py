"""Addresses at which programs of the newsroom write drafts, with a key. No code here publishes."""
