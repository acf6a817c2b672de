within HeatReuse.Interfaces;
connector FluidPort_b "Fluid port at the design outlet"
  extends FluidPort;
  annotation (
    Icon(graphics={Ellipse(extent={{-100,100},{100,-100}}, lineColor={0,127,255}, fillColor={255,255,255}, fillPattern=FillPattern.Solid)}),
    Documentation(info="<html><p>Same contents as the other fluid port; flow may go either way.</p></html>"));
end FluidPort_b;
