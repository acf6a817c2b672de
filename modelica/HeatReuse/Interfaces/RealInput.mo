within HeatReuse.Interfaces;
connector RealInput = input Real "Signal that enters" annotation (
  Icon(graphics={Polygon(points={{-100,100},{100,0},{-100,-100}}, lineColor={0,0,127}, fillColor={0,0,127}, fillPattern=FillPattern.Solid)}),
  Documentation(info="<html><p>Input signal; give the unit where it is declared.</p></html>"));
