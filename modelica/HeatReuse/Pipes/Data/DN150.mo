within HeatReuse.Pipes.Data;
record DN150 "DN 150, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.1603, s_wall=0.004, D_casing=0.25, U=0.337);
  annotation (Documentation(info="<html><p>Steel pipe 168.3 mm x 4 mm (outer diameter after EN 10220, wall not below EN 253), casing 250 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN150;
