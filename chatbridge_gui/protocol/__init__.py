"""The wire and nothing else: message types, codec, errors, close codes, limits. No input or output."""
