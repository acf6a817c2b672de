within HeatReuse.Pipes.Data;
record TwinDN100 "DN 100, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.1071, s_wall=0.0036, D_casing=0.315, gap=0.025, U_ground=0.1584, U_between=0.0861);
  annotation (Documentation(info="<html><p>Two steel pipes 114.3 mm x 3.6 mm, 25 mm apart, in a casing of 315 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN100;
