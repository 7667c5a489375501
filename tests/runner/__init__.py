"""What `tests/run.py` is made of. Nothing but the standard library: this is what installs the rest."""
