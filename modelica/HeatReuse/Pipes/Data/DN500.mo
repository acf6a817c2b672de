within HeatReuse.Pipes.Data;
record DN500 "DN 500, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.4954, s_wall=0.0063, D_casing=0.71, U=0.415);
  annotation (Documentation(info="<html><p>Steel pipe 508 mm x 6.3 mm (outer diameter after EN 10220, wall not below EN 253), casing 710 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN500;
