within HeatReuse.Storage;
package Data "Sizes of heat storage tanks"
  annotation (Documentation(info="<html><p>Unpressurised tanks up to 95 to 98 degC, pressurised ones above. Heat loss coefficients are computed from the insulation: U = 1/(s/&lambda; + 0.1 m2.K/W) with 0.045 W/(m.K), mineral wool at 60 degC with
its fastenings, on the area of the steel; wide tanks have no need of the cylinder's logarithm (3 % at 5 m radius).</p></html>"));
end Data;
