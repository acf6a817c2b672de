within HeatReuse.Pipes.Data;
record DN500 "DN 500, standard insulation"
  extends SteelPipe(D_inner=0.4954, s_wall=0.0063, U=0.415);
  annotation (Documentation(info="<html><p>Inner diameter and wall after EN 253, heat loss coefficient of manufacturers' tables.</p></html>"));
end DN500;
