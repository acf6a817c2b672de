within HeatReuse;
package Validation "Small models that are compared with measurements, tables and exact solutions"
  annotation (Documentation(info="<html><p>Each model puts one component between boundaries that the comparison prescribes.</p></html>"));
end Validation;
