"""What a tank earns in a week under each way to run it: planned, and proven on the plant."""
