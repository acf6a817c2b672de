within HeatReuse.Validation;
model ColdPlateTable "One processor of 1 kW with prescribed coolant flow"
  input Real V_flow(unit="l/min", start=1.5) "Coolant flow";
  input HeatReuse.Types.Temperature T_in(start=307.15) "Coolant entering";
  output HeatReuse.Types.Temperature T_chip "Case temperature";
  output HeatReuse.Types.ThermalResistance R "Case minus coolant inlet temperature over heat";
protected
  HeatReuse.DataCenter.ColdPlates racks(redeclare package Medium = HeatReuse.Media.PG25, P_nominal=1e3) "Processor with plate";
  HeatReuse.Boundaries.FlowInlet inlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant entering";
  HeatReuse.Boundaries.PressureOutlet outlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant leaving";
equation
  racks.P = 1e3;
  inlet.m_flow_in = V_flow/60000*HeatReuse.Media.PG25.rho_nominal;
  inlet.T_in = T_in;
  connect(inlet.port, racks.port_a);
  connect(racks.port_b, outlet.port);
  T_chip = racks.T_chip;
  R = (T_chip - T_in)/racks.Q_flow;
  annotation (experiment(StopTime=600, Tolerance=1e-6), Documentation(info="<html><p>Compared with the table of thermal resistance over flow of the OCP OAI liquid-cooling guidelines (2023).</p></html>"));
end ColdPlateTable;
