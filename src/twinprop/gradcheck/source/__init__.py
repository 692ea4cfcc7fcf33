"""The subject is found, and its source is read: which words in it mean what.

`loading` finds it, `importing` runs its file, `reading`, `definitions` and `stand_ins` with what is old or missing in
it; `sources`, `roles`, `indexing` and `names_in_code` tell what arguments and names are for, `loops` which loop
trains, and `lending` has objects for whoever asks for some.
"""
