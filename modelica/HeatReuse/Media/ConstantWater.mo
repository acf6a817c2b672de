within HeatReuse.Media;
package ConstantWater "Liquid water, constant properties"
  extends HeatReuse.Media.PartialMedium(cp_nominal=4186, rho_nominal=988);

  redeclare function extends enthalpy "Specific enthalpy from temperature"
  algorithm
    h := cp_nominal*(T - T_reference);
    annotation (Inline=true);
  end enthalpy;

  redeclare function extends temperature "Temperature from specific enthalpy"
  algorithm
    T := T_reference + h/cp_nominal;
    annotation (Inline=true);
  end temperature;

  redeclare function extends specificHeatCapacity "Specific heat capacity, the derivative of enthalpy"
  algorithm
    cp := cp_nominal;
    annotation (Inline=true);
  end specificHeatCapacity;

  redeclare function extends density "Density"
  algorithm
    rho := rho_nominal;
    annotation (Inline=true);
  end density;

  redeclare function extends dynamicViscosity "Dynamic viscosity"
  algorithm
    mu := 5.47e-4;
    annotation (Inline=true);
  end dynamicViscosity;

  redeclare function extends thermalConductivity "Thermal conductivity"
  algorithm
    lambda := 0.641;
    annotation (Inline=true);
  end thermalConductivity;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Heat capacity 4186 J/(kg.K), density 988 kg/m3, viscosity 5.47e-4 Pa.s, conductivity 0.641 W/(m.K): water at 50 degC.</p>
<h4>Assumptions</h4>
<p>For comparisons with tools and exercises that prescribe these numbers, and for exact solutions in tests. Between 10 and 90 degC the heat capacity of water lies within 0.5 % and the
density within 2.4 % of these values.</p>
<h4>Source</h4>
<p>IAPWS-95 at 50 degC; the heat capacity is that of the IBPSA DESTEST exercise, 0.1 % above it.</p></html>"));
end ConstantWater;
