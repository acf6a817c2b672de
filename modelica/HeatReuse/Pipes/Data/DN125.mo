within HeatReuse.Pipes.Data;
record DN125 "DN 125, standard insulation"
  extends SteelPipe(D_inner=0.1325, s_wall=0.0036, U=0.296);
  annotation (Documentation(info="<html><p>Inner diameter after EN 253 (outer diameter minus two walls); the heat loss coefficient is interpolated between the neighbouring sizes of manufacturers' tables.</p></html>"));
end DN125;
