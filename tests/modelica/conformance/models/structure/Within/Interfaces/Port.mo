within Within.Interfaces;
connector Port "Heat port"
  Real T;
  flow Real Q;
end Port;
