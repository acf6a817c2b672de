within HeatReuse.Pipes.Data;
record DN300 "DN 300, standard insulation"
  extends SteelPipe(D_inner=0.3127, s_wall=0.0056, U=0.413);
  annotation (Documentation(info="<html><p>Inner diameter and wall after EN 253, heat loss coefficient of manufacturers' tables.</p></html>"));
end DN300;
