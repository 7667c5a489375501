"""The mirrored chat: pure data, no sockets and no Tk."""
