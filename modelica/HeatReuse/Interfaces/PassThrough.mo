within HeatReuse.Interfaces;
partial model PassThrough "Two-port component that leaves the temperature of the liquid alone"
  extends TwoPort;
equation
  port_a.h_outflow = inStream(port_b.h_outflow);
  port_b.h_outflow = inStream(port_a.h_outflow);
  annotation (Documentation(info="<html><p>Enthalpy passes unchanged in either direction. The extending model gives the relation of dp and m_flow.</p></html>"));
end PassThrough;
