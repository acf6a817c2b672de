within HeatReuse.Validation;
model Controllers "Controllers and sensors whose inputs are prescribed"
  parameter HeatReuse.Types.Time T_sample = 10 "Sampling period";
  input Real setpoint(unit="K", start=1) "Set point of all controllers";
  input Real measurement(unit="K", start=0) "Measurement of all controllers";
  input Real feed_forward(unit="1", start=0) "Feed-forward of the second controller";
  output Real y_PI(unit="1") "Output of the PI controller, reverse acting";
  output Real y_direct(unit="1") "Output of the PI controller, direct acting, with feed-forward";
  output Real y_PID(unit="1") "Output of the PID controller";
  output Real y_sampled(unit="K") "Sampled measurement";
  output Real y_lag(unit="K") "Measurement with a lag";
protected
  HeatReuse.Controls.PI reverse(k=0.1, Ti=50, Tt=20, y_start=0.2) "PI, reverse acting";
  HeatReuse.Controls.PI direct(k=0.1, Ti=50, Tt=20, y_start=0.2, reverse_acting=false, use_feed_forward=true, y_min=-1) "PI, direct acting, with feed-forward";
  HeatReuse.Controls.PID derivative(k=0.1, Ti=50, Td=20, N=8, y_start=0.2, weight=0.5) "PID";
  HeatReuse.Sensors.SampledSensor sampled(T_sample=T_sample) "Sampling";
  HeatReuse.Sensors.FirstOrder lag(T_lag=15) "Lag";
equation
  reverse.setpoint = setpoint;
  reverse.measurement = measurement;
  direct.setpoint = setpoint;
  direct.measurement = measurement;
  direct.feed_forward = feed_forward;
  derivative.setpoint = setpoint;
  derivative.measurement = measurement;
  sampled.u = measurement;
  lag.u = measurement;
  y_PI = reverse.y;
  y_direct = direct.y;
  y_PID = derivative.y;
  y_sampled = sampled.y;
  y_lag = lag.y;
  annotation (experiment(StopTime=100, Tolerance=1e-6), Documentation(info="<html><p>Compared with the step responses that follow from the equations, and with the zero-order hold.</p></html>"));
end Controllers;
