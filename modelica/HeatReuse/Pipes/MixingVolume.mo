within HeatReuse.Pipes;
model MixingVolume "Well-mixed volume of liquid with any number of ports"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer nPorts(min=1) = 2 "Number of ports";
  parameter HeatReuse.Types.Volume V = 1 "Volume";
  parameter HeatReuse.Types.Temperature T_start = 313.15 "Initial temperature";
  HeatReuse.Interfaces.FluidPort_a ports[nPorts] "Connections";
  HeatReuse.Interfaces.HeatPort heatPort "Heat into the volume";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the liquid";
  HeatReuse.Types.Pressure p "Pressure";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Types.HeatFlowRate H_flow[nPorts] "Enthalpy flow into the volume, per port";
  parameter Real mass(final unit="kg") = V*Medium.density(T_start) "Mass of the liquid";
equation
  for i in 1:nPorts loop
    ports[i].p = p;
    ports[i].h_outflow = Medium.enthalpy(T);
    H_flow[i] = noEvent(if ports[i].m_flow > 0 then ports[i].m_flow*inStream(ports[i].h_outflow) else ports[i].m_flow*ports[i].h_outflow);
  end for;
  sum(ports.m_flow) = 0;
  mass*Medium.specificHeatCapacity(T)*der(T) = sum(H_flow) + heatPort.Q_flow;
  heatPort.T = T;
  U = mass*Medium.enthalpy(T);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Energy: M cp(T) dT/dt = sum of m_flow h over the ports + heat, U = M h(T). Mass: the flows sum to zero. All ports share one pressure.</p>
<h4>Assumptions</h4>
<p>Perfect mixing. Incompressible with constant mass M = V rho(T_start): thermal expansion is left to <a href=\"modelica://HeatReuse.Pipes.ExpansionVessel\">ExpansionVessel</a>. No height; the capacity of the wall belongs to the component around
it.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy.</p></html>"));
end MixingVolume;
