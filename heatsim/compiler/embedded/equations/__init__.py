"""From the flat model to scalar equations in CasADi expressions."""
