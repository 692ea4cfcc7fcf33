"""The subject is made: as its author makes it (`uses`), else of usual arguments, and how else it could be (`settings`)."""
