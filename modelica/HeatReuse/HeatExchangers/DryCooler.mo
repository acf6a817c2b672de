within HeatReuse.HeatExchangers;
model DryCooler "Bank of dry coolers: water in tubes, outdoor air by speed-controlled fans"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid in the tubes";
  parameter Integer n(min=1) = 4 "Number of cells";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 10e6 "Heat flow at nominal flow, full fan speed and dT_nominal";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 15 "Water inlet minus outdoor air at the nominal point";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 239 "Nominal water flow";
  parameter Real air_ratio(unit="1") = 1.6 "Capacity flow of the air at full speed over that of the water at nominal flow";
  parameter HeatReuse.Types.Power P_fan_nominal = 0.018*Q_flow_nominal "Electric power of all fans at full speed";
  parameter HeatReuse.Types.Fraction natural_draught = 0.03 "Air flow at standstill relative to full speed";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 0 "Pressure drop at nominal flow";
  parameter HeatReuse.Types.Volume V = 4 "Water volume";
  parameter HeatReuse.Types.HeatCapacity C_wall = 8e6 "Heat capacity of tubes and fins";
  parameter HeatReuse.Types.Time T_rise = 30 "Time of the fans from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_start = 0 "Initial fan speed";
  parameter HeatReuse.Types.Temperature T_start = 303.15 "Initial temperature";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded fan speed, 0 off";
  HeatReuse.Interfaces.RealInput T_outdoor(unit="K") "Temperature of the outdoor air";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature of water and tubes, per cell";
  HeatReuse.Types.Temperature T_out "Water leaving at the design outlet";
  HeatReuse.Types.Fraction speed "Fan speed";
  HeatReuse.Types.Power P_fan "Electric power of the fans";
  HeatReuse.Types.ThermalConductance C_air "Capacity flow of the air";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat to the outdoor air";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Utilities.Drive drive(T_rise=T_rise, y_min=0.1, y_off=0.05, y_start=speed_start) "Fan motors";
  parameter Real mass(final unit="kg") = V/n*Medium.density(T_start) "Mass of water of a cell";
  parameter HeatReuse.Types.ThermalConductance C_water_nominal = m_flow_nominal*Medium.specificHeatCapacity(T_start) "Nominal capacity flow of the water";
  parameter HeatReuse.Types.ThermalConductance C_air_nominal = air_ratio*C_water_nominal "Capacity flow of the air at full speed";
  parameter HeatReuse.Types.ThermalConductance G_nominal = n*C_water_nominal*((1 - Q_flow_nominal/(C_water_nominal*dT_nominal))^(-1/n) - 1) "Heat per kelvin between water cells and incoming air at the nominal point";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = -C_air_nominal*log(1 - G_nominal/C_air_nominal) "Conductance from water to air at the nominal point";
  Real air_relative(unit="1") "Air flow relative to full speed";
  HeatReuse.Types.ThermalConductance UA "Conductance from water to air";
  HeatReuse.Types.ThermalConductance G "Heat per kelvin between water cells and incoming air";
  HeatReuse.Types.SpecificEnthalpy h[n + 2] "Enthalpies with those at the ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow, per face";
  HeatReuse.Types.Energy U_cell[n] "Internal energy, per cell";
equation
  assert(noEvent(Q_flow_nominal < C_water_nominal*dT_nominal), "Dry coolers: Q_flow_nominal would cool the water below the outdoor air; raise dT_nominal or m_flow_nominal");
  assert(noEvent(G_nominal < C_air_nominal), "Dry coolers: the air cannot carry Q_flow_nominal at dT_nominal; raise dT_nominal, m_flow_nominal or air_ratio");
  drive.command = command;
  speed = drive.y;
  P_fan = P_fan_nominal*speed^3;
  air_relative = sqrt(speed^2 + natural_draught^2);
  UA = UA_nominal/(0.7/air_relative^0.6 + 0.3/HeatReuse.Utilities.power(m_flow/m_flow_nominal, 0.8, 0.02));
  C_air = C_air_nominal*air_relative;
  G = C_air*(1 - exp(-UA/C_air));
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  h[1] = inStream(port_a.h_outflow);
  h[n + 2] = inStream(port_b.h_outflow);
  port_a.h_outflow = h[2];
  port_b.h_outflow = h[n + 1];
  for i in 1:n loop
    h[i + 1] = Medium.enthalpy(T[i]);
  end for;
  for i in 1:n + 1 loop
    H_flow[i] = m_flow*noEvent(if m_flow > 0 then h[i] else h[i + 1]);
  end for;
  for i in 1:n loop
    (mass*Medium.specificHeatCapacity(T[i]) + C_wall/n)*der(T[i]) = H_flow[i] - H_flow[i + 1] - G/n*(T[i] - T_outdoor);
    U_cell[i] = mass*h[i + 1] + C_wall/n*(T[i] - Medium.T_reference);
  end for;
  T_out = T[n];
  Q_flow = G*(sum(T)/n - T_outdoor);
  U = sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Cross flow: the water passes n mixed cells, each cell meets its share of fresh outdoor air. Heat of a cell G/n (T - T_outdoor) with G = C_air (1 - exp(-UA/C_air)),
C_air = C_air_nominal (speed<sup>2</sup> + natural_draught<sup>2</sup>)<sup>0.5</sup> and UA = UA_nominal/(0.7/a<sup>0.6</sup> + 0.3/w<sup>0.8</sup>), where a is C_air/C_air_nominal and w the water flow relative to nominal (most of
the resistance lies on the air side). UA_nominal follows from the nominal point in closed form. Fan power P_fan_nominal speed<sup>3</sup>. Cell: (M cp + C_wall/n) dT/dt = H_in - H_out - G/n (T - T_outdoor).</p>
<p>Free-cooling limit: in steady state the water leaves at T_outdoor + (T_in - T_outdoor)/(1 + G/(n m cp))<sup>n</sup>, never below the outdoor air. Default: 10 MW with water from 40 to 30 degC at 25 degC
outdoor air, 5 K over the air; at 35 degC the same water inlet gives one third of that heat and water of 36.7 degC, and the full heat needs an inlet of 50 degC. Fan power 18 W per kW of nominal heat; at half speed an eighth.</p>
<h4>Assumptions</h4>
<p>The cells stand for one row of tubes after the other, all in fresh air. With the default of 4 cells the heat is within 4 % of the exact relation for that (n very large) and within 8 % of cross flow of two unmixed streams, down to a quarter
of fan speed and water flow, when all are sized for the same nominal point.</p>
<p>All fans run at one speed. At standstill a natural draught of 3 % remains. Left out: radiation, sun, spray (see
<a href=\"modelica://HeatReuse.HeatExchangers.AdiabaticPrecooling\">AdiabaticPrecooling</a>), power of the fans in the air. Range: zero and reversed water flow; outdoor air of any temperature.</p>
<p>Frost: there is no protection and no freezing. At -15 degC outdoor air water that stands in coolers at rest falls below 0 degC after 9 minutes, and with fans at rest the water of the default
data center leaves below 2 degC as long as less than about 4 % of the flow passes. A real plant has a glycol circuit
(<a href=\"modelica://HeatReuse.HeatExchangers.GlycolCooler\">GlycolCooler</a>), a lowest flow, or drains its coolers; watch T_out.</p>
<h4>Source</h4>
<p>First principles: energy balance with the effectiveness of a wall of one temperature per cell; exponents 0.6 (air over fins) and 0.8 (turbulent water): VDI Heat Atlas; affinity law of
fans.</p></html>"));
end DryCooler;
