within HeatReuse.Pipes;
model Inertia "Inertia of the liquid in a branch: its flow is a state"
  extends HeatReuse.Interfaces.PassThrough(m_flow(start=m_flow_start, fixed=true));
  parameter HeatReuse.Types.Length L = 100 "Length of the liquid column";
  parameter HeatReuse.Types.Area A = 0.1 "Cross section";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = 100 "Initial mass flow";
equation
  L/A*der(m_flow) = dp;
  annotation (Documentation(info="<html><p>L/A dm_flow/dt = dp. Exactly one inertia in each branch makes all pressures of a circuit explicit; two in series without a branching volume
between them are not allowed (high index).</p></html>"));
end Inertia;
