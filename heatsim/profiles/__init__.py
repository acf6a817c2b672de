"""Input series of a run: IT load, weather, heat demand, prices; generated or read from files.

Every series is an `xarray.DataArray` over `time` in seconds from the start of the run, in SI units, with the attributes
`units`, `long_name` and `interpolation` (`linear` or `held`).
"""

from heatsim.profiles.assemble import attach, dataset
from heatsim.profiles.availability import heat_pump_availability
from heatsim.profiles.demand import heat_demand
from heatsim.profiles.it_load import it_load
from heatsim.profiles.price import constant_price, electricity_price, gas_price
from heatsim.profiles.readers import read_demand, read_price, read_utilisation, read_weather
from heatsim.profiles.series import integral, make_series, value_at
from heatsim.profiles.weather import ground_temperature, outdoor_temperature

__all__ = [
    "attach",
    "constant_price",
    "dataset",
    "electricity_price",
    "gas_price",
    "ground_temperature",
    "heat_demand",
    "heat_pump_availability",
    "integral",
    "it_load",
    "make_series",
    "outdoor_temperature",
    "read_demand",
    "read_price",
    "read_utilisation",
    "read_weather",
    "value_at",
]
