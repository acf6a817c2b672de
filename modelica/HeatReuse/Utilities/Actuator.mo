within HeatReuse.Utilities;
model Actuator "Motor that follows a command with a limited rate"
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction y_start = 0.5 "Initial position";
  parameter HeatReuse.Types.Fraction band = 0.05 "Distance to the command below which the motor slows down";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded position, limited to 0..1";
  HeatReuse.Interfaces.RealOutput y(unit="1", start=y_start, fixed=true) "Position";
equation
  der(y) = tanh((HeatReuse.Utilities.clip(command, 0, 1) - y)/band)/T_stroke;
  annotation (Documentation(info="<html><p>dy/dt = tanh((command - y)/band)/T_stroke: full speed while the command is further away than the band, first order with
time constant band*T_stroke close to it. No dead band, no backlash.</p></html>"));
end Actuator;
