within HeatReuse.Pipes;
function frictionNumber "Darcy friction factor times Reynolds number, laminar to turbulent"
  input Real Re(unit="1") "Reynolds number";
  input Real roughness_relative(unit="1") "Roughness of the wall over inner diameter";
  output Real y(unit="1") "Friction factor times Reynolds number";
algorithm
  y := 64 + HeatReuse.Utilities.smoothStep(Re/2000 - 1)*(noEvent(max(Re, 2000))*HeatReuse.Pipes.frictionFactor(noEvent(max(Re, 2000)), roughness_relative) - 64);
  annotation (Inline=true, Documentation(info="<html>
<p>64 up to Re = 2000 (Hagen and Poiseuille), Re f with f of <a href=\"modelica://HeatReuse.Pipes.frictionFactor\">frictionFactor</a> from Re = 4000 on, in between both weighted with a cubic step: once continuously
differentiable and rising everywhere. The range between is a blend for the solver; real flow there is neither.</p></html>"));
end frictionNumber;
