within HeatReuse;
package Valves "Control valves and check valves"
  annotation (Documentation(info="<html><p>Control valves with an actuator that needs time, and may have play or stiction: its class is a replaceable model of the valve. Sizes are given by a point (m_flow_nominal at dp_nominal), or by Kv through <a href=\"modelica://HeatReuse.Valves.nominalFlow\">nominalFlow</a>. Parameters of an actuator are given to a class of its own: <code>model Sticking = HeatReuse.Utilities.StickingActuator(S=0.05)</code>, then <code>redeclare model Actuator = Sticking</code>.</p></html>"));
end Valves;
