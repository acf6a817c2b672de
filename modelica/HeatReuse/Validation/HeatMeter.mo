within HeatReuse.Validation;
model HeatMeter "Heat meter and sensors with prescribed flow and temperatures"
  input HeatReuse.Types.MassFlowRate m_flow(start=10) "Flow";
  input HeatReuse.Types.Temperature T_supply(start=343.15) "Water in the supply";
  input HeatReuse.Types.Temperature T_return(start=318.15) "Water in the return";
  input HeatReuse.Types.Temperature T_consumer(start=318.15) "Water beyond the consumer's inlet, which comes when the flow reverses";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat flow as metered";
  output HeatReuse.Types.HeatFlowRate Q_flow_true "Heat flow as it is";
  output HeatReuse.Types.Energy E_metered "Heat as metered";
  output HeatReuse.Types.Energy E_true(start=0, fixed=true) "Heat as it is";
  output HeatReuse.Types.Temperature T_sensor "Reading of the sensor in the supply";
  output HeatReuse.Types.Temperature T_liquid "Water at the sensor in the supply";
protected
  HeatReuse.Sensors.EnergyMeter meter(m_flow_nominal=10, m_flow_start=10) "Meter";
  HeatReuse.Boundaries.FlowInlet supply "Supply of the network";
  HeatReuse.Boundaries.PressureInlet consumer "Inlet of the consumer";
  HeatReuse.Boundaries.FlowInlet cooled "Outlet of the consumer";
  HeatReuse.Boundaries.PressureOutlet outlet "Return of the network";
  HeatReuse.Sensors.TemperatureSensor sensor(m_flow_nominal=10, T_lag=15, T_start=343.15) "Sensor in the supply";
equation
  supply.m_flow_in = m_flow;
  supply.T_in = T_supply;
  cooled.m_flow_in = m_flow;
  cooled.T_in = T_return;
  consumer.T_in = T_consumer;
  connect(supply.port, sensor.port_a);
  connect(sensor.port_b, meter.port_a_supply);
  connect(meter.port_b_supply, consumer.port);
  connect(cooled.port, meter.port_a_return);
  connect(meter.port_b_return, outlet.port);
  Q_flow = meter.Q_flow;
  Q_flow_true = meter.Q_flow_true;
  E_metered = meter.E_metered;
  der(E_true) = -(consumer.H_flow + cooled.H_flow);
  T_sensor = sensor.T;
  T_liquid = sensor.T_liquid;
  annotation (experiment(StopTime=100, Tolerance=1e-6), Documentation(info="<html><p>Compared with first-order lags and with the balance of the boundaries. When the flow reverses, water comes from beyond the consumer's inlet.</p></html>"));
end HeatMeter;
