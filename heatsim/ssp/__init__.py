"""System Structure and Parameterization (SSP): a system as one file that other tools read, and theirs as a system.

`hs.System.to_ssp(path)` and `hs.System.from_ssp(path)` are the short way; `read_ssp` also gives the default experiment.

Not read, each refused with the name of the element: signal dictionaries, SSP files in SSP files, arrays that are not
element by element, connections of other types than floating-point numbers, mappings of their values.
"""

from heatsim.ssp.export import write_ssp
from heatsim.ssp.read import SspFile, read_ssp

__all__ = ["SspFile", "read_ssp", "write_ssp"]
