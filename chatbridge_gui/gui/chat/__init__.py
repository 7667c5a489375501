"""The chat as it is read: its text, how it grows, what is found in it, and its export."""
