within HeatReuse.Pipes.Data;
record TwinDN65 "DN 65, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.0697, s_wall=0.0032, D_casing=0.225, gap=0.02, U_ground=0.1381, U_between=0.0769);
  annotation (Documentation(info="<html><p>Two steel pipes 76.1 mm x 3.2 mm, 20 mm apart, in a casing of 225 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN65;
