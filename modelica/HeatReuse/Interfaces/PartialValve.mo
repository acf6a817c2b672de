within HeatReuse.Interfaces;
partial model PartialValve "Control valve with actuator; the characteristic is left open"
  extends PassThrough;
  replaceable model Actuator = HeatReuse.Utilities.Actuator constrainedby HeatReuse.Interfaces.PartialActuator "Motor of the valve: ideal, with backlash or with stiction";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Flow through the open valve at dp_nominal";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the open valve at nominal flow";
  parameter HeatReuse.Types.Fraction leakage(min=1e-6, max=0.1) = 1e-3 "Flow coefficient of the closed valve relative to the open one";
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction opening_start = 0.9 "Initial lift";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded lift";
  HeatReuse.Types.Fraction opening "Lift";
  HeatReuse.Types.Fraction phi "Flow coefficient relative to the open valve";
protected
  Actuator actuator(T_stroke=T_stroke, y_start=opening_start) "Motor of the valve";
equation
  actuator.command = command;
  opening = actuator.y;
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal*phi)/phi^2;
  annotation (Documentation(info="<html><p>dp = dp_nominal (m_flow/(phi m_flow_nominal))<sup>2</sup> with the sign of the flow, linear below 1 % of the flow that the valve lets through at dp_nominal. The extending model says how phi
follows from the lift. Always above zero: a closed valve leaks. From a flow coefficient: <a href=\"modelica://HeatReuse.Valves.nominalFlow\">nominalFlow</a>.</p></html>"));
end PartialValve;
