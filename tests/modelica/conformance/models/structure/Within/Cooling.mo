within Within;
model Cooling "Packages over several files with within, nested packages, names looked up outwards and from the top"
  Parts.Mass hot(m = 1.0, T0 = 350.0);
  Within.Parts.Mass cold;
  Parts.Wall wall(G = 837.2);
equation
  connect(hot.port, wall.a);
  connect(wall.b, cold.port);
end Cooling;
