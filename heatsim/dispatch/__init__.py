"""Storage dispatch: what a tank earns, planned with rules or by optimisation and proven on the dynamic plant."""
