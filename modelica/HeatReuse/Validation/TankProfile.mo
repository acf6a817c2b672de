within HeatReuse.Validation;
model TankProfile "Tank that is charged or discharged from outside, or left alone"
  parameter Integer n = 40 "Number of layers";
  parameter HeatReuse.Types.Volume V = 3.0745 "Volume";
  parameter HeatReuse.Types.Length height = 2.96 "Height";
  parameter HeatReuse.Types.HeatTransferCoefficient U_wall = 0.4 "Heat loss coefficient of the side wall";
  parameter HeatReuse.Types.HeatTransferCoefficient U_top = 0.4 "Heat loss coefficient of the roof";
  parameter HeatReuse.Types.HeatTransferCoefficient U_bottom = 0.4 "Heat loss coefficient of the floor";
  parameter HeatReuse.Types.Length s_steel = 0.003 "Thickness of the steel wall";
  parameter HeatReuse.Types.ThermalConductance UA_bridges = 0 "Conductance of thermal bridges";
  parameter HeatReuse.Types.Length D_diffuser = 0.9 "Diameter of the diffusers";
  parameter HeatReuse.Types.Length h_diffuser = 0.1 "Height of the slot around a diffuser";
  parameter Real mixing_jet(unit="1") = 1 "Flow exchanged with the layers that a jet reaches, over its own flow";
  parameter HeatReuse.Types.Temperature T_top_start = 355.15 "Initial temperature above the thermocline";
  parameter HeatReuse.Types.Temperature T_bottom_start = 328.15 "Initial temperature below the thermocline";
  parameter HeatReuse.Types.Fraction share_start = 0.785 "Initial share of the height that is hot";
  parameter HeatReuse.Types.Fraction width_start = 0.05 "Initial half width of the thermocline relative to the height";
  input HeatReuse.Types.MassFlowRate m_flow(start=0, min=-1000, max=1000) "Flow into the top, negative when the tank discharges";
  input HeatReuse.Types.Temperature T_in(start=355.15, min=273.15, max=393.15) "Water that enters at the top or at the bottom";
  input HeatReuse.Types.Temperature T_ambient(start=298.15, min=233.15, max=323.15) "Temperature around the tank";
  output HeatReuse.Types.Temperature T[n] "Water temperature from top to bottom, per layer";
  output Real level(unit="1") "Mean temperature relative to the initial temperatures above and below the thermocline";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with water";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the surroundings, negative for a loss";
protected
  HeatReuse.Storage.Tank tank(n=n, data=HeatReuse.Storage.Data.TankSize(V=V, height=height, U_wall=U_wall, U_top=U_top, U_bottom=U_bottom, s_steel=s_steel), UA_bridges=UA_bridges, D_diffuser=D_diffuser, h_diffuser=h_diffuser,
    mixing_jet=mixing_jet, T_top_start=T_top_start, T_bottom_start=T_bottom_start, share_start=share_start, width_start=width_start) "Tank";
  HeatReuse.Boundaries.FlowInlet top "Top";
  HeatReuse.Boundaries.PressureInlet bottom "Bottom";
  HeatReuse.Boundaries.Temperature surroundings "Surroundings";
equation
  top.m_flow_in = m_flow;
  top.T_in = T_in;
  bottom.T_in = T_in;
  surroundings.T_in = T_ambient;
  connect(top.port, tank.ports[1]);
  connect(bottom.port, tank.ports[2]);
  connect(tank.heatPort, surroundings.port);
  T = tank.T;
  level = (sum(tank.T)/n - T_bottom_start)/(T_top_start - T_bottom_start);
  Q_flow_loss = tank.Q_flow_loss;
  U = tank.U;
  der(E_in_water) = top.H_flow + bottom.H_flow;
  der(E_in_ambient) = surroundings.Q_flow;
  annotation (experiment(StopTime=19800, Tolerance=1e-7), Documentation(info="<html>
<p>For the standby loss of a measured tank, the width of the thermocline against the number of layers, and the check that no temperature leaves the range of what was in the tank and what entered.</p></html>"));
end TankProfile;
