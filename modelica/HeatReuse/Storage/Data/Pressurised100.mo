within HeatReuse.Storage.Data;
record Pressurised100 "Pressurised tank of 100 m3, up to 130 degC"
  extends TankSize(V=100, height=12, U_wall=0.22, U_top=0.22, U_bottom=0.22, s_steel=0.012, T_max=403.15);
  annotation (Documentation(info="<html><p>Upright pressure vessel with domed ends (EN 13445), 12 m of water, 200 mm of mineral wool all around; the saturation pressure of 130 degC and a margin have to be kept. Larger pressurised stores are several vessels in parallel.</p></html>"));
end Pressurised100;
