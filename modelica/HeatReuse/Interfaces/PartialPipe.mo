within HeatReuse.Interfaces;
partial model PartialPipe "Transport and pressure drop of a pipe in cells; the energy balance is left open"
  extends TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=3) = 10 "Number of cells";
  parameter HeatReuse.Types.Length L = 1000 "Length";
  parameter HeatReuse.Pipes.Data.SteelPipe data "Pipe size";
  parameter HeatReuse.Types.Fraction diameter_factor = 1 "Inner diameter relative to that of the pipe size";
  parameter HeatReuse.Types.Fraction insulation_factor = 1 "Factor on the heat loss coefficient of the pipe size";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 50 "Flow at which the friction factor is taken";
  parameter HeatReuse.Types.Length roughness = 5e-5 "Roughness of the inner wall";
  parameter HeatReuse.Types.Fraction zeta = 0.2 "Fittings: additional pressure drop, share of the straight pipe";
  parameter Real c_wall(unit="J/(m3.K)") = 7850*480 "Volumetric heat capacity of the wall";
  parameter HeatReuse.Types.Temperature T_start = 333.15 "Initial temperature";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings of the pipe";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature of the liquid, per cell";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Energy U "Internal energy of liquid and wall relative to 273.15 K";
  parameter HeatReuse.Types.Length D = data.D_inner*diameter_factor "Inner diameter";
  parameter HeatReuse.Types.Area A = 3.14159265358979/4*D^2 "Cross section";
protected
  parameter Real mass(final unit="kg") = L*A*Medium.density(T_start)/n "Mass of the liquid in a cell";
  parameter HeatReuse.Types.HeatCapacity C_wall = L*c_wall*3.14159265358979*(D + data.s_wall)*data.s_wall/n "Heat capacity of the wall of a cell";
  parameter HeatReuse.Types.PressureDifference dp_nominal = (1 + zeta)*HeatReuse.Pipes.frictionFactor(m_flow_nominal, D, roughness, 4e-4)*L/D*m_flow_nominal^2/(2*Medium.density(T_start)*A^2) "Pressure drop at nominal flow";
  HeatReuse.Types.Temperature T_pad[n + 2] "Temperatures with those outside of the two ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow from port_a to port_b, per face";
equation
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
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
<p>The enthalpy flow
at inner faces is third-order upwind-biased with the limiter <a href=\"modelica://HeatReuse.Utilities.limitedHalfSlope\">limitedHalfSlope</a>: no new extrema, both directions. At the outlet
the value of the last cell leaves, which makes the mean residence time exactly M/m_flow.</p>
<p>Pressure: dp = f L/D rho v<sup>2</sup>/2 (1 + zeta), friction factor of Swamee and Jain at m_flow_nominal, linear below 1 % of it.</p>
<p>Numerical diffusion, as the 10 to 90 % rise of the outlet after a step at the inlet over the delay: 0.38 for n = 10, 0.30 for 13, 0.21 for 20, 0.15 for 30 (first-order upwind: 0.80, 0.70, 0.57,
0.47). A sinusoid with a period of one delay leaves with 60, 74, 87 and 93 % of its amplitude (first order: 19, 26, 39, 53 %). The mean delay is exact, half of a step arrives within 2 % of it.</p>
<p>Limits: constant friction factor, no heat capacity of insulation and ground, no elevation, incompressible.</p></html>"));
end PartialPipe;
