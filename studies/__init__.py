"""Studies: scripts to copy and edit, and the validation of the library."""
