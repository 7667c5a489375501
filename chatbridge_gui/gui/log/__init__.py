"""Below the chat: the log and the traffic."""
