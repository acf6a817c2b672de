within HeatReuse;
package Media "Fluids of the plants"
  annotation (Documentation(info="<html><p>Models call the functions of a medium and never its numbers, so one liquid can take the place of another; the constants cp_nominal and rho_nominal serve for sizing only. Enthalpy and energy count from 273.15 K, and pressure is left out.</p></html>"));
end Media;
