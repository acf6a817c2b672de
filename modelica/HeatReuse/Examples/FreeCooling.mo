within HeatReuse.Examples;
model FreeCooling "Dry coolers through a hot day: how far the outdoor air cools the water, dry, wetted and behind glycol"
  output HeatReuse.Types.Temperature T_outdoor "Outdoor air";
  output HeatReuse.Types.Temperature T_wet "Wet-bulb temperature of the outdoor air";
  output HeatReuse.Types.Temperature T_out_dry "Water leaving the dry coolers";
  output HeatReuse.Types.Temperature T_out_wet "Water leaving coolers with wetted pads";
  output HeatReuse.Types.Temperature T_out_glycol "Water leaving coolers behind a glycol circuit";
  output HeatReuse.Types.HeatFlowRate Q_flow_dry "Heat of the dry coolers";
  output HeatReuse.Types.HeatFlowRate Q_flow_wet "Heat of the coolers with wetted pads";
  output HeatReuse.Types.HeatFlowRate Q_flow_glycol "Heat of the coolers behind glycol";
  output HeatReuse.Types.Power P_fan "Power of the fans of the dry coolers";
  output HeatReuse.Types.MassFlowRate m_flow_water "Water that evaporates";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the water of the plant";
  output HeatReuse.Types.Energy E_in_pump(start=0, fixed=true) "Energy taken in with the shaft power of the glycol pump";
  output HeatReuse.Types.Energy E_in_outdoor(start=0, fixed=true) "Energy taken in from the outdoor air, negative when heat is rejected";
protected
  HeatReuse.HeatExchangers.DryCooler dry(speed_start=0.5, T_start=298.15) "Dry";
  HeatReuse.HeatExchangers.DryCooler wet(speed_start=0.5, T_start=298.15) "With wetted pads before it";
  HeatReuse.HeatExchangers.AdiabaticPrecooling pads "Wetted pads";
  HeatReuse.HeatExchangers.GlycolCooler glycol(speed_start=0.5) "Behind a glycol circuit";
  HeatReuse.Boundaries.FlowInlet inlet[3] "Water of 40 degC";
  HeatReuse.Boundaries.PressureOutlet outlet[3] "Cooled water";
  HeatReuse.Tables.TimeTable outdoor(t={0, 14400, 25200, 36000, 50400, 57600, 68400, 86400}, y={292.15, 289.15, 293.15, 301.15, 308.15, 308.15, 301.15, 293.15}) "Outdoor air of a hot day";
  HeatReuse.Tables.TimeTable humidity(t={0, 14400, 50400, 57600, 86400}, y={0.75, 0.85, 0.32, 0.32, 0.7}) "Relative humidity";
  HeatReuse.Tables.TimeTable speed(t={0, 28800, 36000, 68400, 75600}, y={0.5, 0.5, 1, 1, 0.5}) "Command of the fans";
  HeatReuse.Tables.TimeTable wetting(t={0, 36000, 36600, 68400, 69000}, y={0, 0, 1, 1, 0}) "Command of the pads";
equation
  for i in 1:3 loop
    inlet[i].m_flow_in = 239;
    inlet[i].T_in = 313.15;
  end for;
  T_outdoor = outdoor.v;
  pads.T_outdoor = T_outdoor;
  pads.humidity = humidity.v;
  pads.command = wetting.v;
  pads.C_air = wet.C_air;
  dry.T_outdoor = T_outdoor;
  wet.T_outdoor = pads.T_air;
  glycol.T_outdoor = T_outdoor;
  dry.command = speed.v;
  wet.command = speed.v;
  glycol.command = speed.v;
  glycol.speed_pump = 0.9;
  connect(inlet[1].port, dry.port_a);
  connect(dry.port_b, outlet[1].port);
  connect(inlet[2].port, wet.port_a);
  connect(wet.port_b, outlet[2].port);
  connect(inlet[3].port, glycol.port_a);
  connect(glycol.port_b, outlet[3].port);
  T_wet = pads.T_wet;
  T_out_dry = dry.T_out;
  T_out_wet = wet.T_out;
  T_out_glycol = glycol.T_out;
  Q_flow_dry = dry.Q_flow;
  Q_flow_wet = wet.Q_flow;
  Q_flow_glycol = glycol.Q_flow;
  P_fan = dry.P_fan;
  m_flow_water = pads.m_flow_water;
  U = dry.U + wet.U + glycol.U;
  der(E_in_water) = sum(inlet.H_flow) + sum(outlet.H_flow);
  der(E_in_pump) = glycol.P_shaft;
  der(E_in_outdoor) = -(dry.Q_flow + wet.Q_flow + glycol.Q_flow);
  annotation (experiment(StopTime=86400, Interval=300, Tolerance=1e-6), Documentation(info="<html><p>Water of 40 degC at 239 kg/s through three coolers of 10 MW (at 25 degC outdoor air). At half fan speed in the night the fans take an
eighth of their power. At 35 degC in the afternoon the dry coolers reject a third of their nominal heat and the water leaves at 36.7 degC: free cooling ends a few kelvins above the outdoor air. Wetted pads
bring the air close to its wet-bulb temperature; the glycol circuit costs some kelvins.</p></html>"));
end FreeCooling;
