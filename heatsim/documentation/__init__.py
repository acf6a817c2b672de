"""The documentation of a Modelica library as pages: read from the sources, written as static XHTML, checked."""

from heatsim.documentation.site import Site, write_site

__all__ = ["Site", "write_site"]
