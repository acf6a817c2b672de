within HeatReuse.Boundaries;
model HeatSource "Gives a heat flow into a heat port"
  HeatReuse.Interfaces.RealInput Q_flow(unit="W") "Heat flow into the connected component";
  HeatReuse.Interfaces.HeatPort port "Connection to the heated component";
equation
  port.Q_flow = -Q_flow;
  annotation (Documentation(info="<html><p>Prescribed heat flow; the temperature follows from the connected component.</p></html>"));
end HeatSource;
