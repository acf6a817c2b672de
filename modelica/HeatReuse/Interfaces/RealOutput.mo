within HeatReuse.Interfaces;
connector RealOutput = output Real "Signal that leaves" annotation (
  Icon(graphics={Polygon(points={{-100,100},{100,0},{-100,-100}}, lineColor={0,0,127}, fillColor={255,255,255}, fillPattern=FillPattern.Solid)}),
  Documentation(info="<html><p>Output signal; give the unit where it is declared.</p></html>"));
