within HeatReuse.Pipes;
model PipeWithWall "Pipe whose wall has a temperature of its own"
  extends HeatReuse.Interfaces.PartialPipe;
  parameter HeatReuse.Types.HeatTransferCoefficient h_nominal = 2500 "Heat transfer coefficient between liquid and wall at nominal flow";
  HeatReuse.Types.Temperature T_wall[n](each start=T_start, each fixed=true) "Temperature of the wall, per cell";
protected
  HeatReuse.Types.ThermalConductance hA "Conductance between liquid and wall of a cell";
  HeatReuse.Types.HeatFlowRate Q_flow_wall[n] "Heat from liquid to wall, per cell";
  HeatReuse.Types.Energy U_cell[n] "Internal energy, per cell";
equation
  hA = L/n*3.14159265358979*D*h_nominal*HeatReuse.Utilities.power(m_flow/m_flow_nominal, 0.8, 0.01);
  for i in 1:n loop
    U_cell[i] = mass*Medium.enthalpy(T[i]) + C_wall*(T_wall[i] - Medium.T_reference);
    Q_flow_wall[i] = hA*(T[i] - T_wall[i]);
    mass*Medium.specificHeatCapacity(T[i])*der(T[i]) = H_flow[i] - H_flow[i + 1] - Q_flow_wall[i];
    C_wall*der(T_wall[i]) = Q_flow_wall[i] - L/n*insulation_factor*data.U*(T_wall[i] - heatPort.T);
  end for;
  Q_flow_loss = L/n*insulation_factor*data.U*(sum(T_wall) - n*heatPort.T);
  U = sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Liquid: M cp dT/dt = H_in - H_out - hA (T - T_wall). Wall: C_wall dT_wall/dt = hA (T - T_wall) - (L/n) k (T_wall - T_ground), with k the loss coefficient of the pipe size times insulation_factor and hA = &pi; D L/n h_nominal ((m_flow/m_flow_nominal)<sup>2</sup> + 0.01<sup>2</sup>)<sup>0.4</sup>. Transport and
pressure drop: <a href=\"modelica://HeatReuse.Interfaces.PartialPipe\">PartialPipe</a>.</p>
<h4>Assumptions</h4>
<p>Wall of uniform temperature over its thickness, no conduction along it. The film follows the flow with the exponent 0.8 of turbulent flow; at rest 2.5 % of it are left. Insulation without heat capacity. Twice the states of
<a href=\"modelica://HeatReuse.Pipes.Pipe\">Pipe</a>.</p>
<h4>Source</h4>
<p>First principles: energy balance of cells; exponent of the film after Dittus and Boelter (1930).</p></html>"));
end PipeWithWall;
