"""Functions in Python for the commands of the program."""
