within HeatReuse.Media;
package Water "Liquid water, properties that depend on temperature"
  extends HeatReuse.Media.PartialMedium(cp_nominal=4186, rho_nominal=988);

  redeclare function extends enthalpy "Specific enthalpy from temperature"
  algorithm
    h := HeatReuse.Media.polynomial6((T - T_reference)/100, {0, 421604.9, -14944.4, 28353.1, -28269.125, 15599.56, -3373.35});
    annotation (Inline=true);
  end enthalpy;

  redeclare function extends temperature "Temperature from specific enthalpy"
  algorithm
    T := T_reference + 100*HeatReuse.Media.waterRefined(HeatReuse.Media.waterRefined(HeatReuse.Media.polynomial6(h/1e5, {-0.00020322, 0.23826735, 0.00058015, -0.00011193, 0, 0, 0}), h), h);
    annotation (Inline=true);
  end temperature;

  redeclare function extends specificHeatCapacity "Specific heat capacity, the derivative of enthalpy"
  algorithm
    cp := HeatReuse.Media.polynomial6((T - T_reference)/100, {4216.049, -298.888, 850.593, -1130.765, 779.978, -202.401, 0});
    annotation (Inline=true);
  end specificHeatCapacity;

  redeclare function extends density "Density"
  algorithm
    rho := HeatReuse.Media.polynomial6((T - T_reference)/100, {1000.19, 3.8313, -69.8662, 33.6074, -9.1608, 0, 0});
    annotation (Inline=true);
  end density;

  redeclare function extends dynamicViscosity "Dynamic viscosity"
  algorithm
    mu := exp(HeatReuse.Media.polynomial6((T - T_reference)/100, {-6.32644, -3.430864, 3.13586, -2.683853, 1.487851, -0.357103, 0}));
    annotation (Inline=true);
  end dynamicViscosity;

  redeclare function extends thermalConductivity "Thermal conductivity"
  algorithm
    lambda := HeatReuse.Media.polynomial6((T - T_reference)/100, {0.556421, 0.243216, -0.188226, 0.093228, -0.027049, 0, 0});
    annotation (Inline=true);
  end thermalConductivity;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Polynomials in x = (T - 273.15 K)/(100 K). Enthalpy is the integral of the heat capacity; temperature is its inverse by two Newton steps from a polynomial, exact to 1e-8 K from 0 to
120 degC and to 1e-6 K from -40 to 160 degC.</p>
<h4>Assumptions</h4>
<p>Liquid between 0 and 120 degC at 0.6 MPa; pressure is left out (density rises by 0.05 % per MPa, heat capacity falls by 0.1 %): both stay within 0.1 % from 0.25 to 1 MPa. Within 0.01 % in density, 0.03 % in heat capacity, 0.15 % in viscosity and 0.1 % in
conductivity. Below 0 degC there is no ice; the polynomials stay monotonic from -40 to 160 degC.</p>
<h4>Source</h4>
<p>Fitted by least squares to IAPWS-95 and the IAPWS formulations for viscosity (2008) and conductivity (2011), evaluated with CoolProp.</p></html>"));
end Water;
