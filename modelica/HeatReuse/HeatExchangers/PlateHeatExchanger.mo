within HeatReuse.HeatExchangers;
model PlateHeatExchanger "Counterflow plate heat exchanger in cells, with wall"
  replaceable package Medium1 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of side 1";
  replaceable package Medium2 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of side 2";
  parameter Integer n(min=2) = 8 "Number of cells";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 8.5e6 "Nominal heat flow";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 4 "Nominal mean temperature difference between the sides";
  parameter HeatReuse.Types.MassFlowRate m1_flow_nominal = 215 "Nominal flow of side 1";
  parameter HeatReuse.Types.MassFlowRate m2_flow_nominal = 203 "Nominal flow of side 2";
  parameter HeatReuse.Types.PressureDifference dp1_nominal = 5e4 "Nominal pressure drop of side 1";
  parameter HeatReuse.Types.PressureDifference dp2_nominal = 5e4 "Nominal pressure drop of side 2";
  parameter Real exponent(unit="1") = 0.8 "Exponent of the flow in the heat transfer law";
  parameter HeatReuse.Types.Volume V1 = 1 "Liquid volume of side 1";
  parameter HeatReuse.Types.Volume V2 = 1 "Liquid volume of side 2";
  parameter HeatReuse.Types.HeatCapacity C_wall = 1.5e6 "Heat capacity of the plates";
  parameter HeatReuse.Types.Temperature T1_start = 312.15 "Initial mean temperature of side 1";
  parameter HeatReuse.Types.Temperature T2_start = 308.15 "Initial mean temperature of side 2";
  HeatReuse.Interfaces.FluidPort_a port_a1 "Inlet of side 1";
  HeatReuse.Interfaces.FluidPort_b port_b1 "Outlet of side 1";
  HeatReuse.Interfaces.FluidPort_a port_a2 "Inlet of side 2";
  HeatReuse.Interfaces.FluidPort_b port_b2 "Outlet of side 2";
  HeatReuse.Types.Temperature T1[n](each start=T1_start, each fixed=true) "Temperature of side 1, per cell";
  HeatReuse.Types.Temperature T2[n](each start=T2_start, each fixed=true) "Temperature of side 2, per cell";
  HeatReuse.Types.Temperature T_wall[n](each start=(T1_start + T2_start)/2, each fixed=true) "Temperature of the plates, per cell";
  HeatReuse.Types.MassFlowRate m1_flow "Flow of side 1";
  HeatReuse.Types.MassFlowRate m2_flow "Flow of side 2";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat flow from side 1 to the plates";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real mass1(final unit="kg") = V1/n*Medium1.density(T1_start) "Mass of a cell of side 1";
  parameter Real mass2(final unit="kg") = V2/n*Medium2.density(T2_start) "Mass of a cell of side 2";
  parameter HeatReuse.Types.ThermalConductance C_flow_nominal = (m1_flow_nominal*Medium1.specificHeatCapacity(T1_start) + m2_flow_nominal*Medium2.specificHeatCapacity(T2_start))/2 "Mean capacity flow";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = Q_flow_nominal/dT_nominal "Conductance at nominal flows";
  HeatReuse.Types.ThermalConductance C1_flow "Capacity flow of side 1, at least 1 % of the mean nominal one";
  HeatReuse.Types.ThermalConductance C2_flow "Capacity flow of side 2, at least 1 % of the mean nominal one";
  HeatReuse.Types.ThermalConductance k "Conductance of ideal counterflow, per cell";
  Real d(unit="1") "Difference of the transfer units of a cell on both sides, limited to -4..4";
  Real E(unit="1") "(exp(d) - 1)/d";
  Real F(unit="1") "Conductance between mixed cells over that of ideal counterflow";
  HeatReuse.Types.ThermalConductance hA1 "Conductance from side 1 to the plates";
  HeatReuse.Types.ThermalConductance hA2 "Conductance from the plates to side 2";
  HeatReuse.Types.HeatFlowRate Q1_flow[n] "Heat flow from side 1 to the plates, per cell";
  HeatReuse.Types.HeatFlowRate Q2_flow[n] "Heat flow from the plates to side 2, per cell";
  HeatReuse.Types.SpecificEnthalpy h1[n + 2] "Enthalpies of side 1 with those at the ports, per cell and port";
  HeatReuse.Types.SpecificEnthalpy h2[n + 2] "Enthalpies of side 2 in its direction of flow, with those at the ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H1_flow[n + 1] "Enthalpy flow of side 1, per face";
  HeatReuse.Types.HeatFlowRate H2_flow[n + 1] "Enthalpy flow of side 2, per face";
  HeatReuse.Types.Energy U_cell[n] "Internal energy, per cell";
