within HeatReuse.Pipes.Data;
record TwinDN200 "DN 200, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.2101, s_wall=0.0045, D_casing=0.56, gap=0.045, U_ground=0.1989, U_between=0.0887);
  annotation (Documentation(info="<html><p>Two steel pipes 219.1 mm x 4.5 mm, 45 mm apart, in a casing of 560 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN200;
