"""The server, who may enter it and who has, and the extension that comes to it."""
