"""The user's language: the window's words, and how dates and sizes are written."""
