within HeatReuse.Boundaries;
model Temperature "Surroundings at a given temperature"
  HeatReuse.Interfaces.RealInput T_in(unit="K") "Temperature of the surroundings";
  HeatReuse.Interfaces.HeatPort port "Connection to the component that exchanges heat";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat flow from the surroundings into the components";
equation
  port.T = T_in;
  Q_flow = -port.Q_flow;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The temperature of the port is T_in; Q_flow is the heat that goes from here into the connected components.</p>
<h4>Assumptions</h4>
<p>Ground, room or outdoor air so large that it does not warm up. Collects the heat flows of all connected components.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end Temperature;
