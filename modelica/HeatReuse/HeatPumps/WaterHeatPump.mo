within HeatReuse.HeatPumps;
model WaterHeatPump "Heat pump with fluid ports"
  extends HeatReuse.HeatPumps.PartialWaterHeatPump;
equation
  Q_flow_desuperheater = 0;
  U = machine.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>; both water sides have ports and dp = dp_nominal (m/m_nominal)<sup>2</sup>, linear below 1 % of the nominal flow.</p>
<h4>Assumptions</h4>
<p>Those of HeatPump. Flow is given by the circuits; there are no isolation valves. Casing: 300 W/K for 4 MW, 0.3 % of the output at 45 K above the room.</p>
<h4>Source</h4>
<p>First principles: energy balances.</p></html>"));
end WaterHeatPump;
