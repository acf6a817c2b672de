"""Ready cases on the reference plant, each with one thing that goes wrong, and with its cure."""
