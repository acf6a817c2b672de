within HeatReuse.Validation;
model CounterflowExchanger "Plate heat exchanger in cells next to the epsilon-NTU relation"
  input HeatReuse.Types.MassFlowRate m1_flow(start=203) "Flow of the warm side";
  input HeatReuse.Types.MassFlowRate m2_flow(start=203) "Flow of the cold side";
  input HeatReuse.Types.Temperature T1_in(start=317.15) "Warm water entering";
  input HeatReuse.Types.Temperature T2_in(start=303.15) "Cold water entering";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat of the exchanger in cells";
  output HeatReuse.Types.HeatFlowRate Q_flow_ideal "Heat of ideal counterflow with the same heat transfer law";
  output HeatReuse.Types.Temperature T1_out "Warm water leaving";
  output HeatReuse.Types.Temperature T2_out "Cold water leaving";
protected
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 203*HeatReuse.Media.ConstantWater.cp_nominal*10 "Nominal heat";
  HeatReuse.HeatExchangers.PlateHeatExchanger exchanger(redeclare package Medium1 = HeatReuse.Media.ConstantWater, redeclare package Medium2 = HeatReuse.Media.ConstantWater, Q_flow_nominal=Q_flow_nominal, dT_nominal=4, m1_flow_nominal=203, m2_flow_nominal=203) "Exchanger";
  HeatReuse.Boundaries.FlowInlet inlet1(redeclare package Medium = HeatReuse.Media.ConstantWater) "Warm water entering";
  HeatReuse.Boundaries.FlowInlet inlet2(redeclare package Medium = HeatReuse.Media.ConstantWater) "Cold water entering";
  HeatReuse.Boundaries.PressureOutlet outlet1(redeclare package Medium = HeatReuse.Media.ConstantWater) "Warm water leaving";
  HeatReuse.Boundaries.PressureOutlet outlet2(redeclare package Medium = HeatReuse.Media.ConstantWater) "Cold water leaving";
  HeatReuse.Types.ThermalConductance UA "Conductance of ideal counterflow";
equation
  inlet1.m_flow_in = m1_flow;
  inlet1.T_in = T1_in;
  inlet2.m_flow_in = m2_flow;
  inlet2.T_in = T2_in;
  connect(inlet1.port, exchanger.port_a1);
  connect(exchanger.port_b1, outlet1.port);
  connect(inlet2.port, exchanger.port_a2);
  connect(exchanger.port_b2, outlet2.port);
  UA = 2*Q_flow_nominal/4/((m1_flow/203)^(-0.8) + (m2_flow/203)^(-0.8));
  Q_flow = exchanger.Q_flow;
  Q_flow_ideal = HeatReuse.HeatExchangers.counterflow(m1_flow*HeatReuse.Media.ConstantWater.cp_nominal, m2_flow*HeatReuse.Media.ConstantWater.cp_nominal, UA, 1)*(T1_in - T2_in);
  T1_out = outlet1.T;
  T2_out = outlet2.T;
  annotation (experiment(StopTime=3600), Documentation(info="<html><p>Water of constant heat capacity, so that the relation is exact: shows that the cells give its heat at any pair of flows.</p></html>"));
end CounterflowExchanger;
