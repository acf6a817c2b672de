"""How a sweep and its cases are kept: the definition, a record and the arrays of each case, the folder."""
