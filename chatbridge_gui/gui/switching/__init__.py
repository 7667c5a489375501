"""Whom and what one talks to, and switching to another."""
