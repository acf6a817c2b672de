within HeatReuse.Media;
package PG25 "Water with 25 % propylene glycol by volume, properties that depend on temperature"
  extends HeatReuse.Media.PartialMedium(cp_nominal=3962, rho_nominal=1014);

  redeclare function extends enthalpy "Specific enthalpy from temperature"
  algorithm
    h := (3863.501 + 1.2342*(T - T_reference))*(T - T_reference);
    annotation (Inline=true);
  end enthalpy;

  redeclare function extends temperature "Temperature from specific enthalpy"
  algorithm
    T := T_reference + 2*h/(3863.501 + sqrt(3863.501^2 + 4.9368*h));
    annotation (Inline=true);
  end temperature;

  redeclare function extends specificHeatCapacity "Specific heat capacity, the derivative of enthalpy"
  algorithm
    cp := 3863.501 + 2.4684*(T - T_reference);
    annotation (Inline=true);
  end specificHeatCapacity;

  redeclare function extends density "Density"
  algorithm
    rho := HeatReuse.Media.polynomial6((T - T_reference)/100, {1031.2403, -31.7667, -25.374, 0, 0, 0, 0});
    annotation (Inline=true);
  end density;

  redeclare function extends dynamicViscosity "Dynamic viscosity"
  algorithm
    mu := exp(HeatReuse.Media.polynomial6((T - T_reference)/100, {-5.217937, -4.509897, 3.071168, -1.001816, 0, 0, 0}));
    annotation (Inline=true);
  end dynamicViscosity;

  redeclare function extends thermalConductivity "Thermal conductivity"
  algorithm
    lambda := HeatReuse.Media.polynomial6((T - T_reference)/100, {0.442922, 0.136575, -0.065411, 0, 0, 0, 0});
    annotation (Inline=true);
  end thermalConductivity;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Coolant of technology loops. Heat capacity linear in temperature, so that enthalpy is quadratic and its inverse exact: T = 2 h/(a + sqrt(a<sup>2</sup> + 4 b h)) above 273.15 K with h = a T + b T<sup>2</sup>.
Density and conductivity quadratic, logarithm of viscosity cubic.</p>
<h4>Assumptions</h4>
<p>Liquid between 0 and 100 degC (it freezes at -10 degC); clean, uninhibited mixture.</p>
<h4>Source</h4>
<p>ASHRAE Handbook, Fundamentals (2001), propylene glycol in water, 25 % by volume, as evaluated by CoolProp (fluid APG); the polynomials reproduce it within 0.01 %.</p></html>"));
end PG25;
