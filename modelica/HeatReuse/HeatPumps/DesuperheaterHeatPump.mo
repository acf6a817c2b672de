within HeatReuse.HeatPumps;
model DesuperheaterHeatPump "Heat pump with a desuperheater for a hotter stream of water"
  extends HeatReuse.HeatPumps.PartialWaterHeatPump;
  replaceable package MediumHot = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the desuperheater";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_hot_nominal = 0.1*Q_flow_nominal "Heat of the desuperheater at the nominal point, for sizing";
  parameter HeatReuse.Types.ThermalConductance UA_hot = Q_flow_hot_nominal/15 "Conductance between vapour and water of the desuperheater";
  parameter HeatReuse.Types.Volume V_hot = 0.05*Q_flow_nominal/4e6 "Water volume of the desuperheater";
  parameter HeatReuse.Types.HeatCapacity C_hot = 1e5*Q_flow_nominal/4e6 "Heat capacity of the metal of the desuperheater";
  parameter HeatReuse.Types.MassFlowRate m_flow_hot_nominal = Q_flow_hot_nominal/(MediumHot.cp_nominal*20) "Nominal flow of the desuperheater";
  parameter HeatReuse.Types.PressureDifference dp_hot_nominal = 2e4 "Nominal pressure drop of the desuperheater";
  parameter HeatReuse.Types.Temperature T_hot_max = 378.15 "Water temperature at which the vapour bypasses the desuperheater";
  parameter HeatReuse.Types.Temperature T_hot_start = T_sink_start "Initial temperature of the desuperheater";
  HeatReuse.Interfaces.FluidPort_a port_hot_a "Inlet of the desuperheater";
  HeatReuse.Interfaces.FluidPort_b port_hot_b "Outlet of the desuperheater";
  HeatReuse.Types.Temperature T_hot_out(start=T_hot_start, fixed=true) "Leaving temperature of the desuperheater";
  HeatReuse.Types.HeatFlowRate Q_flow_hot "Heat given to the hot water";
protected
  parameter Real mass_hot(final unit="kg") = V_hot*MediumHot.density(T_hot_start) "Water in the desuperheater";
  HeatReuse.Types.TemperatureDifference dT_superheat "Vapour behind the compressor over the sink";
  Real C_flow_vapour(unit="W/K") "Heat capacity flow of the vapour";
equation
  dT_superheat = 1 + HeatReuse.Utilities.positivePart(T_discharge - T_sink_out - 1, 1);
  C_flow_vapour = machine.Q_flow_superheat/dT_superheat;
  Q_flow_hot = C_flow_vapour*(1 - exp(-UA_hot/(C_flow_vapour + 1e-4*UA_hot)))*noEvent(min(max(T_discharge - max(T_hot_out, T_sink_out), 0), dT_superheat))
    *HeatReuse.Utilities.smoothStep((T_hot_max - T_hot_out)/5);
  Q_flow_desuperheater = Q_flow_hot;
  port_hot_a.m_flow + port_hot_b.m_flow = 0;
  port_hot_a.p - port_hot_b.p = dp_hot_nominal/m_flow_hot_nominal^2*HeatReuse.Utilities.quadratic(port_hot_a.m_flow, 0.01*m_flow_hot_nominal);
  port_hot_a.h_outflow = MediumHot.enthalpy(T_hot_out);
  port_hot_b.h_outflow = MediumHot.enthalpy(T_hot_out);
  (mass_hot*MediumHot.specificHeatCapacity(T_hot_out) + C_hot)*der(T_hot_out) = Q_flow_hot + noEvent(
    if port_hot_a.m_flow > 0 then port_hot_a.m_flow*(inStream(port_hot_a.h_outflow) - port_hot_b.h_outflow)
    else port_hot_a.m_flow*(port_hot_a.h_outflow - inStream(port_hot_b.h_outflow)));
  U = machine.U + mass_hot*MediumHot.enthalpy(T_hot_out) + C_hot*(T_hot_out - MediumHot.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>. The heat above the condensing temperature, Q_superheat, comes as vapour of the capacity flow C = Q_superheat/(T_discharge -
T_sink,out). It passes well-mixed water of T_hot,out: Q_hot = C (1 - exp(-UA_hot/C)) (T_discharge - max(T_hot,out, T_sink,out)), between 0 and Q_superheat, fading to zero within 5 K below
T_hot_max. The condenser gets Q_condenser - Q_hot.
(M cp + C_hot) dT_hot,out/dt = enthalpy flows + Q_hot. Pressure drop dp = dp_hot_nominal (m/m_nominal)<sup>2</sup>, linear below 1 % of the nominal flow.</p>
<h4>Assumptions</h4>
<p>The vapour only cools, it does not condense in the desuperheater; the condensing temperature is taken as the sink leaving temperature, some kelvins too low. The desuperheater does not act back on the
cycle. share_superheat and T_discharge come from the performance; only the refrigerant cycle computes them, correlation and map have constants. Without flow the water comes up to T_hot_max or the
temperature of the vapour, so heat stops by itself.</p>
<h4>Source</h4>
<p>First principles: vapour of constant heat capacity along a wall with mixed water behind it (effectiveness 1 - exp(-NTU)).</p></html>"));
end DesuperheaterHeatPump;
