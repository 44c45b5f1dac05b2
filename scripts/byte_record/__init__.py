"""What scripts/record_bytes.py runs the program on, and what it keeps of it."""
