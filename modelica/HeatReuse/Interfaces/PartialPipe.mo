within HeatReuse.Interfaces;
partial model PartialPipe "Transport and pressure drop of a pipe in cells; the energy balance is left open"
  extends TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=3) = 10 "Number of cells";
  parameter HeatReuse.Types.Length L = 1000 "Length";
  parameter HeatReuse.Pipes.Data.SteelPipe data "Pipe size";
  parameter HeatReuse.Types.Fraction diameter_factor = 1 "Inner diameter relative to that of the pipe size";
  parameter HeatReuse.Types.Fraction insulation_factor = 1 "Factor on the heat loss coefficient of the pipe size";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 50 "Nominal mass flow";
  parameter HeatReuse.Types.Length roughness = 5e-5 "Roughness of the inner wall";
  parameter HeatReuse.Types.Fraction zeta = 0.2 "Fittings: additional pressure drop, share of the straight pipe";
  parameter Real dz(unit="m") = 0 "Height of port_b above port_a";
  parameter Real c_wall(unit="J/(m3.K)") = 7850*480 "Volumetric heat capacity of the wall";
  parameter HeatReuse.Types.Temperature T_start = 333.15 "Initial temperature";
  parameter HeatReuse.Types.Temperature T_friction = T_start "Temperature at which density and viscosity are taken for the pressure drop";
  parameter Boolean properties_follow = false "Take them at the mean temperature of the liquid instead";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings of the pipe";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature of the liquid, per cell";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Energy U "Internal energy of liquid and wall relative to 273.15 K";
  parameter HeatReuse.Types.Length D = data.D_inner*diameter_factor "Inner diameter";
  parameter HeatReuse.Types.Area A = 3.14159265358979/4*D^2 "Cross section";
protected
  parameter Real mass(final unit="kg") = L*A*Medium.density(T_start)/n "Mass of the liquid in a cell";
  parameter HeatReuse.Types.HeatCapacity C_wall = L*c_wall*3.14159265358979*(D + data.s_wall)*data.s_wall/n "Heat capacity of the wall of a cell";
  HeatReuse.Types.Temperature T_properties "Temperature of density and viscosity";
  HeatReuse.Types.Temperature T_pad[n + 2] "Temperatures with those outside of the two ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow from port_a to port_b, per face";
equation
  T_properties = if properties_follow then sum(T)/n else T_friction;
  dp = (1 + zeta)*HeatReuse.Pipes.pressureDrop(m_flow, L, D, roughness, Medium.density(T_properties), Medium.dynamicViscosity(T_properties)) + 9.80665*Medium.density(T_properties)*dz;
  port_a.h_outflow = Medium.enthalpy(T[1]);
  port_b.h_outflow = Medium.enthalpy(T[n]);
  T_pad[1] = Medium.temperature(inStream(port_a.h_outflow));
  T_pad[n + 2] = Medium.temperature(inStream(port_b.h_outflow));
  for i in 1:n loop
    T_pad[i + 1] = T[i];
  end for;
  H_flow[1] = noEvent(if m_flow > 0 then m_flow*inStream(port_a.h_outflow) else m_flow*port_a.h_outflow);
  for i in 1:n - 1 loop
    H_flow[i + 1] = m_flow*Medium.enthalpy(noEvent(if m_flow > 0
      then T_pad[i + 1] + HeatReuse.Utilities.limitedHalfSlope(T_pad[i + 1] - T_pad[i], T_pad[i + 2] - T_pad[i + 1])
      else T_pad[i + 2] + HeatReuse.Utilities.limitedHalfSlope(T_pad[i + 2] - T_pad[i + 3], T_pad[i + 1] - T_pad[i + 2])));
  end for;
  H_flow[n + 1] = noEvent(if m_flow > 0 then m_flow*port_b.h_outflow else m_flow*inStream(port_b.h_outflow));
  heatPort.Q_flow = -Q_flow_loss;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Transport: the enthalpy flow at inner faces is third-order upwind-biased with the limiter <a href=\"modelica://HeatReuse.Utilities.limitedHalfSlope\">limitedHalfSlope</a>: no new extrema, both directions. At the
outlet the value of the last cell leaves, which makes the mean residence time exactly M/m_flow. The mass M of a cell is constant, with the density at T_start.</p>
<p>Pressure: dp = (1 + zeta) f L/D rho v|v|/2 + rho g dz with the friction factor f of laminar and turbulent flow from <a href=\"modelica://HeatReuse.Pipes.pressureDrop\">pressureDrop</a>, g = 9.80665 m/s<sup>2</sup>. Density and
viscosity are those at T_friction, or with properties_follow those at the mean temperature of the cells. Following costs about a tenth more computing time, because each flow then depends on every temperature; between 45 and
75 degC the pressure drop of a steel pipe DN 150 with 20 kg/s changes by 2.5 %.</p>
<h4>Assumptions</h4>
<p>Fully developed flow in a round pipe; fittings as a share zeta of the straight pipe. Incompressible; no heat capacity of insulation and ground. Friction heat is not put into the liquid here: the pumps of the
library give all their shaft power to the liquid. A circuit that lives from its differences in density needs properties_follow.</p>
<p>Numerical diffusion, as the 10 to 90 % rise of the outlet after a step at the inlet over the delay: 0.38 for n = 10, 0.30 for 13, 0.21 for 20, 0.15 for 30 (first-order upwind: 0.80, 0.70, 0.57,
0.47). A sinusoid with a period of one delay leaves with 60, 74, 87 and 93 % of its amplitude (first order: 19, 26, 39, 53 %). The mean delay is exact, half of a step arrives within 2 % of it.</p>
<h4>Source</h4>
<p>Limiter: Koren (1993). Friction: Hagen and Poiseuille; Colebrook (1939) in explicit form, within 0.25 % of it.</p></html>"));
end PartialPipe;
