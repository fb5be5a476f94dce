"""A training that is killed again and again: what it has saved stays whole, what it does not lose.

training.py     the training, by hand and by the library's loop, which saves often and resumes
__main__.py     the killer: `python -m tests.kill FOLDER KILLS SEED hand|trainer`
test_kill.py    what must be true afterwards
"""
