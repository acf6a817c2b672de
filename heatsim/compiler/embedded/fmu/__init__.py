"""From functions to an FMU: model description, C code, package."""
