"""What readers say of answers, and which questions found none: stored in a database, reported on the command line.

Nothing about the reader is stored: no address, no name, no cookie.
"""
