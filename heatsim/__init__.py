"""heatsim: transient simulation of data-center heat reuse, from Modelica source to verdict."""

__version__ = "0.1.0"
