within HeatReuse.Storage;
model BypassedTank "Hot-water tank with a mixing valve that limits the supply temperature of the load"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=4) = 30 "Number of layers";
  parameter HeatReuse.Storage.Data.TankSize data "Size, shape and insulation";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal flow of the load";
  parameter HeatReuse.Types.PressureDifference dp_valve = 2e4 "Pressure drop of the mixing valve at nominal flow";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the mixing valve";
  parameter HeatReuse.Types.Fraction opening_start = 0.5 "Initial share of tank water in the supply of the load";
  parameter HeatReuse.Types.Volume V_header = 2*m_flow_nominal/Medium.rho_nominal "Volume of the return header, where the bypass branches off";
  parameter HeatReuse.Types.Temperature T_top_start = 363.15 "Initial temperature above the thermocline";
  parameter HeatReuse.Types.Temperature T_bottom_start = 318.15 "Initial temperature below the thermocline";
  parameter HeatReuse.Types.Fraction share_start = 0.5 "Initial share of the height that is hot";
  HeatReuse.Interfaces.FluidPort_a port_a_source "Hot water from the source, to the top of the tank";
  HeatReuse.Interfaces.FluidPort_b port_b_source "Cold water to the source, from the bottom of the tank";
  HeatReuse.Interfaces.FluidPort_b port_b_load "Mixed water to the load";
  HeatReuse.Interfaces.FluidPort_a port_a_load "Return of the load";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded share of tank water in the supply of the load";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings";
  HeatReuse.Types.Temperature T[n] "Water temperature from top to bottom, per layer";
  HeatReuse.Types.Fraction share "Share of tank water in the supply of the load";
  HeatReuse.Types.MassFlowRate m_flow_bypass "Flow of return water that passes the tank by";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Energy U "Internal energy of water and wall relative to 273.15 K";
protected
  HeatReuse.Storage.Tank tank(redeclare package Medium = Medium, n=n, nPorts=4, data=data, z={1, 1, 0, 0}, T_top_start=T_top_start, T_bottom_start=T_bottom_start, share_start=share_start) "Tank";
  HeatReuse.Pipes.MixingVolume header(redeclare package Medium = Medium, nPorts=3, V=V_header, T_start=T_bottom_start) "Return header";
  HeatReuse.Valves.ThreeWayMixingValve valve(m_flow_nominal=m_flow_nominal, dp_nominal=dp_valve, T_stroke=T_stroke, opening_start=opening_start) "Mixing valve";
equation
  valve.command = command;
  connect(port_a_source, tank.ports[1]);
  connect(tank.ports[2], valve.port_a);
  connect(tank.ports[3], port_b_source);
  connect(tank.ports[4], header.ports[1]);
  connect(port_a_load, header.ports[2]);
  connect(header.ports[3], valve.port_bypass);
  connect(valve.port_b, port_b_load);
  connect(tank.heatPort, heatPort);
  T = tank.T;
  share = valve.share;
  m_flow_bypass = valve.port_bypass.m_flow;
  Q_flow_loss = tank.Q_flow_loss;
  U = tank.U + header.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>A <a href=\"modelica://HeatReuse.Storage.Tank\">Tank</a> with two diffusers at the top and two at the bottom, and a <a href=\"modelica://HeatReuse.Valves.ThreeWayMixingValve\">mixing valve</a>: the load gets share m_load from the top of the tank and (1 - share) m_load of its own
return, h_supply = share h_top + (1 - share) h_return, and share m_load of the return go to the bottom of the tank. Return header: a <a href=\"modelica://HeatReuse.Pipes.MixingVolume\">MixingVolume</a>.</p>
<h4>Assumptions</h4>
<p>The tank may be hotter than the network bears, so that it stores more in the same volume. Tank and header have one pressure, the valve its own pressure drop; the flows of source and load are set outside, one
<a href=\"modelica://HeatReuse.Pipes.Inertia\">Inertia</a> in each of the two circuits. The valve does not control by itself: give its command by a controller of the supply temperature (<a href=\"modelica://HeatReuse.Examples.TankMixing\">TankMixing</a>). Leakage of the valve
(0.1 % of a closed leg) and what the tank assumes hold here too. Range: any flow of either sign.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy.</p></html>"));
end BypassedTank;