equation
  assert(noEvent(0.9*dT_nominal > Q_flow_nominal/(n*C_flow_nominal)), "Plate heat exchanger: mixed cells cannot reach dT_nominal; raise dT_nominal, the flows or n");
  m1_flow = port_a1.m_flow;
  m2_flow = port_a2.m_flow;
  port_a1.m_flow + port_b1.m_flow = 0;
  port_a2.m_flow + port_b2.m_flow = 0;
  port_a1.p - port_b1.p = dp1_nominal/m1_flow_nominal^2*HeatReuse.Utilities.quadratic(m1_flow, 0.01*m1_flow_nominal);
  port_a2.p - port_b2.p = dp2_nominal/m2_flow_nominal^2*HeatReuse.Utilities.quadratic(m2_flow, 0.01*m2_flow_nominal);
  port_a1.h_outflow = h1[2];
  port_b1.h_outflow = h1[n + 1];
  port_a2.h_outflow = h2[2];
  port_b2.h_outflow = h2[n + 1];
  h1[1] = inStream(port_a1.h_outflow);
  h1[n + 2] = inStream(port_b1.h_outflow);
  h2[1] = inStream(port_a2.h_outflow);
  h2[n + 2] = inStream(port_b2.h_outflow);
  hA1 = 2*UA_nominal*HeatReuse.Utilities.power(m1_flow/m1_flow_nominal, exponent, 0.005);
  hA2 = 2*UA_nominal*HeatReuse.Utilities.power(m2_flow/m2_flow_nominal, exponent, 0.005);
  C1_flow = sqrt((m1_flow*Medium1.specificHeatCapacity(T1_start))^2 + (0.01*C_flow_nominal)^2);
  C2_flow = sqrt((m2_flow*Medium2.specificHeatCapacity(T2_start))^2 + (0.01*C_flow_nominal)^2);
  k = hA1*hA2/(hA1 + hA2)/n;
  d = HeatReuse.Utilities.clip(k/C2_flow - k/C1_flow, -4, 4);
  E = exp(d/2)*sinh(sqrt(d^2/4 + 1e-12))/sqrt(d^2/4 + 1e-12);
  F = E/(1 - HeatReuse.Utilities.clip(E*k/C1_flow, 0, 0.9));
  for i in 1:n loop
    h1[i + 1] = Medium1.enthalpy(T1[i]);
    h2[i + 1] = Medium2.enthalpy(T2[n + 1 - i]);
  end for;
  for i in 1:n + 1 loop
    H1_flow[i] = m1_flow*noEvent(if m1_flow > 0 then h1[i] else h1[i + 1]);
    H2_flow[i] = m2_flow*noEvent(if m2_flow > 0 then h2[i] else h2[i + 1]);
  end for;
  for i in 1:n loop
    Q1_flow[i] = F*hA1/n*(T1[i] - T_wall[i]);
    Q2_flow[i] = F*hA2/n*(T_wall[i] - T2[i]);
    mass1*Medium1.specificHeatCapacity(T1[i])*der(T1[i]) = H1_flow[i] - H1_flow[i + 1] - Q1_flow[i];
    mass2*Medium2.specificHeatCapacity(T2[i])*der(T2[i]) = H2_flow[n + 1 - i] - H2_flow[n + 2 - i] + Q2_flow[i];
    C_wall/n*der(T_wall[i]) = Q1_flow[i] - Q2_flow[i];
    U_cell[i] = mass1*h1[i + 1] + mass2*Medium2.enthalpy(T2[i]) + C_wall/n*(T_wall[i] - Medium1.T_reference);
  end for;
  Q_flow = sum(Q1_flow);
  U = sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>n mixed cells on each side with a plate cell between; side 1 flows from cell 1 to n, side 2 from n to 1. Per cell: heat from side 1 to plate
F hA1/n (T1 - Tw), from plate to side 2 F hA2/n (Tw - T2), and hA = 2 Q_flow_nominal/dT_nominal (m/m_nominal)<sup>0.8</sup> (0.8: exponent) on both sides, so that 1/UA = 1/hA1 + 1/hA2 and dT_nominal is the logarithmic mean
temperature difference at the nominal point. At rest hA is that of 0.5 % of the nominal flow, times F.</p>
<p>Mixed cells need more conductance than ideal counterflow. In steady state the difference between the sides changes by the factor (1 + K/C2)/(1 + K/C1) from cell to cell, where ideal counterflow has
exp(d), d = k/C2 - k/C1, with k = UA/n and capacity flows C. Both agree for K = F k with F = E/(1 - E k/C1) and E = (exp(d) - 1)/d: with it n cells give the heat of the epsilon-NTU relation at any pair of flows,
as long as E k/C1 stays below 0.9 (transfer units about n); beyond, at low flow, the factor is held and heat falls a little short of the relation. d is limited to -4..4, where a cell has all but levelled out
both sides; C is at least 1 % of the mean nominal capacity flow.</p>
<p>Pressure drop of each side dp = dp_nominal (m/m_nominal)<sup>2</sup>.</p>
<h4>Assumptions</h4>
<p>Equal film coefficients on both sides at nominal flows, which do not change with temperature (water: about 1 % per kelvin through viscosity and conductivity, less than half of it in UA of
both sides); heat capacities do. The mass in a cell is that at the start temperature. Left out: fouling, axial conduction, heat to the room. Range: zero and reversed flow on either side; with one side reversed it is a parallel-flow
exchanger.</p>
<h4>Source</h4>
<p>First principles: energy balances of cells in series; exponent 0.8 of turbulent channels: VDI Heat Atlas (0.65 to 0.8 for plates).</p></html>"));
end PlateHeatExchanger;
