within HeatReuse.Interfaces;
connector HeatPort "Temperature and heat flow"
  HeatReuse.Types.Temperature T "Temperature";
  flow HeatReuse.Types.HeatFlowRate Q_flow "Heat flow into the component";
  annotation (
    Icon(graphics={Rectangle(extent={{-100,100},{100,-100}}, lineColor={191,0,0}, fillColor={191,0,0}, fillPattern=FillPattern.Solid)}),
    Documentation(info="<html><p>Heat connector. An unconnected heat port carries no heat.</p></html>"));
end HeatPort;
