"""The reference plant of a 10 MW data center that heats a town, closed-loop and scalable."""

from heatsim.reference.loops import LOOPS, Loop
from heatsim.reference.plant import PLANTS, reference_plant
from heatsim.reference.presets import PRESETS, Figure, Preset

__all__ = ["LOOPS", "PLANTS", "PRESETS", "Figure", "Loop", "Preset", "reference_plant"]
