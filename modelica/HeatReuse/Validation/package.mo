within HeatReuse;
package Validation "Small models that are compared with measurements, tables and exact solutions"
  annotation (Documentation(info="<html><p>Each model puts one component between boundaries that the comparison prescribes. Run by itself, a model with inputs shows one operating point, that of the start values of its inputs; the comparisons of the
validation page move them.</p></html>"));
end Validation;
