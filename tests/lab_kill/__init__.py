"""A study whose workers and parents are killed again and again: each trial is done once.

one.py          a parent: `python -m tests.lab_kill.one FOLDER [URL NAME]`
__main__.py     the killer: `python -m tests.lab_kill FOLDER KILLS SEED [URL]`
postgres.py     a PostgreSQL of one's own, in a temporary folder
"""
