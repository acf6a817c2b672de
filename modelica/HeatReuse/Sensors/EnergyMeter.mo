within HeatReuse.Sensors;
model EnergyMeter "Heat meter: flow sensor and a pair of temperature sensors, each with its lag"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal mass flow";
  parameter HeatReuse.Types.Time T_lag_temperature(min=0.01) = 15 "Time constant of the temperature sensors";
  parameter HeatReuse.Types.Time T_lag_flow(min=0.01) = 2 "Time constant of the flow sensor";
  parameter HeatReuse.Types.Temperature T_supply_start = 343.15 "Initial reading in the supply";
  parameter HeatReuse.Types.Temperature T_return_start = 318.15 "Initial reading in the return";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = 0 "Initial reading of the flow";
  HeatReuse.Interfaces.FluidPort_a port_a_supply "Supply, from the network";
  HeatReuse.Interfaces.FluidPort_b port_b_supply "Supply, to the consumer";
  HeatReuse.Interfaces.FluidPort_a port_a_return "Return, from the consumer";
  HeatReuse.Interfaces.FluidPort_b port_b_return "Return, to the network";
  HeatReuse.Types.Temperature T_supply "Reading in the supply";
  HeatReuse.Types.Temperature T_return "Reading in the return";
  HeatReuse.Types.MassFlowRate m_flow "Reading of the flow, in the return";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat flow to the consumer as metered";
  HeatReuse.Types.HeatFlowRate Q_flow_true "Heat flow to the consumer as it is";
  HeatReuse.Types.Energy E_metered(start=0, fixed=true) "Heat to the consumer as metered";
protected
  HeatReuse.Sensors.TemperatureSensor sensor_supply(redeclare package Medium = Medium, m_flow_nominal=m_flow_nominal, T_lag=T_lag_temperature, T_start=T_supply_start) "Sensor in the supply";
  HeatReuse.Sensors.TemperatureSensor sensor_return(redeclare package Medium = Medium, m_flow_nominal=m_flow_nominal, T_lag=T_lag_temperature, T_start=T_return_start) "Sensor in the return";
  HeatReuse.Sensors.MassFlowSensor sensor_flow(T_lag=T_lag_flow, m_flow_start=m_flow_start) "Sensor of the flow";
equation
  connect(port_a_supply, sensor_supply.port_a);
  connect(sensor_supply.port_b, port_b_supply);
  connect(port_a_return, sensor_return.port_a);
  connect(sensor_return.port_b, sensor_flow.port_a);
  connect(sensor_flow.port_b, port_b_return);
  T_supply = sensor_supply.T;
  T_return = sensor_return.T;
  m_flow = sensor_flow.reading;
  Q_flow = m_flow*(Medium.enthalpy(T_supply) - Medium.enthalpy(T_return));
  Q_flow_true = sensor_supply.m_flow*(Medium.enthalpy(sensor_supply.T_liquid) - Medium.enthalpy(sensor_return.T_liquid));
  der(E_metered) = Q_flow;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Q_flow = m (h(T_supply) - h(T_return)) with the three readings, each behind a first-order lag; E_metered is its integral. Q_flow_true is the same with the true values.</p>
<h4>Assumptions</h4>
<p>The flow is measured in the return, cold and the same as in the supply. The meter calculates continuously; real ones work every 2 to 60 s (<a href=\"modelica://HeatReuse.Sensors.SampledSensor\">SampledSensor</a> shows what that
delay does). Heat that flows back counts negative, in the same register. No error of calibration and no lower limit of flow or temperature difference: what is left is the error of the lag, which is zero in a steady
state, and in transients the covariance of what the sensors miss.</p>
<h4>Source</h4>
<p>EN 1434-1 (heat meters); first principles for the lags.</p></html>"));
end EnergyMeter;
