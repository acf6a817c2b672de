within HeatReuse.Boundaries;
model Temperature "Surroundings at a given temperature"
  HeatReuse.Interfaces.RealInput T_in(unit="K") "Temperature of the surroundings";
  HeatReuse.Interfaces.HeatPort port "Connection to the component that exchanges heat";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat flow from the surroundings into the components";
equation
  port.T = T_in;
  Q_flow = -port.Q_flow;
  annotation (Documentation(info="<html><p>Ground or air of given temperature; collects the heat flows of all connected components.</p></html>"));
end Temperature;
