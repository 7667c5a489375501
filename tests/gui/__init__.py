"""The window under a real Tk, driven by real key events, with a hub that only remembers what it was asked."""
