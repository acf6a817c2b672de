"""All cases that have ended as one Dataset or one table, read from their files when they are asked for."""
