within HeatReuse.District;
model TwinPipe "Supply and return in one casing, with heat from one to the other"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=3) = 10 "Number of cells of each pipe";
  parameter HeatReuse.Types.Length L = 500 "Length";
  parameter HeatReuse.Pipes.Data.TwinPipe data "Pipe size";
  parameter HeatReuse.Types.Temperature T_supply_start = 347.15 "Initial temperature of the supply";
  parameter HeatReuse.Types.Temperature T_return_start = 317.15 "Initial temperature of the return";
  HeatReuse.Interfaces.FluidPort_a port_a_supply "Supply, plant's end";
  HeatReuse.Interfaces.FluidPort_b port_b_supply "Supply, consumers' end";
  HeatReuse.Interfaces.FluidPort_a port_a_return "Return, consumers' end";
  HeatReuse.Interfaces.FluidPort_b port_b_return "Return, plant's end";
  HeatReuse.Interfaces.HeatPort heatPort "Ground";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground";
  HeatReuse.Types.HeatFlowRate Q_flow_between "Heat from supply to return";
  HeatReuse.Types.Energy U "Internal energy of liquid and walls relative to 273.15 K";
protected
  parameter HeatReuse.Types.Length length_pair = L "Length";
  parameter HeatReuse.Types.Length D_pair = data.D_inner "Inner diameter";
  parameter HeatReuse.Types.Length s_pair = data.s_wall "Wall thickness";
  parameter HeatReuse.Types.ThermalConductivity U_pair = data.U_ground "Heat loss of each pipe to the ground";
  parameter HeatReuse.Types.ThermalConductivity U_pair_between = data.U_between "Heat from supply to return";
  HeatReuse.District.PipePairs pipes(redeclare package Medium = Medium, np=1, n=n, L=fill(length_pair, 1), D=fill(D_pair, 1), s_wall=fill(s_pair, 1), U_ground=fill(U_pair, 1), U_between=fill(U_pair_between, 1), T_supply_start=T_supply_start, T_return_start=T_return_start) "Cells of both pipes";
  HeatReuse.Types.TemperatureDifference dT[n] "Supply above return, per cell";
equation
  port_a_supply.m_flow + port_b_supply.m_flow = 0;
  port_a_return.m_flow + port_b_return.m_flow = 0;
  pipes.m_flow_supply[1] = port_a_supply.m_flow;
  pipes.m_flow_return[1] = port_a_return.m_flow;
  port_a_supply.p - port_b_supply.p = pipes.dp_supply[1];
  port_a_return.p - port_b_return.p = pipes.dp_return[1];
  port_a_supply.h_outflow = Medium.enthalpy(pipes.T_supply[1, 1]);
  port_b_supply.h_outflow = Medium.enthalpy(pipes.T_supply[1, n]);
  port_a_return.h_outflow = Medium.enthalpy(pipes.T_return[1, 1]);
  port_b_return.h_outflow = Medium.enthalpy(pipes.T_return[1, n]);
  pipes.T_supply_a[1] = Medium.temperature(inStream(port_a_supply.h_outflow));
  pipes.T_supply_b[1] = Medium.temperature(inStream(port_b_supply.h_outflow));
  pipes.T_return_b[1] = Medium.temperature(inStream(port_a_return.h_outflow));
  pipes.T_return_a[1] = Medium.temperature(inStream(port_b_return.h_outflow));
  pipes.T_ground = heatPort.T;
  heatPort.Q_flow = -Q_flow_loss;
  Q_flow_loss = pipes.Q_flow_loss;
  for i in 1:n loop
    dT[i] = pipes.T_supply[1, i] - pipes.T_return[1, n + 1 - i];
  end for;
  Q_flow_between = L/n*data.U_between*sum(dT);
  U = pipes.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Per metre the supply loses U_ground (T_supply - T_ground) + U_between (T_supply - T_return), the return U_ground (T_return - T_ground) - U_between (T_supply - T_return), cell by cell at the same place of the trench. Transport, walls
and pressure drop: <a href=\"modelica://HeatReuse.District.PipePairs\">PipePairs</a> with one pair.</p>
<h4>Assumptions</h4>
<p>Those of PipePairs. Steady heat flow in foam and soil. The heat that goes from supply to return is no loss of the network, but it makes the supply colder and the return warmer.</p>
<h4>Source</h4>
<p>Two conductances of a pair: Wallent&eacute;n, Steady-state heat loss from insulated pipes, Lund (1991). Sizes: <a href=\"modelica://HeatReuse.Pipes.Data\">Pipes.Data</a>.</p></html>"));
end TwinPipe;
