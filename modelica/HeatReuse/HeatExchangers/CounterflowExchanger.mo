within HeatReuse.HeatExchangers;
model CounterflowExchanger "Counterflow heat exchanger by effectiveness and transfer units, one volume on each side"
  replaceable package Medium1 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of side 1";
  replaceable package Medium2 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of side 2";
  parameter HeatReuse.Types.MassFlowRate m1_flow_nominal = 239 "Nominal flow of side 1";
  parameter HeatReuse.Types.MassFlowRate m2_flow_nominal = 239 "Nominal flow of side 2";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = 1e6 "Conductance at nominal flows";
  parameter HeatReuse.Types.Fraction share1 = 0.5 "Share of side 1 in the thermal resistance at nominal flows";
  parameter Real exponent(unit="1") = 0.8 "Exponent of the flow in the heat transfer law";
  parameter HeatReuse.Types.PressureDifference dp1_nominal = 5e4 "Pressure drop of side 1 at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp2_nominal = 5e4 "Pressure drop of side 2 at nominal flow";
  parameter HeatReuse.Types.Volume V1 = 1 "Liquid volume of side 1";
  parameter HeatReuse.Types.Volume V2 = 1 "Liquid volume of side 2";
  parameter HeatReuse.Types.HeatCapacity C_wall = 1.5e6 "Heat capacity of the plates, half on each side";
  parameter HeatReuse.Types.Temperature T1_start = 308.15 "Initial temperature of the leaving liquid of side 1";
  parameter HeatReuse.Types.Temperature T2_start = 303.15 "Initial temperature of the leaving liquid of side 2";
  HeatReuse.Interfaces.FluidPort_a port_a1 "Inlet of side 1";
  HeatReuse.Interfaces.FluidPort_b port_b1 "Outlet of side 1";
  HeatReuse.Interfaces.FluidPort_a port_a2 "Inlet of side 2";
  HeatReuse.Interfaces.FluidPort_b port_b2 "Outlet of side 2";
  HeatReuse.Types.Temperature T1(start=T1_start, fixed=true) "Leaving liquid of side 1";
  HeatReuse.Types.Temperature T2(start=T2_start, fixed=true) "Leaving liquid of side 2";
  HeatReuse.Types.MassFlowRate m1_flow "Flow of side 1";
  HeatReuse.Types.MassFlowRate m2_flow "Flow of side 2";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat flow from side 1 to side 2";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real mass1(final unit="kg") = V1*Medium1.density(T1_start) "Mass of side 1";
  parameter Real mass2(final unit="kg") = V2*Medium2.density(T2_start) "Mass of side 2";
  parameter HeatReuse.Types.ThermalConductance C_small = 1e-3*m1_flow_nominal*Medium1.cp_nominal "Capacity flow below which the epsilon-NTU relation fades out";
  HeatReuse.Types.ThermalConductance UA "Conductance";
  Real x(unit="1") "Square of the flow of side 1 over 0.2 % of nominal";
  Real y(unit="1") "Square of the flow of side 2 over 0.2 % of nominal";
  Real resting(unit="1") "Share of the conductance that acts between the liquids inside: 1 when a side stands still";
  HeatReuse.Types.Temperature T1_in "Entering liquid of side 1";
  HeatReuse.Types.Temperature T2_in "Entering liquid of side 2";
  HeatReuse.Types.HeatFlowRate H1_flow "Net enthalpy flow into side 1";
  HeatReuse.Types.HeatFlowRate H2_flow "Net enthalpy flow into side 2";
