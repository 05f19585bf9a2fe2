"""Other people's readers, held against the native frames of a dataset. `check_formats.py` runs them all."""
