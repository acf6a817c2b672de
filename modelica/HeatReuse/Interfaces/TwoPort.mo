within HeatReuse.Interfaces;
partial model TwoPort "Component with one inlet and one outlet that stores no mass"
  FluidPort_a port_a "Design inlet";
  FluidPort_b port_b "Design outlet";
  HeatReuse.Types.MassFlowRate m_flow "Mass flow from port_a to port_b";
  HeatReuse.Types.PressureDifference dp "Pressure at port_a minus pressure at port_b";
equation
  m_flow = port_a.m_flow;
  port_a.m_flow + port_b.m_flow = 0;
  dp = port_a.p - port_b.p;
  annotation (Documentation(info="<html><p>Conserves mass. The extending model gives the relation of dp and m_flow and the two stream enthalpies.</p></html>"));
end TwoPort;