equation
  m1_flow = port_a1.m_flow;
  m2_flow = port_a2.m_flow;
  port_a1.m_flow + port_b1.m_flow = 0;
  port_a2.m_flow + port_b2.m_flow = 0;
  port_a1.p - port_b1.p = dp1_nominal/m1_flow_nominal^2*HeatReuse.Utilities.quadratic(m1_flow, 0.01*m1_flow_nominal);
  port_a2.p - port_b2.p = dp2_nominal/m2_flow_nominal^2*HeatReuse.Utilities.quadratic(m2_flow, 0.01*m2_flow_nominal);
  T1_in = Medium1.temperature(noEvent(if m1_flow > 0 then inStream(port_a1.h_outflow) else inStream(port_b1.h_outflow)));
  T2_in = Medium2.temperature(noEvent(if m2_flow > 0 then inStream(port_a2.h_outflow) else inStream(port_b2.h_outflow)));
  UA = UA_nominal/(share1/HeatReuse.Utilities.power(m1_flow/m1_flow_nominal, exponent, 0.005) + (1 - share1)/HeatReuse.Utilities.power(m2_flow/m2_flow_nominal, exponent, 0.005));
  x = (500*m1_flow/m1_flow_nominal)^2;
  y = (500*m2_flow/m2_flow_nominal)^2;
  resting = 1/(1 + x*y/(x + y + 1e-6))^2;
  Q_flow = HeatReuse.HeatExchangers.counterflow(noEvent(abs(m1_flow))*Medium1.specificHeatCapacity(T1), noEvent(abs(m2_flow))*Medium2.specificHeatCapacity(T2), UA, C_small)*(T1_in - T2_in)
    + resting*UA*(T1 - T2);
  port_a1.h_outflow = Medium1.enthalpy(T1);
  port_b1.h_outflow = Medium1.enthalpy(T1);
  port_a2.h_outflow = Medium2.enthalpy(T2);
  port_b2.h_outflow = Medium2.enthalpy(T2);
  H1_flow = noEvent(if m1_flow > 0 then m1_flow*(inStream(port_a1.h_outflow) - port_b1.h_outflow) else m1_flow*(port_a1.h_outflow - inStream(port_b1.h_outflow)));
  H2_flow = noEvent(if m2_flow > 0 then m2_flow*(inStream(port_a2.h_outflow) - port_b2.h_outflow) else m2_flow*(port_a2.h_outflow - inStream(port_b2.h_outflow)));
  (mass1*Medium1.specificHeatCapacity(T1) + C_wall/2)*der(T1) = H1_flow - Q_flow;
  (mass2*Medium2.specificHeatCapacity(T2) + C_wall/2)*der(T2) = H2_flow + Q_flow;
  U = mass1*Medium1.enthalpy(T1) + mass2*Medium2.enthalpy(T2) + C_wall/2*(T1 + T2 - 2*Medium1.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Q = epsilon C_min (T1_in - T2_in) by <a href=\"modelica://HeatReuse.HeatExchangers.counterflow\">counterflow</a>, with
1/UA = (share1/(m1/m1_nominal)<sup>0.8</sup> + (1 - share1)/(m2/m2_nominal)<sup>0.8</sup>)/UA_nominal (0.8: exponent). Each side is one volume that has the temperature of the leaving liquid and half of the plates:
(M cp + C_wall/2) dT/dt = H -/+ Q.</p>
<p>When a side stands still, the relation gives no heat, but the plates still conduct: r UA (T1 - T2) is added to Q, with r = 1/(1 + x y/(x + y))<sup>2</sup> and x, y the squares of the flows over 0.2 % of nominal. So
what stands inside takes the temperature of the other side within some minutes (or freezes with it); at 10 % flow r is 1e-6.</p>
<h4>Assumptions</h4>
<p>Two states instead of the 24 of <a href=\"modelica://HeatReuse.HeatExchangers.PlateHeatExchanger\">PlateHeatExchanger</a>: exact in steady state, but the heat follows the entering temperatures at
once and the outlet follows as first order with the residence time. Take it where the dynamics inside the exchanger do not matter. Reversed flow on one side counts as counterflow too. Below 0.1 % of the nominal capacity flow the
relation fades out. No fouling, no loss. Range: zero and reversed flow.</p>
<h4>Source</h4>
<p>Kays and London, Compact Heat Exchangers (1984): effectiveness of counterflow.</p></html>"));
end CounterflowExchanger;
