"""A run: from a checked configuration to a directory with everything that came of it."""
