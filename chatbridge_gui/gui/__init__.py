"""The window: everything Tk. It knows the bridge only through its thread handle, its config and its events."""
