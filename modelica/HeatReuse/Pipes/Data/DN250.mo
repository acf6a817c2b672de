within HeatReuse.Pipes.Data;
record DN250 "DN 250, standard insulation"
  extends SteelPipe(D_inner=0.2630, s_wall=0.0050, U=0.391);
  annotation (Documentation(info="<html><p>Inner diameter after EN 253 (outer diameter minus two walls); the heat loss coefficient is interpolated between the neighbouring sizes of manufacturers' tables.</p></html>"));
end DN250;
