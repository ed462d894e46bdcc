"""STAGE 1: read a spreadsheet into recipients and rejected rows.

Nothing is loaded here: the child process that parses workbooks lives in this package too, and has
no memory to spare for what it does not use.
"""
