"""What a run leaves behind: one xarray.Dataset in memory, or one netCDF file written while the run goes on."""

from heatsim.results.columns import check_variables
from heatsim.results.dataset import to_dataset
from heatsim.results.files import load, save, set_attributes
from heatsim.results.stream import NetcdfStream

__all__ = ["NetcdfStream", "check_variables", "load", "save", "set_attributes", "to_dataset"]
