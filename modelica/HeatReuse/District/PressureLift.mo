within HeatReuse.District;
model PressureLift "Ideal pump: gives the pressure difference that it is told to give"
  extends HeatReuse.Interfaces.PassThrough;
  HeatReuse.Interfaces.RealInput dp_in(unit="Pa") "Pressure at port_b above pressure at port_a";
equation
  -dp = dp_in;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>p_b - p_a = dp_in at any flow.</p>
<h4>Assumptions</h4>
<p>Stands for a pumping station whose pressure difference is controlled fast and well, when its own dynamics and power do not matter. No heat enters the water.</p>
<h4>Source</h4>
<p>First principles: boundary condition of the momentum balance.</p></html>"));
end PressureLift;
