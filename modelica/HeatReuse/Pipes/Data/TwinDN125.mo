within HeatReuse.Pipes.Data;
record TwinDN125 "DN 125, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.1325, s_wall=0.0036, D_casing=0.4, gap=0.03, U_ground=0.1450, U_between=0.0868);
  annotation (Documentation(info="<html><p>Two steel pipes 139.7 mm x 3.6 mm, 30 mm apart, in a casing of 400 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN125;
