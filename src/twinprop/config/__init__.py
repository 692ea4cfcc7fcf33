"""The configuration: its schema and checks, how it is composed, and how mistakes in it are told."""
