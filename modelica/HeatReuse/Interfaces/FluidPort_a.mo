within HeatReuse.Interfaces;
connector FluidPort_a "Fluid port at the design inlet"
  extends FluidPort;
  annotation (
    Icon(graphics={Ellipse(extent={{-100,100},{100,-100}}, lineColor={0,127,255}, fillColor={0,127,255}, fillPattern=FillPattern.Solid)}),
    Documentation(info="<html><p>Same contents as the other fluid port; flow may go either way.</p></html>"));
end FluidPort_a;
