"""Between threads: what comes into the main loop, what wakes it, and work that would make it wait."""
