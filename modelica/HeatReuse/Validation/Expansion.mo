within HeatReuse.Validation;
model Expansion "Water that is heated in a closed circuit with an expansion vessel"
  parameter HeatReuse.Types.Volume V = 10 "Volume of the water";
  parameter HeatReuse.Types.Volume V_vessel = 1 "Volume of the vessel";
  parameter Real exponent(unit="1") = 1 "Polytropic exponent of the gas";
  parameter HeatReuse.Types.Temperature T_start = 283.15 "Temperature at the start";
  input HeatReuse.Types.Temperature T(start=353.15) "Temperature of the water";
  output HeatReuse.Types.Pressure p "Absolute pressure";
  output HeatReuse.Types.Volume V_expansion "Growth of the water's volume";
  output Real filling(unit="1") "Share of the vessel that is full of water";
  Real x(unit="s", start=0, fixed=true) "Time since the start";
protected
  HeatReuse.Pipes.ExpansionVessel vessel(n=1, V={V}, T_start={T_start}, V_vessel=V_vessel, V_reserve=0.1*V_vessel, p_precharge=1.5e5, exponent=exponent) "Vessel";
  HeatReuse.Pipes.MixingVolume volume(nPorts=1, V=V, T_start=T_start) "What the vessel is connected to";
equation
  der(x) = 1;
  vessel.T[1] = T;
  connect(vessel.port, volume.ports[1]);
  p = vessel.p;
  V_expansion = vessel.V_expansion;
  filling = vessel.filling;
  annotation (experiment(StopTime=1), Documentation(info="<html><p>Compared with a calculation by hand from densities of water and Boyle's law.</p></html>"));
end Expansion;
