within HeatReuse;
package Media "Fluids of the plants"
  annotation (Documentation(info="<html><p>Liquids with constant density and specific heat capacity. Models call the functions of a medium and never its numbers, so a temperature-dependent medium can take its place. Enthalpy and energy count from 273.15 K.</p></html>"));
end Media;
