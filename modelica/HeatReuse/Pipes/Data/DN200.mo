within HeatReuse.Pipes.Data;
record DN200 "DN 200, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.2101, s_wall=0.0045, D_casing=0.315, U=0.369);
  annotation (Documentation(info="<html><p>Steel pipe 219.1 mm x 4.5 mm (outer diameter after EN 10220, wall not below EN 253), casing 315 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN200;
