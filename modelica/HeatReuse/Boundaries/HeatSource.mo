within HeatReuse.Boundaries;
model HeatSource "Gives a heat flow into a heat port"
  HeatReuse.Interfaces.RealInput Q_flow(unit="W") "Heat flow into the connected component";
  HeatReuse.Interfaces.HeatPort port "Connection to the heated component";
equation
  port.Q_flow = -Q_flow;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The heat flow into the connected component is Q_flow.</p>
<h4>Assumptions</h4>
<p>The temperature follows from the connected component and is not limited.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end HeatSource;
