"""From scalar equations to functions: sorted, solved, with events."""
