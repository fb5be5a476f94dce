"""How well `blame` finds a wrong rule: random graphs, one mistake planted in each, or none.

python -m tests.blame             1,000 graphs with a mistake and 1,000 without; prints figures
python -m tests.blame 100 7       100 of each, from seed 7
"""
