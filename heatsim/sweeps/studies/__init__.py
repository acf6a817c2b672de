"""What a sweep runs: functions, scripts, the built-in studies and Modelica classes behind one face."""
