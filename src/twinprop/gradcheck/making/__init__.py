"""The subject is made.

As its author makes it (`uses`), else of usual arguments (`made`); `settings` says how else it could be.
"""
