"""What the figures of a sweep say: which names matter, which cases are best."""
