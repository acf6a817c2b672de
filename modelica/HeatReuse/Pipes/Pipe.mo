within HeatReuse.Pipes;
model Pipe "Buried pipe with transport delay, wall capacity, heat loss and pressure drop"
  extends HeatReuse.Interfaces.PartialPipe;
protected
  HeatReuse.Types.Energy U_cell[n] "Internal energy, per cell";
equation
  for i in 1:n loop
    U_cell[i] = mass*Medium.enthalpy(T[i]) + C_wall*(T[i] - Medium.T_reference);
    (mass*Medium.specificHeatCapacity(T[i]) + C_wall)*der(T[i]) = H_flow[i] - H_flow[i + 1] - L/n*insulation_factor*data.U*(T[i] - heatPort.T);
  end for;
  Q_flow_loss = L/n*insulation_factor*data.U*(sum(T) - n*heatPort.T);
  U = sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Energy of a cell: (M cp + C_wall) dT/dt = H_in - H_out - (L/n) k (T - T_ground), with k the loss coefficient of the pipe size times insulation_factor. Transport, pressure drop and the numerical diffusion that is left:
<a href=\"modelica://HeatReuse.Interfaces.PartialPipe\">PartialPipe</a>.</p>
<h4>Assumptions</h4>
<p>Liquid and wall share one temperature: the film between them is left out. It widens a front by about sqrt(2 s t_delay t_wall), s the wall's share of the heat capacity and t_wall its time constant: 20 s for 1 km of DN 250
at 1.5 m/s, less than the numerical diffusion of 10 cells. For short thin pipes and quick fronts take <a href=\"modelica://HeatReuse.Pipes.PipeWithWall\">PipeWithWall</a>. Loss with a constant coefficient, insulation and ground
without heat capacity.</p>
<h4>Source</h4>
<p>First principles: energy balance of cells; loss coefficients of the <a href=\"modelica://HeatReuse.Pipes.Data\">pipe sizes</a>.</p></html>"));
end Pipe;
