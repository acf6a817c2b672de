within HeatReuse.Pipes;
model ExpansionVessel "Closed expansion vessel with a gas cushion: pressure of a closed circuit"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=1) = 1 "Number of parts of the circuit whose water expands";
  parameter HeatReuse.Types.Volume V[n] = fill(10, n) "Volume of water, per part";
  parameter HeatReuse.Types.Temperature T_start[n] = fill(313.15, n) "Temperature at the start, per part";
  parameter HeatReuse.Types.Volume V_vessel = 1 "Volume of the vessel";
  parameter HeatReuse.Types.Volume V_reserve = 0.1*V_vessel "Water in the vessel at the start";
  parameter HeatReuse.Types.Pressure p_precharge = 1.5e5 "Absolute pressure of the gas in the vessel without water";
  parameter Real exponent(unit="1", min=1, max=1.4) = 1 "Polytropic exponent of the gas: 1 for changes over hours, 1.4 for seconds";
  HeatReuse.Interfaces.RealInput T[n](each unit="K") "Temperature of the water, per part";
  HeatReuse.Interfaces.FluidPort_a port "Connection to the circuit";
  HeatReuse.Types.Pressure p "Absolute pressure";
  HeatReuse.Types.Volume V_expansion "Growth of the water's volume since the start, negative when it has shrunk";
  HeatReuse.Types.Volume V_gas "Volume of the gas";
  HeatReuse.Types.Fraction filling "Share of the vessel that is full of water";
protected
  Real growth[n](each unit="m3") "Growth of the volume, per part";
  parameter HeatReuse.Types.Volume V_gas_start = V_vessel - V_reserve "Volume of the gas at the start";
  parameter HeatReuse.Types.Pressure p_start = p_precharge*V_vessel/V_gas_start "Pressure at the start: filled slowly";
equation
  assert(noEvent(V_reserve >= 0 and V_reserve < V_vessel), "V_reserve must lie between 0 and V_vessel");
  for i in 1:n loop
    growth[i] = V[i]*(Medium.density(T_start[i])/Medium.density(T[i]) - 1);
  end for;
  V_expansion = sum(growth);
  V_gas = HeatReuse.Utilities.positivePart(V_gas_start - V_expansion, 0.005*V_vessel);
  filling = 1 - V_gas/V_vessel;
  p = p_start*(V_gas_start/V_gas)^exponent;
  port.p = p;
  port.h_outflow = inStream(port.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The water grows by V_expansion = sum of V<sub>i</sub> (rho(T_start<sub>i</sub>)/rho(T<sub>i</sub>) - 1). The gas keeps V_gas = V_vessel - V_reserve - V_expansion and has p = p_start ((V_vessel - V_reserve)/V_gas)<sup>exponent</sup>, with
p_start = p_precharge V_vessel/(V_vessel - V_reserve). The port has this pressure; its flow follows from the circuit and is zero in a closed one.</p>
<h4>Assumptions</h4>
<p>The temperatures of the parts are given from outside. Volumes of the library keep their mass; that the water in the vessel carries heat (some percent of the contents) is left out. A growing pressure does not act back on
density. Gas without solubility and vapour; no safety valve and no make-up: watch filling. Near 1 the pressure rises without limit (the gas is kept above 0.25 % of the vessel); below 0 the vessel is empty, and a real circuit would
draw air where this one only loses pressure.</p>
<h4>Source</h4>
<p>Boyle's law and polytropic change; sizing of vessels: EN 12828.</p></html>"));
end ExpansionVessel;
