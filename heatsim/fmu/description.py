"""What `modelDescription.xml` of FMI 2.0 and 3.0 says, as plain data.

Only what coupling and integration need is kept: variables with numbers instead of strings, the unit also when it sits
on the declared type, the states in the order of the model structure, what an interface claims to be able to do, and
which outputs depend on which inputs. `heatsim.fmu.description_reader` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Variable:
    """One variable of an FMU, numbers parsed.

    Attributes
    ----------
    name, causality, variability, initial, description
        As in the model description, with the standard's defaults put in.
    unit
        "" when none is declared.
    start
        Start value; of an array only when all elements have the same one. None when there is none, and for texts.
    starts
        Start values of all elements in row-major order, empty when there are none.
    start_text
        Start value of a text, or None.
    minimum, maximum, nominal
        Numbers, or None when not declared.
    shape
        () for a scalar.
    type
        The FMI type without its width ("Real" for all floating-point types).
    fmi_type
        The FMI type as declared: "Real", "Integer", … in FMI 2.0; "Float64", "Float32", "Int32", … in FMI 3.0.
    reference
        Value reference; in FMI 2.0 each base type counts for itself.
    derivative_of
        Name of the state when the variable is a state derivative.
    reinit
        True when an event may set the state to a new value.
    clocked
        True when the variable belongs to a clock of FMI 3.0.
    """

    name: str
    causality: str
    unit: str = ""
    description: str = ""
    start: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    nominal: float | None = None
    shape: tuple[int, ...] = ()
    variability: str = "continuous"
    initial: str | None = None
    type: str = "Real"
    reference: int = 0
    derivative_of: str | None = None
    fmi_type: str = "Real"
    starts: tuple[float, ...] = field(default=(), repr=False)
    start_text: str | None = None
    reinit: bool = False
    clocked: bool = False


@dataclass(frozen=True)
class Claims:
    """What one interface of an FMU, Model Exchange or Co-Simulation, says it can do; not tested.

    Attributes
    ----------
    model_identifier
        Name of the binary; the two interfaces may have different ones.
    needs_execution_tool
        True when the FMU only passes calls on to a program that must be installed.
    can_be_instantiated_only_once
        In one process, at a time.
    can_get_and_set_state, can_serialize_state
        The state can be kept and brought back, also as bytes.
    provides_directional_derivatives, provides_adjoint_derivatives
        Products with the Jacobian and with its transpose.
    needs_completed_integrator_step
        Model Exchange: each accepted step has to be told.
    can_handle_variable_step
        Co-Simulation: communication steps may differ in length.
    can_interpolate_inputs
        Co-Simulation of FMI 2.0: takes derivatives of inputs.
    max_output_derivative_order
        Co-Simulation: order of the derivatives of outputs that it gives, 0 for none.
    fixed_internal_step
        Co-Simulation of FMI 3.0: internal step, s, when it is fixed.
    has_event_mode
        Co-Simulation of FMI 3.0: events inside a step can be told and handled.
    might_return_early
        Co-Simulation of FMI 3.0: a step may end before the time asked for.
    provides_intermediate_update
        Co-Simulation of FMI 3.0.
    """

    model_identifier: str
    needs_execution_tool: bool = False
    can_be_instantiated_only_once: bool = False
    can_get_and_set_state: bool = False
    can_serialize_state: bool = False
    provides_directional_derivatives: bool = False
    provides_adjoint_derivatives: bool = False
    needs_completed_integrator_step: bool = True
    can_handle_variable_step: bool = False
    can_interpolate_inputs: bool = False
    max_output_derivative_order: int = 0
    fixed_internal_step: float | None = None
    has_event_mode: bool = False
    might_return_early: bool = False
    provides_intermediate_update: bool = False


@dataclass(frozen=True)
class Experiment:
    """Default experiment, s and relative; None where the description says nothing."""

    start: float | None = None
    stop: float | None = None
    tolerance: float | None = None
    step: float | None = None


@dataclass(frozen=True)
class Description:
    """The content of a model description that heatsim uses.

    Attributes
    ----------
    fmi_version
        "2.0", "3.0", …
    model_name, description, generation_tool
        Texts, in one line each.
    model_identifier
        That of Model Exchange, or of Co-Simulation when it is the only one; `interfaces` has both.
    guid
        GUID (FMI 2.0) or instantiation token (FMI 3.0).
    model_exchange, co_simulation
        Whether the FMU offers the interface.
    event_indicators
        Their number.
    variables
        By name, in the order of the file.
    states
        Names of the continuous states in the order of the model structure.
    interfaces
        What each interface claims; the keys are "model_exchange" and "co_simulation".
    dependencies
        For each output and each derivative of a state: the variables that it depends on directly. None means that the
        description does not say, so that it may depend on all inputs and states.
    experiment
        Default experiment.
    log_categories
        Categories that can be switched on for the log.
    """

    fmi_version: str
    model_name: str
    model_identifier: str
    guid: str
    generation_tool: str
    description: str
    model_exchange: bool
    co_simulation: bool
    event_indicators: int
    variables: dict[str, Variable]
    states: tuple[str, ...]
    interfaces: dict[str, Claims] = field(default_factory=dict)
    dependencies: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    experiment: Experiment = Experiment()
    log_categories: tuple[str, ...] = ()

    def feedthrough(self, outputs: Sequence[str], inputs: Sequence[str]) -> np.ndarray:
        """Which outputs may depend directly on which inputs.

        Parameters
        ----------
        outputs, inputs
            Names of variables.

        Returns
        -------
        numpy.ndarray
            Boolean, shape (n_outputs, n_inputs). An output of unknown dependencies depends on all inputs.
        """
        result = np.zeros((len(outputs), len(inputs)), dtype=bool)
        for i, name in enumerate(outputs):
            listed = self.dependencies.get(name)
            known = None if listed is None else set(listed)
            result[i] = [known is None or n in known for n in inputs]
        return result
