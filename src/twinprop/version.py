"""The version of this package, where every part of it can read it, installed or not."""

__version__ = "0.1.0"
