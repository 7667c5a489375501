"""ChatBridge: SillyTavern's live chat, shared with a desktop window and any number of programs."""

__version__ = "0.1.0"
