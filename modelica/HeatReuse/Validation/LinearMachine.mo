within HeatReuse.Validation;
model LinearMachine "Performance of a small machine: heat output and COP linear in the leaving temperatures"
  extends HeatReuse.HeatPumps.Performance.PartialPerformance;
  outer parameter Real k_source "Gain of heat output per kelvin of source leaving temperature";
  outer parameter Real k_sink "Loss of heat output per kelvin of sink leaving temperature";
  outer parameter Real COP_nominal "COP at the nominal temperatures";
  outer parameter Real k_COP_source "Gain of COP per kelvin of source leaving temperature";
  outer parameter Real k_COP_sink "Loss of COP per kelvin of sink leaving temperature";
equation
  availability = 0.2 + HeatReuse.Utilities.positivePart(0.8 + k_source*(T_source_out - T_source_nominal) - k_sink*(T_sink_out - T_sink_nominal), 0.02);
  COP = COP_nominal*(0.2 + HeatReuse.Utilities.positivePart(0.8 + k_COP_source*(T_source_out - T_source_nominal) - k_COP_sink*(T_sink_out - T_sink_nominal), 0.02));
  derating = 1;
  drive_loss = 0;
  share_superheat = 0;
  T_discharge = T_sink_out + 30;
  annotation (Documentation(info="<html>
<p>The parameters stand in the model around it, so that a fit can change them.</p></html>"));
end LinearMachine;
