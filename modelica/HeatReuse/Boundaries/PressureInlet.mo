within HeatReuse.Boundaries;
model PressureInlet "Water enters at a given temperature; the pressure is fixed, the flow follows from the plant"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.Pressure p = 2e5 "Pressure";
  HeatReuse.Interfaces.RealInput T_in(unit="K") "Temperature of the entering water";
  HeatReuse.Interfaces.FluidPort_b port "Connection to the plant";
  HeatReuse.Types.MassFlowRate m_flow "Mass flow into the plant";
  HeatReuse.Types.HeatFlowRate H_flow "Enthalpy flow into the plant";
equation
  port.p = p;
  port.h_outflow = Medium.enthalpy(T_in);
  m_flow = -port.m_flow;
  H_flow = noEvent(if m_flow > 0 then m_flow*port.h_outflow else m_flow*inStream(port.h_outflow));
  annotation (Documentation(info="<html><p>Also the pressure reference of its circuit. When the flow reverses, water of the plant's own temperature leaves.</p></html>"));
end PressureInlet;
