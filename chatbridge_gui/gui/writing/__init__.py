"""Where the user writes: the text, what is on its way, and slash commands."""
