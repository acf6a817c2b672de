within HeatReuse.Interfaces;
partial model PartialActuator "Motor of a valve: a command comes in, the lift of the valve goes out"
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction y_start = 0.5 "Initial lift";
  parameter HeatReuse.Types.Fraction band = 0.05 "Distance to the command below which the motor slows down";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded lift, limited to 0..1";
  HeatReuse.Interfaces.RealOutput y(unit="1", start=y_start, fixed=true) "Lift";
  annotation (Documentation(info="<html><p>What every actuator of a valve has. The valves take the actuator as a replaceable model.</p></html>"));
end PartialActuator;
