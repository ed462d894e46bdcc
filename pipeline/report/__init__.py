"""Write what became of every row, in files that a person can open and a program can read.

Its modules are imported one by one: a command that only prints has no use for pandas or openpyxl.
"""
