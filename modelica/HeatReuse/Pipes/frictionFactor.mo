within HeatReuse.Pipes;
function frictionFactor "Darcy friction factor of fully developed turbulent flow"
  input Real Re(unit="1") "Reynolds number";
  input Real roughness_relative(unit="1") "Roughness of the wall over inner diameter";
  output Real f(unit="1") "Darcy friction factor";
algorithm
  f := 0.25/log10(roughness_relative/3.7 - 4.518/Re*log10((roughness_relative/3.7)^1.11 + 6.9/Re))^2;
  annotation (Inline=true, Documentation(info="<html>
<p>Colebrook's equation 1/&radic;f = -2 log(k/(3.7 D) + 2.51/(Re &radic;f)), the right-hand side evaluated once with the explicit approximation 1/&radic;f = -1.8 log((k/(3.7 D))<sup>1.11</sup> + 6.9/Re): 2.51
times 1.8 gives 4.518. Within 0.25 % of the solution of Colebrook's equation for Re from 4000 to 1e8 and k/D up to 0.05.</p>
<p>Source: Colebrook, J. Inst. Civ. Eng. 11 (1939); start value after Haaland, J. Fluids Eng. 105 (1983).</p></html>"));
end frictionFactor;
