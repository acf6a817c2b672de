within HeatReuse.DataCenter;
model BufferVolume "Buffer tank in a loop, mixed or in a few layers"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=1) = 1 "Number of mixed layers between port_a and port_b";
  parameter HeatReuse.Types.Volume V = 20 "Volume";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 30 "Conductance to the surroundings";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 240 "Nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e3 "Pressure drop at nominal flow";
  parameter HeatReuse.Types.Temperature T_start = 303.15 "Initial temperature";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature of the layers from port_a to port_b";
  HeatReuse.Types.Temperature T_out "Liquid leaving at the design outlet";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real mass(final unit="kg") = V/n*Medium.density(T_start) "Mass of a layer";
  HeatReuse.Types.SpecificEnthalpy h[n + 2] "Enthalpies with those at the ports, per layer and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow, per face";
  HeatReuse.Types.Energy U_layer[n] "Internal energy, per layer";
equation
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  h[1] = inStream(port_a.h_outflow);
  h[n + 2] = inStream(port_b.h_outflow);
  port_a.h_outflow = h[2];
  port_b.h_outflow = h[n + 1];
  for i in 1:n loop
    h[i + 1] = Medium.enthalpy(T[i]);
    mass*Medium.specificHeatCapacity(T[i])*der(T[i]) = H_flow[i] - H_flow[i + 1] - UA_loss/n*(T[i] - heatPort.T);
    U_layer[i] = mass*h[i + 1];
  end for;
  for i in 1:n + 1 loop
    H_flow[i] = m_flow*noEvent(if m_flow > 0 then h[i] else h[i + 1]);
  end for;
  T_out = T[n];
  Q_flow_loss = UA_loss*(sum(T)/n - heatPort.T);
  heatPort.Q_flow = -Q_flow_loss;
  U = sum(U_layer);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>n mixed layers in series: M/n cp dT<sub>i</sub>/dt = H<sub>i</sub> - H<sub>i+1</sub> - UA_loss/n (T<sub>i</sub> - T_surroundings), with the enthalpy of the upstream layer at each face. With n = 1 the
tank is one stirred volume that damps a swing of period p to 1/sqrt(1 + (2 pi t/p)<sup>2</sup>) with the residence time t = V rho/m_flow.</p>
<h4>Assumptions</h4>
<p>Flow through the tank in one direction or the other; n layers stand for anything between stirred (1) and plug flow (many). Left out: buoyancy between layers, wall capacity; for a tank that is
charged and discharged take <a href=\"modelica://HeatReuse.Storage.StratifiedTank\">StratifiedTank</a>. Range: zero and reversed flow.</p>
<h4>Source</h4>
<p>First principles: energy balance of stirred tanks in series.</p></html>"));
end BufferVolume;
