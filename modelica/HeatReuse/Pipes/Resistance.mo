within HeatReuse.Pipes;
model Resistance "Quadratic pressure drop"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal mass flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop at nominal flow";
equation
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  annotation (Documentation(info="<html><p>dp = dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>, with sign, linear below 1 % of the nominal flow.</p></html>"));
end Resistance;
